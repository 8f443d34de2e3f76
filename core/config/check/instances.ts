import { INS } from '../schema/key.js';
import { showPlain } from '../value.js';
import { type Check, sameSet } from './context.js';

const section = 'PROBLEM.INSTANCE_SEG';
const channelsKey = `${section}.DATA_CHANNELS`;
const processKey = `${section}.INSTANCE_CREATION_PROCESS`;
const masks = ['F', 'B', 'C', 'Db', 'Dc', 'Dn', 'D'];

/** How instances are made from the channels (stage B, rules R187 to R216). */
export function checkInstances(c: Check): void {
  if (!c.is(INS) || c.isSpoilt(channelsKey)) return;
  const problem = c.config.PROBLEM.INSTANCE_SEG;
  const letters = problem.DATA_CHANNELS.filter((letter) => letter !== 'I' && letter !== 'We');
  if (problem.TYPE === 'regular') checkProcess(c, letters);
  else if (problem.TYPE === 'synapses') checkSynapses(c, letters);
  checkMorphology(c, letters);
}

function checkProcess(c: Check, letters: readonly string[]): void {
  const process = c.config.PROBLEM.INSTANCE_SEG.INSTANCE_CREATION_PROCESS;
  if (!c.oneOf('R187', processKey, ['watershed', 'agglomeration', 'stardist', 'embeddings', 'gradient-flow'])) return;
  if (letters.includes('M')) checkLegacyMask(c, letters);
  const need = (rule: string, fine: boolean, words: string) => {
    if (!fine)
      c.error(
        rule,
        [channelsKey, processKey],
        `${process} needs ${words}, came ${showPlain(letters)}.`,
        'Change DATA_CHANNELS or INSTANCE_CREATION_PROCESS.',
      );
  };
  const flows = c.dims === 3 ? ['Gv', 'Gh', 'Gz'] : ['Gv', 'Gh'];
  if (process === 'stardist') need('R189', sameSet(letters, ['Db', 'R']), 'exactly the channels Db and R');
  else if (process === 'embeddings')
    need('R190', sameSet(letters, ['E_offset', 'E_sigma', 'E_seediness']), 'exactly E_offset, E_sigma and E_seediness');
  else if (process === 'gradient-flow')
    need(
      'R191',
      sameSet(letters, [...flows, 'Db']) || sameSet(letters, [...flows, 'F']),
      `${flows.join(', ')} and one of Db and F`,
    );
  else if (process === 'agglomeration')
    need('R192', sameSet(letters, ['A']) && c.dims === 3, 'channel A alone, and 3D');
  else checkWatershed(c, letters);
}

function checkLegacyMask(c: Check, letters: readonly string[]): void {
  c.warn('R188', channelsKey, 'Channel M is a mask of old files; F says the same.', 'Use F.');
  if (c.dims !== 3 || !sameSet(letters, ['F', 'C', 'M']))
    c.error(
      'R188',
      [channelsKey, 'PROBLEM.NDIM'],
      `Channel M goes with F and C in 3D only, came ${showPlain(letters)}.`,
      'Use F instead.',
    );
}

function checkWatershed(c: Check, letters: readonly string[]): void {
  const has = (letter: string) => letters.includes(letter);
  const strange = letters.find((letter) => ['R', 'Gv', 'Gh'].includes(letter) || letter.startsWith('E_'));
  const deep = c.dims === 2 ? letters.find((letter) => letter === 'A' || letter === 'Z') : undefined;
  const keys = [channelsKey, processKey, 'PROBLEM.NDIM'];
  if (strange)
    c.error('R193', keys, `The watershed takes no channel ${strange}.`, 'Change the channels or the process.');
  if (deep) c.error('R193', keys, `Channel ${deep} needs 3D.`, 'Leave it out, or write NDIM: 3D.');
  if (has('H') !== has('V') || (has('Z') && !has('H')))
    c.error(
      'R194',
      keys,
      `H and V come together, and Z with both; came ${showPlain(letters)}.`,
      'Add the missing ones.',
    );
  if ((has('H') || has('V') || has('Z')) && !masks.some(has))
    c.error('R195', keys, `H, V and Z need one of ${masks.join(', ')}; came ${showPlain(letters)}.`, 'Add F.');
  checkWatershedChannels(c, letters);
}

