import { describe, expect, test } from 'vitest';
import { configKeys, isSection } from '../../core/config/keys.js';
import { unavailableSwitches } from '../../graphs/unavailable.js';
import { KEYS_WITHOUT_EFFECT } from '../../graphs/without-effect.js';
import { catalog } from '../plugins/nodes.js';
import { configOf, VOLUMES } from './config.js';

type Changes = NonNullable<Parameters<typeof configOf>[0]>;

/** Sections that say what a job does to images. */
const SECTIONS = ['PROBLEM.', 'TEST.', 'LOSS.', 'AUGMENTOR.'];

/** Switches that are refused, with all that lies below them. */
const REFUSED: Record<string, Changes> = {
  'TEST.BY_CHUNKS.': { ...VOLUMES, 'TEST.BY_CHUNKS.ENABLE': true },
  'PROBLEM.IMAGE_TO_IMAGE.MEMBRANE_REPAIR.': {
    'PROBLEM.TYPE': 'IMAGE_TO_IMAGE',
    'PROBLEM.IMAGE_TO_IMAGE.MEMBRANE_REPAIR.ENABLE': true,
    'LOSS.TYPE': ['BCE'],
  },
  'PROBLEM.INSTANCE_SEG.SYNAPSES.': {
    ...{ ...VOLUMES, 'DATA.N_CLASSES': 2, 'TEST.ENABLE': false, 'PROBLEM.TYPE': 'INSTANCE_SEG' },
    'PROBLEM.INSTANCE_SEG.TYPE': 'synapses',
    'PROBLEM.INSTANCE_SEG.DATA_CHANNELS': ['F_pre', 'F_post'],
    ...zarr('TRAIN'),
    ...zarr('VAL'),
  },
  'PROBLEM.INSTANCE_SEG.OMNIPOSE.': {
    'PROBLEM.TYPE': 'INSTANCE_SEG',
    'PROBLEM.INSTANCE_SEG.DATA_CHANNELS': ['Db', 'Gv', 'Gh'],
    'PROBLEM.INSTANCE_SEG.DATA_CHANNELS_EXTRA_OPTS': [
      { Db: { val_type: 'omnipose' }, Gv: { gradient_type: 'omnipose' }, Gh: { gradient_type: 'omnipose' } },
    ],
  },
};

/** Several arrays in one container. */
function zarr(part: 'TRAIN' | 'VAL'): Changes {
  return {
    [`DATA.${part}.INPUT_ZARR_MULTIPLE_DATA`]: true,
    [`DATA.${part}.INPUT_ZARR_MULTIPLE_DATA_RAW_PATH`]: 'volumes.raw',
    [`DATA.${part}.INPUT_ZARR_MULTIPLE_DATA_GT_PATH`]: 'volumes.labels',
  };
}

/** Keys that say nothing of a result. */
const OTHERWISE = [
  // Read while the file is.
  'PROBLEM.PRINT_OLD_KEY_CHANGES',
  // Becomes the channel We of DATA_CHANNELS.
  'PROBLEM.INSTANCE_SEG.BORDER_EXTRA_WEIGHTS',
  // Where metrics are worked out, and how much is printed.
  'TEST.METRICS_IN_CPU',
  'TEST.VERBOSE',
];

const INSTANCES = (letters: string[], more: Changes = {}): Changes => ({
  ...{ 'PROBLEM.TYPE': 'INSTANCE_SEG', 'PROBLEM.INSTANCE_SEG.DATA_CHANNELS': letters },
  ...more,
});
const POST = 'TEST.POST_PROCESSING';
const REMOVAL = `${POST}.MEASURE_PROPERTIES.REMOVE_BY_PROPERTIES`;
const MEASURED = {
  [`${POST}.MEASURE_PROPERTIES.ENABLE`]: true,
  [`${REMOVAL}.ENABLE`]: true,
  [`${REMOVAL}.PROPS`]: [['circularity']],
  [`${REMOVAL}.VALUES`]: [[0.5]],
  [`${REMOVAL}.SIGNS`]: [['lt']],
};
const CLOSE = { [`${POST}.REMOVE_CLOSE_POINTS`]: true, [`${POST}.REMOVE_CLOSE_POINTS_RADIUS`]: 5 };

