import { meantChannels } from '../derive.js';
import { CLS, DEN, DET, INS, SEM, SR, SSL } from '../schema/key.js';
import { showPlain } from '../value.js';
import { type ChannelOptions, regularOptions } from './channel-options.js';
import { needsLabels } from './channels.js';
import { type Check, sameSet } from './context.js';

const image = ['MAE', 'MSE', 'PCC', 'SSIM', 'CHARBONNIER', 'VGG', 'LPIPS', 'LAPLACIAN', 'FFT', 'RFFT', 'SWT'];
const adversarial = ['BCE', 'HINGE'];
const repair = ['BCE', 'MALIS', 'CLDICE', 'SVOX'];

/** Losses and their weights, class weights, the ignored class, the contrastive term (rules R151 to R167). */
export function checkLoss(c: Check): void {
  checkTerms(c);
  checkClassWeights(c);
  checkIgnoredClass(c);
  checkContrast(c);
  if (c.isMembraneRepair) checkMembraneRepair(c);
}

function checkTerms(c: Check): void {
  // Detection has one loss, and instance segmentation one for each channel.
  if (c.is(DET)) take(c, ['CE'], [1]);
  else if (c.is(INS)) take(c, [], []);
  else if (c.workflow) checkGivenTerms(c);
}

function checkGivenTerms(c: Check): void {
  const { TYPE, WEIGHTS } = c.config.LOSS;
  const given = TYPE.map((name) => spelled(c, name));
  const names = given.length > 0 || c.isMembraneRepair ? given : standard(c);
  const weights = WEIGHTS.length > 0 ? WEIGHTS : names.map(() => 1);
  if (weights.length !== names.length) {
    const message = `There are ${names.length} losses (${names.join(', ')}) and ${weights.length} weights.`;
    c.error('R151', ['LOSS.WEIGHTS', 'LOSS.TYPE'], message, 'Give one weight for each loss, or none at all.');
    return;
  }
  const extra = c.options.extra.losses ?? [];
  if (!checkNames(c, names, weights, extra)) return;
  take(c, names, weights);
}

function take(c: Check, names: string[], weights: number[]): void {
  c.derive('LOSS.TYPE', names);
  c.derive('LOSS.WEIGHTS', weights);
}

/** Upper case, but for a plugin's loss, whose own spelling counts. */
function spelled(c: Check, name: string): string {
  const extra = c.options.extra.losses ?? [];
  return extra.find((other) => other.toUpperCase() === name.toUpperCase()) ?? name.toUpperCase();
}

function standard(c: Check): string[] {
  if (c.is(SEM, CLS)) return ['CE'];
  return c.is(DEN) ? ['MSE'] : ['MAE'];
}

function checkNames(c: Check, names: string[], weights: number[], extra: string[]): boolean {
  const key = 'LOSS.TYPE';
  const foreign = names.some((name) => extra.includes(name));
  if (c.is(SEM)) {
    if (!c.allOf('R152', key, names, ['CE', 'DICE', ...extra])) return false;
    if (c.config.DATA.N_CLASSES > 2 && !names.includes('CE') && !foreign)
      c.error(
        'R152',
        [key, 'DATA.N_CLASSES'],
        `CE is needed for more than two classes, came ${showPlain(names)}.`,
        'Add CE.',
      );
    return true;
  }
  if (c.is(CLS)) return c.allOf('R162', key, names, ['CE', ...extra]);
  if (c.is(DEN)) {
    const fine = sameSet(names, ['MSE']) || foreign || names.some((name) => adversarial.includes(name));
    if (!fine)
      c.error(
        'R161',
        [key, 'PROBLEM.TYPE'],
        `Expected MSE, or BCE or HINGE among others, came ${showPlain(names)}.`,
        'Write [MSE].',
      );
    return fine && c.allOf('R161', key, names, [...image, ...adversarial, ...extra]);
  }
  if (c.isMembraneRepair) {
    if (names.length === 0 || !weights.some((weight) => weight > 0)) {
      const message = `Expected at least one loss with a weight above 0, came ${showPlain(names)}.`;
      c.error(
        'R158',
        [key, 'LOSS.WEIGHTS', 'PROBLEM.IMAGE_TO_IMAGE.MEMBRANE_REPAIR.ENABLE'],
        message,
        `Membrane repair takes ${repair.join(', ')}.`,
      );
    }
    return c.allOf('R158', key, names, [...repair, ...extra]);
  }
  if (c.is(SR, SSL)) return c.allOf('R156', key, names, [...image, ...extra]);
  return c.allOf('R157', key, names, [...image, ...adversarial, ...extra]);
}

