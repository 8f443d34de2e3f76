import { DET, INS } from '../schema/key.js';
import { showPlain } from '../value.js';
import { type Check, isInt, isIntPerAxis, sameSet } from './context.js';
import { checkGroups, signs } from './filter.js';
import { regionProperties } from './region-properties.js';

const section = 'TEST.POST_PROCESSING';
const removal = `${section}.MEASURE_PROPERTIES.REMOVE_BY_PROPERTIES`;

/** Steps after the model that depend on what the user wrote (stage A, rules R101 to R113). */
export function checkPostProcessing(c: Check): void {
  const post = c.config.TEST.POST_PROCESSING;
  const channels = c.config.PROBLEM.INSTANCE_SEG.DATA_CHANNELS.filter((letter) => letter !== 'I' && letter !== 'We');
  if (post.REPARE_LARGE_BLOBS_SIZE !== -1 && c.workflow && !(c.is(INS) && sameSet(channels, ['F', 'P'])))
    c.error(
      'R101',
      [`${section}.REPARE_LARGE_BLOBS_SIZE`, 'PROBLEM.INSTANCE_SEG.DATA_CHANNELS'],
      'Repairing large blobs is for instance segmentation with the channels F and P.',
      'Write -1 to switch it off.',
    );
  checkDetectionWatershed(c);
  checkMeasures(c);
  if (post.VORONOI_ON_MASK && c.isNot(INS)) onlyFor(c, 'R111', `${section}.VORONOI_ON_MASK`, 'instance segmentation');
  if (post.MEDIAN_FILTER) checkMedianFilter(c);
}

/** Refinement of instances, which stage B looks at (rules R185 and R186). */
export function checkRefinement(c: Check): void {
  const key = `${section}.INSTANCE_REFINEMENT`;
  const { ENABLE, OPERATIONS, VALUES } = c.config.TEST.POST_PROCESSING.INSTANCE_REFINEMENT;
  if (!ENABLE) return;
  if (OPERATIONS.length !== VALUES.length) {
    const message = `There are ${OPERATIONS.length} operations and ${VALUES.length} values.`;
    c.error(
      'R185',
      [`${key}.VALUES`, `${key}.OPERATIONS`],
      message,
      'Give one value for each operation, none where it has none.',
    );
    return;
  }
  // The manual says remove_large_objects, the code remove_big_objects.
  const operations = OPERATIONS.map((name) => (name === 'remove_large_objects' ? 'remove_big_objects' : name));
  if (!c.allOf('R185', `${key}.OPERATIONS`, operations, refinements)) return;
  c.derive('TEST.POST_PROCESSING.INSTANCE_REFINEMENT.OPERATIONS', operations);
  for (const [i, operation] of operations.entries()) {
    const value = VALUES[i];
    const expected =
      operation === 'dilation' || operation === 'erosion'
        ? !isIntPerAxis(value, 1, c.dims) && `a whole number of at least 1, or ${c.dims} of them`
        : operation.startsWith('remove_')
          ? !isInt(value, 1) && 'a whole number of at least 1'
          : value !== 'none' && 'the word none';
    if (expected)
      c.error(
        'R186',
        [`${key}.VALUES.${i}`, `${key}.VALUES`],
        `Expected ${expected} for ${operation}, came ${showPlain(value)}.`,
        'Correct the value of this operation.',
      );
  }
}

/** Points that lie too close (stage C, rule R338). */
export function checkClosePoints(c: Check): void {
  const { REMOVE_CLOSE_POINTS, REMOVE_CLOSE_POINTS_RADIUS } = c.config.TEST.POST_PROCESSING;
  if (!REMOVE_CLOSE_POINTS || !c.is(INS, DET)) return;
  c.hasLength('R338', 'DATA.TEST.RESOLUTION', c.dims, c.axes(), [`${section}.REMOVE_CLOSE_POINTS`]);
  if (REMOVE_CLOSE_POINTS_RADIUS === 0) {
    const key = `${section}.REMOVE_CLOSE_POINTS_RADIUS`;
    c.error(
      'R338',
      [key, `${section}.REMOVE_CLOSE_POINTS`],
      'Expected a radius above 0, came 0.',
      'Give the distance below which points are one.',
    );
  }
}

const refinements = ['dilation', 'erosion', 'fill_holes', 'clear_border', 'remove_small_objects', 'remove_big_objects'];

function onlyFor(c: Check, rule: string, key: string, workflow: string): void {
  c.error(rule, [key, 'PROBLEM.TYPE'], `This is for ${workflow}.`, 'Switch it off, or change PROBLEM.TYPE.');
}

