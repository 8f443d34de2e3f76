import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { configKeys, getKey, isSection } from '../../core/config/keys.js';
import { unavailableSwitches } from '../../graphs/unavailable.js';
import { KEYS_WITHOUT_EFFECT } from '../../graphs/without-effect.js';
import { catalog } from '../plugins/nodes.js';
import { configOf, VOLUMES } from './config.js';

type Changes = NonNullable<Parameters<typeof configOf>[0]>;

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
  'DATA.PREPROCESS.ZOOM.': {
    ...{ ...VOLUMES, 'DATA.PREPROCESS.TEST': true, 'DATA.PREPROCESS.ZOOM.ENABLE': true },
    'TEST.BY_CHUNKS.ENABLE': true,
  },
  'MODEL.DPT.': { 'MODEL.ARCHITECTURE': 'dpt' },
  'MODEL.VIT_READOUT.': { 'MODEL.ARCHITECTURE': 'vit_readout' },
  'MODEL.RDBM.': { 'PROBLEM.TYPE': 'IMAGE_TO_IMAGE', 'MODEL.ARCHITECTURE': 'rdbm' },
  'MODEL.WAVELETTENTION_': {
    ...{ 'PROBLEM.TYPE': 'SUPER_RESOLUTION', 'PROBLEM.SUPER_RESOLUTION.UPSCALING': '(2,2)' },
    ...{ 'MODEL.ARCHITECTURE': 'wavelettention', 'DATA.NORMALIZATION.TYPE': 'div' },
  },
  'MODEL.STUNET.CLASS_SET_': {
    ...{ ...VOLUMES, 'DATA.PATCH_SIZE': '(32, 64, 64, 1)', 'MODEL.ARCHITECTURE': 'stunet' },
    'MODEL.STUNET.VARIANT': 'custom',
    'MODEL.STUNET.CLASS_SET_CHANNEL_IDXS': [0],
  },
  'MODEL.BMZ.EXPORT.': {
    ...{ 'MODEL.BMZ.EXPORT.ENABLE': true, 'MODEL.BMZ.EXPORT.MODEL_NAME': 'cells' },
    ...{ 'MODEL.BMZ.EXPORT.DESCRIPTION': 'Finds cells.', 'MODEL.BMZ.EXPORT.TAGS': ['cells'] },
    'MODEL.BMZ.EXPORT.AUTHORS': [{ name: 'Somebody', github_user: 'somebody' }],
  },
  'MODEL.BMZ.SOURCE_MODEL_ID': { 'MODEL.SOURCE': 'bmz', 'MODEL.BMZ.SOURCE_MODEL_ID': 'affable-shark' },
  'MODEL.TORCHVISION_MODEL_NAME': {
    ...{ 'MODEL.SOURCE': 'torchvision', 'TEST.FULL_IMG': true, 'DATA.PATCH_SIZE': '(256, 256, 3)' },
    ...{ 'DATA.NORMALIZATION.TYPE': 'scale_range' },
    'MODEL.TORCHVISION_MODEL_NAME': 'fcn_resnet50',
  },
};

/** Keys of those that are refused, beside all below them. */
const REFUSED_WITH: Record<string, string> = {
  'MODEL.VIT_TOKEN_STRIDE': 'MODEL.DPT.',
  'MODEL.VIT_DROP_PATH_RATE': 'MODEL.DPT.',
  'MODEL.VIT_GRAD_CHECKPOINTING': 'MODEL.DPT.',
  'PATHS.BMZ_EXPORT_PATH': 'MODEL.BMZ.EXPORT.',
  ...Object.fromEntries(
    ['TRAIN', 'VAL', 'TEST'].flatMap((phase) =>
      ['ID', 'PARTNERS', 'LOCATIONS', 'RESOLUTION'].map((table) => [
        `DATA.${phase}.INPUT_ZARR_MULTIPLE_DATA_${table}_PATH`,
        'PROBLEM.INSTANCE_SEG.SYNAPSES.',
      ]),
    ),
  ),
};

/** What reads keys that are not about the graph of a job, by its file. */
const READ_BY: Record<string, string[]> = {
  'core/job/session.ts': ['SYSTEM.NUM_CPUS', 'SYSTEM.NUM_WORKERS', 'SYSTEM.DEVICE'],
  'core/config/memory-budget.ts': ['SYSTEM.MEMORY_BUDGET'],
  'core/job/run.ts': [
    ...['PATHS.CHECKPOINT', 'PATHS.CHECKPOINT_FILE', 'PATHS.CHARTS', 'MODEL.LOAD_CHECKPOINT'],
    ...['LOG.LOG_DIR', 'LOG.TENSORBOARD_LOG_DIR', 'LOG.LOG_FILE_PREFIX', 'LOG.CHART_CREATION_FREQ'],
  ],
  'core/config/checkpoint.ts': ['MODEL.ITEMS_TO_LOAD_FROM_CHECKPOINT'],
  'core/config/check/checkpoint.ts': ['MODEL.LOAD_CHECKPOINT_EPOCH', 'MODEL.OUT_CHECKPOINT_FORMAT'],
  // It must agree with the lists of blocks and channels.
  'core/config/check/model.ts': ['MODEL.HRNET.NUM_BRANCHES'],
  'core/config/load.ts': ['PLUGINS'],
  'core/job/prepare.ts': ['GRAPH'],
};