/** Jobs that between them use everything that there is. */
const JOBS: Changes[] = [
  { 'TEST.AUGMENTATION': true, 'LOSS.CONTRAST.ENABLE': true },
  { ...VOLUMES, 'LOSS.CLASS_REBALANCE': 'manual', 'LOSS.CLASS_WEIGHTS': [1, 2, 3] },
  {
    [`${POST}.MEDIAN_FILTER`]: true,
    [`${POST}.MEDIAN_FILTER_AXIS`]: ['xy'],
    [`${POST}.MEDIAN_FILTER_SIZE`]: [3],
  },
  INSTANCES(['F', 'C'], {
    ...{ ...MEASURED, ...CLOSE, [`${POST}.VORONOI_ON_MASK`]: true },
    [`${POST}.INSTANCE_REFINEMENT.ENABLE`]: true,
    [`${POST}.INSTANCE_REFINEMENT.OPERATIONS`]: ['fill_holes'],
    [`${POST}.INSTANCE_REFINEMENT.VALUES`]: ['none'],
    'PROBLEM.INSTANCE_SEG.WATERSHED.DATA_REMOVE_BEFORE_MW': true,
    'PROBLEM.INSTANCE_SEG.WATERSHED.ERODE_AND_DILATE_GROWTH_MASK': true,
  }),
  INSTANCES(['F', 'P'], { [`${POST}.REPARE_LARGE_BLOBS_SIZE`]: 10 }),
  INSTANCES(['Db', 'R']),
  INSTANCES(['F', 'Gv', 'Gh']),
  INSTANCES(['E_offset', 'E_sigma', 'E_seediness']),
  INSTANCES(['A'], { ...VOLUMES, 'DATA.N_CLASSES': 2 }),
  {
    ...{ 'PROBLEM.TYPE': 'DETECTION', ...MEASURED, ...CLOSE },
    [`${POST}.DET_WATERSHED`]: true,
    [`${POST}.DET_WATERSHED_FIRST_DILATION`]: [3, 3],
    [`${POST}.DET_WATERSHED_DONUTS_CLASSES`]: [1],
    [`${POST}.DET_WATERSHED_DONUTS_PATCH`]: [20, 20],
    'PROBLEM.DETECTION.DATA_CHECK_MW': true,
  },
  { 'PROBLEM.TYPE': 'DETECTION', 'TEST.DET_POINT_CREATION_FUNCTION': 'blob_log' },
  { 'PROBLEM.TYPE': 'DENOISING', 'DATA.TEST.LOAD_GT': false, 'PROBLEM.DENOISING.N2V_STRUCTMASK': true },
  { 'PROBLEM.TYPE': 'DENOISING', 'PROBLEM.DENOISING.LOAD_GT_DATA': true },
  {
    ...{ 'PROBLEM.TYPE': 'SUPER_RESOLUTION', 'PROBLEM.SUPER_RESOLUTION.UPSCALING': '(2,2)' },
    ...{ 'MODEL.ARCHITECTURE': 'edsr', 'DATA.NORMALIZATION.TYPE': 'div' },
  },
  { 'PROBLEM.TYPE': 'SELF_SUPERVISED', 'PROBLEM.SELF_SUPERVISED.PRETEXT_TASK': 'crappify' },
  {
    ...{ 'PROBLEM.TYPE': 'SELF_SUPERVISED', 'PROBLEM.SELF_SUPERVISED.PRETEXT_TASK': 'masking' },
    'MODEL.ARCHITECTURE': 'mae',
  },
  { 'PROBLEM.TYPE': 'CLASSIFICATION', 'DATA.N_CLASSES': 3, 'MODEL.ARCHITECTURE': 'vit' },
  {
    'PROBLEM.TYPE': 'IMAGE_TO_IMAGE',
    'PROBLEM.IMAGE_TO_IMAGE.BALANCE_GROUPS.ENABLE': true,
    'PROBLEM.IMAGE_TO_IMAGE.BALANCE_GROUPS.REGEX': '(a)',
  },
  {
    ...{ 'PROBLEM.TYPE': 'IMAGE_TO_IMAGE', 'MODEL.ARCHITECTURE': 'nafnet', 'LOSS.TYPE': ['MAE', 'BCE'] },
    ...{ 'TRAIN.OPTIMIZER': ['ADAMW', 'ADAMW'], 'TRAIN.LR': [1e-3, 1e-3] },
  },
];