function checkDetectionWatershed(c: Check): void {
  const post = c.config.TEST.POST_PROCESSING;
  if (!post.DET_WATERSHED) return;
  if (!c.is(DET)) {
    if (c.workflow) onlyFor(c, 'R102', `${section}.DET_WATERSHED`, 'detection');
    return;
  }
  const dilation = post.DET_WATERSHED_FIRST_DILATION;
  if (dilation.includes(-1) || dilation.length !== c.dims)
    c.error(
      'R103',
      [`${section}.DET_WATERSHED_FIRST_DILATION`, `${section}.DET_WATERSHED`, 'PROBLEM.NDIM'],
      `Expected ${c.dims} sizes (${c.axes()}), came ${showPlain(dilation)}.`,
      'Give how far each point is grown before the watershed.',
    );
  const donuts = post.DET_WATERSHED_DONUTS_CLASSES;
  if (donuts.length === 1 && donuts[0] === -1) return;
  const { N_CLASSES } = c.config.DATA;
  const sorted = [...donuts].sort((a, b) => a - b);
  const consecutive = sorted.every((value, i) => value === sorted[0] + i);
  if (donuts.length > N_CLASSES || Math.max(...donuts) > N_CLASSES || !consecutive)
    c.error(
      'R104',
      [`${section}.DET_WATERSHED_DONUTS_CLASSES`, 'DATA.N_CLASSES'],
      `Expected consecutive classes up to ${N_CLASSES}, came ${showPlain(donuts)}.`,
      'List the classes of ring-shaped cells, or write [-1].',
    );
  c.hasLength('R104', `${section}.DET_WATERSHED_DONUTS_PATCH`, c.dims, c.axes(), ['PROBLEM.NDIM']);
}

function checkMeasures(c: Check): void {
  const { ENABLE, EXTRA_PROPS, REMOVE_BY_PROPERTIES } = c.config.TEST.POST_PROCESSING.MEASURE_PROPERTIES;
  const { PROPS, VALUES, SIGNS } = REMOVE_BY_PROPERTIES;
  const removes = ENABLE && REMOVE_BY_PROPERTIES.ENABLE;
  if (ENABLE && c.allOf('R106', `${section}.MEASURE_PROPERTIES.EXTRA_PROPS`, EXTRA_PROPS, regionProperties)) {
    const once = [...new Set(EXTRA_PROPS)];
    c.derive('TEST.POST_PROCESSING.MEASURE_PROPERTIES.EXTRA_PROPS', once);
  }
  if (removes && c.isNot(INS, DET)) onlyFor(c, 'R107', `${removal}.ENABLE`, 'instance segmentation and detection');
  else if (removes) checkRemoval(c);
  else if (PROPS.length !== VALUES.length || PROPS.length !== SIGNS.length) {
    const counts = `${PROPS.length}, ${VALUES.length} and ${SIGNS.length}`;
    const keys = [`${removal}.PROPS`, `${removal}.VALUES`, `${removal}.SIGNS`];
    c.error('R105', keys, `PROPS, VALUES and SIGNS have ${counts} groups.`, 'Give each group in all three lists.');
  }
}

function checkRemoval(c: Check): void {
  const { PROPS, VALUES, SIGNS } = c.config.TEST.POST_PROCESSING.MEASURE_PROPERTIES.REMOVE_BY_PROPERTIES;
  if (!checkGroups(c, removal, { PROPS, VALUES, SIGNS }, { lists: 'R108', groups: 'R108' })) return;
  c.allOf('R109', `${removal}.SIGNS`, SIGNS.flat(), signs);
  if (!c.allOf('R109', `${removal}.PROPS`, PROPS.flat(), shapeProperties)) return;
  const wrong = PROPS.flat().find((name) => (c.dims === 3 ? flat : solid).includes(name));
  if (wrong)
    c.error(
      'R110',
      [`${removal}.PROPS`, 'PROBLEM.NDIM'],
      `The property ${wrong} is not defined in ${c.dims}D.`,
      `Use ${c.dims === 3 ? 'sphericity' : 'circularity'}.`,
    );
  const limits = PROPS.flatMap((group, i) => VALUES[i].filter((_, j) => group[j] === 'circularity'));
  if (limits.some((limit) => limit < 0 || limit > 1))
    c.error(
      'R110',
      `${removal}.VALUES`,
      `Expected limits of circularity from 0 to 1, came ${showPlain(limits)}.`,
      'A circle has circularity 1.',
    );
}

const shapeProperties = ['circularity', 'npixels', 'area', 'diameter', 'elongation', 'sphericity', 'perimeter'];
const flat = ['circularity', 'elongation'];
const solid = ['sphericity'];

function checkMedianFilter(c: Check): void {
  const { MEDIAN_FILTER_AXIS: axes, MEDIAN_FILTER_SIZE: sizes } = c.config.TEST.POST_PROCESSING;
  const keys = [`${section}.MEDIAN_FILTER_AXIS`, `${section}.MEDIAN_FILTER_SIZE`];
  if (c.workflow && !c.isSegmentation)
    onlyFor(c, 'R112', `${section}.MEDIAN_FILTER`, 'semantic segmentation, instance segmentation and detection');
  if (axes.length === 0 || axes.length !== sizes.length)
    c.error(
      'R112',
      keys,
      `There are ${axes.length} axes and ${sizes.length} sizes.`,
      'Give one size for each axis, and at least one.',
    );
  if (!c.allOf('R113', keys[0], axes, ['xy', 'yx', 'zy', 'yz', 'zx', 'xz', 'z'])) return;
  const deep = axes.find((axis) => axis.includes('z'));
  if (deep && c.dims === 2 && !c.config.TEST.ANALIZE_2D_IMGS_AS_3D_STACK)
    c.error(
      'R113',
      [keys[0], 'PROBLEM.NDIM'],
      `The axis ${deep} needs a third dimension.`,
      'Filter along xy, or switch on TEST.ANALIZE_2D_IMGS_AS_3D_STACK.',
    );
}