function checkClassWeights(c: Check): void {
  const { CLASS_REBALANCE, CLASS_WEIGHTS } = c.config.LOSS;
  const { N_CLASSES } = c.config.DATA;
  const keys = ['LOSS.CLASS_WEIGHTS', 'DATA.N_CLASSES'];
  const message = `Expected ${N_CLASSES} weights, one per class, came ${showPlain(CLASS_WEIGHTS)}.`;
  const known = c.oneOf('R166', 'LOSS.CLASS_REBALANCE', ['none', 'manual']);
  if (known && CLASS_REBALANCE === 'manual' && CLASS_WEIGHTS.length !== N_CLASSES)
    c.error('R166', [...keys, 'LOSS.CLASS_REBALANCE'], message, 'Give them, or write CLASS_REBALANCE: none.');
  else if (c.is(SEM, DET) && N_CLASSES > 2 && CLASS_WEIGHTS.length > 0 && CLASS_WEIGHTS.length !== N_CLASSES)
    c.error('R154', keys, message, 'Give one for each class, or [].');
}

function checkIgnoredClass(c: Check): void {
  const { IGNORE_INDEX, TYPE } = c.config.LOSS;
  const key = 'LOSS.IGNORE_INDEX';
  if (IGNORE_INDEX === -1) return;
  if (IGNORE_INDEX < 0 || IGNORE_INDEX > 255)
    c.error('R163', key, `Expected -1 or a class from 0 to 255, came ${IGNORE_INDEX}.`, 'Write -1 to ignore none.');
  const names = TYPE.length > 0 ? TYPE.map((name) => name.toUpperCase()) : c.is(SEM, CLS, DET) ? ['CE'] : [];
  if (c.workflow && !c.is(INS) && !c.isMembraneRepair && !sameSet(names, ['CE']))
    c.warn('R164', [key, 'LOSS.TYPE'], 'This has no effect with these losses.', 'It works with CE alone.');
  const { SOURCE_CHANNELS, DATA_CHANNELS } = c.config.PROBLEM.IMAGE_TO_IMAGE.MEMBRANE_REPAIR;
  if (c.isMembraneRepair && !(SOURCE_CHANNELS.includes('membrane') && DATA_CHANNELS.includes('A')))
    c.error(
      'R165',
      [key, 'PROBLEM.IMAGE_TO_IMAGE.MEMBRANE_REPAIR.SOURCE_CHANNELS'],
      'Ignoring a class in membrane repair needs the source channel membrane and the target channel A.',
      'Add them, or write -1.',
    );
}

function checkContrast(c: Check): void {
  const { ENABLE, MEMORY_SIZE, PROJ_DIM, PIXEL_UPD_FREQ } = c.config.LOSS.CONTRAST;
  if (!ENABLE) return;
  for (const [name, value] of Object.entries({ MEMORY_SIZE, PROJ_DIM, PIXEL_UPD_FREQ }))
    if (value <= 0)
      c.error(
        'R167',
        [`LOSS.CONTRAST.${name}`, 'LOSS.CONTRAST.ENABLE'],
        `Expected a number above 0, came ${value}.`,
        'Give a positive number.',
      );
  if (c.workflow && !c.isSegmentation)
    c.error(
      'R167',
      ['LOSS.CONTRAST.ENABLE', 'PROBLEM.TYPE'],
      'The contrastive loss is for segmentation and detection.',
      'Write False.',
    );
  if (c.architecture === 'stunet')
    c.error(
      'R167',
      ['LOSS.CONTRAST.ENABLE', 'MODEL.ARCHITECTURE'],
      'The contrastive loss does not go with stunet.',
      'Write False, or take another architecture.',
    );
}

/** The I2I variant that repairs membranes: method, and the labels its targets are made from (R159, R160). */
function checkMembraneRepair(c: Check): void {
  const section = 'PROBLEM.IMAGE_TO_IMAGE.MEMBRANE_REPAIR' as const;
  const { DATA_CHANNELS, DATA_CHANNELS_EXTRA_OPTS } = c.config.PROBLEM.IMAGE_TO_IMAGE.MEMBRANE_REPAIR;
  c.oneOf('R159', `${section}.POSTPROCESS.METHOD`, ['watershed', 'agglomeration']);
  const letters = meantChannels(DATA_CHANNELS).filter((letter) => letter !== 'I');
  if (!c.allOf('R158', `${section}.DATA_CHANNELS`, letters, [...Object.keys(regularOptions), 'We'])) return;
  const options = (DATA_CHANNELS_EXTRA_OPTS[0] ?? {}) as Record<string, ChannelOptions>;
  if (needsLabels(letters, options) && !DATA_CHANNELS.includes('I'))
    c.derive(`${section}.DATA_CHANNELS`, [...DATA_CHANNELS, 'I']);
}