/** Keys that follow from others, whatever a file says; BiaPy keeps prepared targets there, which Biagraph makes as they are needed. */
const DERIVED = [
  ...['TRAIN', 'VAL', 'TEST'].flatMap((phase) =>
    ['INSTANCE_CHANNELS_MASK_DIR', 'DETECTION_MASK_DIR', 'SSL_SOURCE_DIR'].map((name) => `DATA.${phase}.${name}`),
  ),
  'PATHS.PROB_MAP_DIR',
];

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
  'TRAIN.VERBOSE',
  // No key switches a profiler on.
  'PATHS.PROFILER',
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

/** The jobs above, and those that use what DATA, MODEL and TRAIN have besides. */
const ALL_JOBS: Changes[] = [
  ...JOBS,
  ...[{}, INSTANCES(['F', 'C'])].map((job) => ({ ...job, 'TEST.ANALIZE_2D_IMGS_AS_3D_STACK': true })),
  ...[
    {},
    { 'PROBLEM.TYPE': 'DENOISING', 'DATA.TEST.LOAD_GT': false },
    { 'PROBLEM.TYPE': 'DETECTION' },
    INSTANCES(['F', 'C']),
  ].map((job) => ({
    ...{ ...job, 'TEST.FULL_IMG': true },
  })),
  { 'DATA.VAL.CROSS_VAL': true, 'TRAIN.SAVE_TRAIN_PREDS_FREQ': 5, 'DATA.CHECK_GENERATORS': true },
  { 'DATA.TRAIN.EXTRACT_RANDOM_PATCH': true, 'DATA.TRAIN.PROBABILITY_MAP': true },
  {
    ...{ 'DATA.TRAIN.FILTER_SAMPLES.ENABLE': true, 'DATA.SAVE_FILTERED_IMAGES': true },
    ...{ 'DATA.TRAIN.FILTER_SAMPLES.PROPS': [['mean']], 'DATA.TRAIN.FILTER_SAMPLES.VALUES': [[1]] },
    'DATA.TRAIN.FILTER_SAMPLES.SIGNS': [['lt']],
  },
  {
    ...{ ...VOLUMES, ...zarr('TRAIN'), ...zarr('VAL'), 'DATA.TEST.INPUT_ZARR_MULTIPLE_DATA': true },
    'DATA.TEST.INPUT_ZARR_MULTIPLE_DATA_RAW_PATH': 'volumes.raw',
    'DATA.TEST.INPUT_ZARR_MULTIPLE_DATA_GT_PATH': 'volumes.labels',
  },
  {
    ...{ 'PROBLEM.TYPE': 'IMAGE_TO_IMAGE', 'DATA.NORMALIZATION.PERC_CLIP.ENABLE': true },
    ...{ 'DATA.NORMALIZATION.PERC_CLIP.LOWER_PERC': 1, 'DATA.NORMALIZATION.PERC_CLIP.UPPER_PERC': 99 },
    'DATA.NORMALIZATION.TARGET.ENABLE': true,
    ...{
      'DATA.NORMALIZATION.TARGET.TYPE': 'zero_mean_unit_variance',
      'DATA.NORMALIZATION.TARGET.PERC_CLIP.ENABLE': true,
    },
    ...{ 'DATA.NORMALIZATION.TARGET.PERC_CLIP.LOWER_PERC': 1, 'DATA.NORMALIZATION.TARGET.PERC_CLIP.UPPER_PERC': 99 },
  },
  ...['RESIZE', 'GAUSSIAN_BLUR', 'MEDIAN_BLUR', 'MATCH_HISTOGRAM', 'CLAHE', 'CANNY'].map((step) => ({
    ...{ 'DATA.PREPROCESS.TRAIN': true, 'DATA.PATCH_SIZE': step === 'CANNY' ? '(256, 256, 1)' : '(256, 256, 3)' },
    [`DATA.PREPROCESS.${step}.ENABLE`]: true,
  })),
  ...['unext_v1', 'unext_v2', 'unetr', 'hrnet', 'stunet', 'resunet', 'multiresunet'].map((name) => ({
    'MODEL.ARCHITECTURE': name,
  })),
  ...['hrnet', 'stunet'].map((name) => ({
    ...{ ...VOLUMES, 'DATA.PATCH_SIZE': '(32, 64, 64, 1)', 'MODEL.ARCHITECTURE': name },
    [`MODEL.${name.toUpperCase()}.VARIANT`]: 'custom',
    ...{ 'MODEL.HRNET.Z_DOWN': [1, 1, 1], 'MODEL.HRNET.YX_DOWN': [2, 2, 2] },
  })),
  ...['rcan', 'unet'].map((name) => ({
    ...{ 'PROBLEM.TYPE': 'SUPER_RESOLUTION', 'PROBLEM.SUPER_RESOLUTION.UPSCALING': '(2,2)' },
    ...{ 'MODEL.ARCHITECTURE': name, 'DATA.NORMALIZATION.TYPE': 'div' },
  })),
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

test('every key is answered, refused or told', () => {
  const seen = keysOf(ALL_JOBS);
  const told = [
    ...[...OTHERWISE, ...DERIVED, ...Object.keys(REFUSED_WITH), ...Object.values(READ_BY).flat()],
    ...KEYS_WITHOUT_EFFECT.map(({ key }) => key),
  ];
  const silent = configKeys()
    .map(({ key }) => key)
    .filter((key) => !Object.keys(REFUSED).some((section) => key.startsWith(section)))
    .filter((key) => !seen.has(key) && !told.includes(key));
  expect(silent).toEqual([]);
});

test.each(Object.entries(READ_BY))('%s reads its keys', async (file, keys) => {
  const source = await readFile(new URL(`../../${file}`, import.meta.url), 'utf8');
  expect(keys.filter((key) => !new RegExp(`\\b${key.split('.').at(-1)}\\b`).test(source))).toEqual([]);
});

test.each(DERIVED)('%s follows from other keys', (key) => {
  const random = { 'DATA.TRAIN.EXTRACT_RANDOM_PATCH': true, 'DATA.TRAIN.PROBABILITY_MAP': true };
  expect(getKey(configOf({ ...random, [key]: 'elsewhere' }), key)).toBe(getKey(configOf(random), key));
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
  expect(attempt).toThrow(/this version/);
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

  const random = { 'DATA.TRAIN.EXTRACT_RANDOM_PATCH': true, 'DATA.TRAIN.PROBABILITY_MAP': true };
  const separate = { 'DATA.VAL.FROM_TRAIN': false, 'DATA.VAL.PATH': 'v', 'DATA.VAL.GT_PATH': 'w' };
  const valFilter = {
    ...{ 'DATA.VAL.FILTER_SAMPLES.PROPS': [['mean']], 'DATA.VAL.FILTER_SAMPLES.VALUES': [[5]] },
    'DATA.VAL.FILTER_SAMPLES.SIGNS': [['lt']],
  };
  const previews = { 'TRAIN.SAVE_TRAIN_PREDS_FREQ': 5 };
  const classes = { 'PROBLEM.TYPE': 'CLASSIFICATION', 'DATA.N_CLASSES': 3, 'MODEL.ARCHITECTURE': 'vit' };

  test.each<[string, unknown, Changes, string]>([
    ['SYSTEM.NUM_GPUS', 2, {}, 'notice'],
    ['SYSTEM.PIN_MEM', false, {}, 'notice'],
    ['DATA.VAL.DIST_EVAL', false, {}, 'notice'],
    ['MODEL.FIND_UNUSED_PARAMETERS', true, {}, 'notice'],
    ['DATA.TRAIN.PROBABILITY_MAP', true, {}, 'warning'],
    ['DATA.VAL.FILTER_SAMPLES.ENABLE', true, valFilter, 'warning'],
    ['DATA.SAVE_FILTERED_IMAGES', true, {}, 'notice'],
    ['DATA.TEST.IN_MEMORY', true, {}, 'notice'],
    ['DATA.TRAIN.CHECK_DATA', false, {}, 'notice'],
    ['DATA.TEST.CHECK_DATA', false, {}, 'notice'],
    ['DATA.VAL.RESOLUTION', '(2, 2)', separate, 'warning'],
    ['PATHS.PROB_MAP_FILENAME', 'mine.npy', random, 'notice'],
    ['TRAIN.CHECKPOINT_MONITOR', 'val_iou', {}, 'warning'],
    ['TRAIN.SAVE_TRAIN_PREDS_SHOW', true, previews, 'notice'],
    ['TRAIN.SAVE_TRAIN_PREDS_FREQ', 5, classes, 'warning'],
  ])('%s is told in %j', (key, value, job, severity) => {
    expect(own(job)).toEqual([]);
    expect(own({ ...job, [key]: value })).toMatchObject([{ key, severity }]);
  });

  test('of a phase that does not run are not told', () => {
    const test = { 'DATA.TEST.IN_MEMORY': true, 'DATA.TEST.CHECK_DATA': false, 'TEST.ENABLE': false };
    expect(own(test)).toEqual([]);
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