function checkWatershedChannels(c: Check, letters: readonly string[]): void {
  const water = c.config.PROBLEM.INSTANCE_SEG.WATERSHED;
  const key = (name: string) => `${section}.WATERSHED.${name}`;
  if (water.TOPOGRAPHIC_SURFACE_CHANNEL === '') needsChannel(c, key('TOPOGRAPHIC_SURFACE_CHANNEL'), letters);
  for (const kind of ['SEED', 'GROWTH_MASK'] as const) {
    const name = `${kind}_CHANNELS` as const;
    const channels = water[name];
    const thresholds = water[`${name}_THRESH`];
    if (channels.length === 0) needsChannel(c, key(name), letters);
    else if (thresholds.length !== channels.length)
      c.error(
        'R196',
        [key(`${name}_THRESH`), key(name)],
        `Expected ${channels.length} thresholds (${channels.join(', ')}), came ${showPlain(thresholds)}.`,
        'Give a number or auto for each channel.',
      );
    const strange = thresholds.find((value) => value !== 'auto' && (value === '' || Number.isNaN(Number(value))));
    if (strange !== undefined)
      c.error('R198', [key(`${name}_THRESH`)], `Expected auto or a number, came ${showPlain(strange)}.`, 'Write auto.');
  }
  c.allOf('R197', key('GROWTH_MASK_CHANNELS'), water.GROWTH_MASK_CHANNELS, [...masks, 'A']);
}

function needsChannel(c: Check, key: string, letters: readonly string[]): void {
  c.error(
    'R196',
    [key, channelsKey],
    `Nothing is given, and the channels ${letters.join(', ')} have no default.`,
    'Fill in the five watershed keys, or use channels that have a default, such as [F, C].',
  );
}

function checkSynapses(c: Check, letters: readonly string[]): void {
  const sets = [['F_pre', 'F_post'], ['F_post', 'Z', 'V', 'H'], ['F_cleft'], ['F_post']];
  if (!sets.some((set) => sameSet(letters, set)))
    c.error(
      'R208',
      channelsKey,
      `Expected one of ${sets.map((set) => showPlain(set)).join(', ')}, came ${showPlain(letters)}.`,
      'Take one of these sets.',
    );
  if (sameSet(letters, ['F_pre', 'F_post']))
    c.oneOf('R209', `${section}.SYNAPSES.TH_TYPE`, ['manual', 'auto', 'relative_by_patch', 'relative']);
  if (c.dims !== 3 || !c.config.DATA.TRAIN.INPUT_ZARR_MULTIPLE_DATA)
    c.error(
      'R210',
      ['DATA.TRAIN.INPUT_ZARR_MULTIPLE_DATA', 'PROBLEM.NDIM', `${section}.TYPE`],
      'Synapses need 3D volumes with several data sets in one container.',
      'Write NDIM: 3D and INPUT_ZARR_MULTIPLE_DATA: True, or TYPE: regular.',
    );
}

function checkMorphology(c: Check, letters: readonly string[]): void {
  const { VORONOI_ON_MASK } = c.config.TEST.POST_PROCESSING;
  const { WATERSHED } = c.config.PROBLEM.INSTANCE_SEG;
  const has = (...any: string[]) => any.some((letter) => letters.includes(letter));
  const voronoi = 'TEST.POST_PROCESSING.VORONOI_ON_MASK';
  if (VORONOI_ON_MASK) {
    if (!has('F', 'B', 'C', 'M'))
      c.error('R213', [voronoi, channelsKey], 'This needs one of the channels F, B, C, M.', 'Write False, or add F.');
    c.inRange('R213', 'TEST.POST_PROCESSING.VORONOI_TH', 0, 1, [voronoi]);
  }
  const erosion = `${section}.WATERSHED.ERODE_AND_DILATE_GROWTH_MASK`;
  if (WATERSHED.ERODE_AND_DILATE_GROWTH_MASK && !has('F', 'B', 'C', 'D', 'M'))
    c.error('R214', [erosion, channelsKey], 'This needs one of the channels F, B, C, D, M.', 'Write False, or add F.');
  const sequence = `${section}.WATERSHED.SEED_MORPH_SEQUENCE`;
  const radius = `${section}.WATERSHED.SEED_MORPH_RADIUS`;
  const { SEED_MORPH_SEQUENCE, SEED_MORPH_RADIUS, BY_2D_SLICES } = WATERSHED;
  c.allOf('R215', sequence, SEED_MORPH_SEQUENCE, ['dilate', 'erode']);
  if (SEED_MORPH_SEQUENCE.length !== SEED_MORPH_RADIUS.length)
    c.error(
      'R215',
      [radius, sequence],
      `There are ${SEED_MORPH_SEQUENCE.length} steps and ${SEED_MORPH_RADIUS.length} radii.`,
      'Give one radius for each step.',
    );
  if (BY_2D_SLICES && c.dims === 2 && !c.config.TEST.ANALIZE_2D_IMGS_AS_3D_STACK)
    c.error(
      'R216',
      [`${section}.WATERSHED.BY_2D_SLICES`, 'PROBLEM.NDIM'],
      'There are no slices in 2D.',
      'Write False.',
    );
}