/** A view of a part of a configuration that notes which keys are looked at. */
function watched<T extends object>(part: T, name: string, seen: Set<string>): T {
  return new Proxy(part, {
    get(target, property, receiver) {
      const value = Reflect.get(target, property, receiver);
      if (typeof property !== 'string') return value;
      const key = name ? `${name}.${property}` : property;
      if (isSection(key)) return watched(value as object, key, seen);
      seen.add(key);
      return value;
    },
  });
}

function keysOf(jobs: Changes[]): Set<string> {
  const seen = new Set<string>();
  for (const job of jobs) {
    const config = watched(configOf(job), '', seen);
    expect(unavailableSwitches(config, catalog).filter(({ severity }) => severity === 'error')).toEqual([]);
    catalog
      .presets()
      .find(({ id }) => id === config.PROBLEM.TYPE)!
      .graphs(config, catalog);
  }
  return seen;
}

test('every key that says what is done to images is answered, refused or told', () => {
  const seen = keysOf(JOBS);
  const told = [...OTHERWISE, ...KEYS_WITHOUT_EFFECT.map(({ key }) => key)];
  const silent = configKeys()
    .map(({ key }) => key)
    .filter((key) => SECTIONS.some((section) => key.startsWith(section)))
    .filter((key) => !Object.keys(REFUSED).some((section) => key.startsWith(section)))
    .filter((key) => !seen.has(key) && !told.includes(key));
  expect(silent).toEqual([]);
});

test.each(Object.entries(REFUSED))('%s is refused', (_, job) => {
  const attempt = () => {
    const config = configOf(job);
    const problems = unavailableSwitches(config, catalog).filter(({ severity }) => severity === 'error');
    if (problems.length > 0) throw new Error(problems[0].message);
    catalog
      .presets()
      .find(({ id }) => id === config.PROBLEM.TYPE)!
      .graphs(config, catalog);
  };
  expect(attempt).toThrow(/this version of Biagraph|has no node/);
});

describe('keys without effect', () => {
  const flows = INSTANCES(['F', 'Gv', 'Gh']);
  const own = (job: Changes) =>
    unavailableSwitches(configOf(job), catalog).filter(({ key }) => KEYS_WITHOUT_EFFECT.some((one) => one.key === key));

  test('are told where the job could mean them', () => {
    const key = 'PROBLEM.INSTANCE_SEG.CELLPOSE.SCALE_RANGE';
    expect(own(flows)).toEqual([]);
    expect(own({ ...flows, [key]: 0.2 })).toMatchObject([{ key, severity: 'warning' }]);
    expect(own({ ...INSTANCES(['F', 'C']), [key]: 0.2 })).toEqual([]);
  });

  test('are refused where another network would be trained', () => {
    const key = 'PROBLEM.INSTANCE_SEG.SEPARATED_DECODERS_DIVIDE_FEATURE_MAPS';
    const divided = {
      ...INSTANCES(['F', 'C']),
      'PROBLEM.INSTANCE_SEG.SEPARATED_DECODERS_PER_HEAD': true,
      'PROBLEM.INSTANCE_SEG.CHANNELS_PER_HEAD_INFO': [1, 1],
    };
    expect(own(divided)).toEqual([]);
    expect(own({ ...divided, [key]: true })).toMatchObject([{ key, severity: 'error' }]);
  });
});
