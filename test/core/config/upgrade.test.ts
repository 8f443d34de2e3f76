import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../core/config/index.js';
import { getKey } from '../../../core/config/keys.js';
import { readYaml } from '../../../core/config/read.js';
import { SourceText } from '../../../core/config/source.js';
import { nestDottedKeys, valueAt } from '../../../core/config/tree.js';
import { upgrade } from '../../../core/config/upgrade.js';
import { type Mapping, toPlain } from '../../../core/config/value.js';

function upgraded(yaml: string) {
  const tree = nestDottedKeys(readYaml(new SourceText(yaml, 'old.yaml')).value as Mapping, []);
  const notices = upgrade(tree);
  const at = (key: string) => {
    const value = valueAt(tree, key);
    return value && toPlain(value);
  };
  return { at, notices };
}

const instances = 'PROBLEM.INSTANCE_SEG';
const post = 'TEST.POST_PROCESSING';
const removal = `${post}.MEASURE_PROPERTIES.REMOVE_BY_PROPERTIES`;
const filter = 'DATA.TRAIN.FILTER_SAMPLES';
const normalization = 'DATA.NORMALIZATION';

/** Rule, old file, and what it holds afterwards; undefined for a key that must be gone. */
const cases: [rule: string, yaml: string, after: Record<string, unknown>][] = [
  ['R018', 'TRAIN.OPTIMIZER: ADAMW', { 'TRAIN.OPTIMIZER': ['ADAMW'] }],
  ['R019', 'TRAIN.LR: 0.0001', { 'TRAIN.LR': [1e-4] }],
  ['R019', 'TRAIN.LR: 1e-4', { 'TRAIN.LR': [1e-4] }],
  ['R019', 'TRAIN.LR: 1', { 'TRAIN.LR': [1] }],
  ['R020', 'TRAIN.OPT_BETAS: (0.9, 0.999)', { 'TRAIN.OPT_BETAS': [[0.9, 0.999]] }],
  [
    'R021',
    'TRAIN: {OPTIMIZER: [ADAM, ADAM], LR_SCHEDULER: {MIN_LR: 1.E-5}}',
    { 'TRAIN.LR_SCHEDULER.MIN_LR': [1e-5, 1e-5] },
  ],
  ['R021', 'TRAIN.LR_SCHEDULER.MIN_LR: 1.E-5', { 'TRAIN.LR_SCHEDULER.MIN_LR': [1e-5] }],
  ['R022', 'TEST.STATS: {FULL_IMG: True, PER_PATCH: True}', { 'TEST.FULL_IMG': true, 'TEST.STATS': undefined }],
  ['R023', 'TEST.DET_IGNORE_POINTS_OUTSIDE_BOX: [1, 2]', { 'TEST.EVAL_BORDER_CROP': [1, 2] }],
  [
    'R024',
    `${post}: {YZ_FILTERING: True, YZ_FILTERING_SIZE: 7}`,
    {
      [`${post}.MEDIAN_FILTER`]: true,
      [`${post}.MEDIAN_FILTER_AXIS`]: ['yz'],
      [`${post}.MEDIAN_FILTER_SIZE`]: [7],
      [`${post}.YZ_FILTERING`]: undefined,
    },
  ],
  [
    'R024',
    `${post}.YZ_FILTERING: False`,
    { [`${post}.MEDIAN_FILTER`]: undefined, [`${post}.YZ_FILTERING`]: undefined },
  ],
  [
    'R025',
    `${post}: {YZ_FILTERING: True, Z_FILTERING: True}`,
    { [`${post}.MEDIAN_FILTER_AXIS`]: ['z'], [`${post}.MEDIAN_FILTER_SIZE`]: [5] },
  ],
  ['R026', `${removal}.SIGN: [[lt]]`, { [`${removal}.SIGNS`]: [['lt']], [`${removal}.SIGN`]: undefined }],
  [
    'R027',
    `${post}: {REMOVE_BY_PROPERTIES: [[area]], REMOVE_BY_PROPERTIES_VALUES: [[9]], REMOVE_BY_PROPERTIES_SIGN: [[lt]]}`,
    {
      [removal]: { PROPS: [['area']], VALUES: [[9]], SIGNS: [['lt']], ENABLE: true },
      [`${post}.MEASURE_PROPERTIES.ENABLE`]: true,
    },
  ],
  ['R028', `${post}.REMOVE_CLOSE_POINTS_RADIUS: [4, 5]`, { [`${post}.REMOVE_CLOSE_POINTS_RADIUS`]: 4 }],
  ['R028', 'TEST.DET_TOLERANCE: []', { 'TEST.DET_TOLERANCE': undefined }],
  [
    'R029',
    `${post}.DET_WATERSHED_FIRST_DILATION: [[2, 2], [3, 3]]`,
    { [`${post}.DET_WATERSHED_FIRST_DILATION`]: [2, 2] },
  ],
  [
    'R031',
    `${post}: {CLEAR_BORDER: True, INSTANCE_REFINEMENT: {OPERATIONS: [dilation], VALUES: [2]}}`,
    {
      [`${post}.INSTANCE_REFINEMENT`]: { OPERATIONS: ['dilation', 'clear_border'], VALUES: [2, 'none'], ENABLE: true },
    },
  ],
  [
    'R031',
    `${post}.CLEAR_BORDER: False`,
    { [`${post}.CLEAR_BORDER`]: undefined, [`${post}.INSTANCE_REFINEMENT`]: undefined },
  ],
  ['R032', `${post}.FILL_HOLES: True`, { [`${post}.INSTANCE_REFINEMENT.OPERATIONS`]: ['fill_holes'] }],
  [
    'R033',
    'TEST.BY_CHUNKS.INPUT_ZARR_MULTIPLE_DATA_RAW_PATH: volumes.raw',
    { 'DATA.TEST.INPUT_ZARR_MULTIPLE_DATA_RAW_PATH': 'volumes.raw' },
  ],
  ['R034', `${post}.APPLY_MASK: True`, { 'DATA.TEST.ROI_MASK.ENABLE': true, [`${post}.APPLY_MASK`]: undefined }],
  ['R034', `${post}.APPLY_MASK: False`, { 'DATA.TEST.ROI_MASK': undefined, [`${post}.APPLY_MASK`]: undefined }],
  [
    'R035',
    `${post}.APPLY_MASK: True\nDATA.TEST.BINARY_MASKS: masks`,
    { 'DATA.TEST.ROI_MASK': { ENABLE: true, PATH: 'masks' } },
  ],
  ['R035', 'DATA.TEST.BINARY_MASKS: masks', { 'DATA.TEST.ROI_MASK': undefined, 'DATA.TEST.BINARY_MASKS': undefined }],
  ['R036', 'PROBLEM.DETECTION.CENTRAL_POINT_DILATION: 3', { 'PROBLEM.DETECTION.CENTRAL_POINT_DILATION': [3] }],
  [
    'R037',
    'PROBLEM: {NDIM: 3D, SUPER_RESOLUTION: {UPSCALING: 2}}',
    { 'PROBLEM.SUPER_RESOLUTION.UPSCALING': [2, 2, 2] },
  ],
  ['R038', `${instances}.DATA_CHANNELS: BCD`, { [`${instances}.DATA_CHANNELS`]: ['F', 'C', 'Db'] }],
  ['R038', `${instances}.DATA_CHANNELS: BCDv2`, { [`${instances}.DATA_CHANNELS`]: ['F', 'C', 'D'] }],
  ['R038', `${instances}.DATA_CHANNELS: BF`, { [`${instances}.DATA_CHANNELS`]: ['F', 'V', 'H'] }],
  [
    'R038',
    `PROBLEM: {NDIM: 3D, INSTANCE_SEG: {DATA_CHANNELS: BF}}`,
    { [`${instances}.DATA_CHANNELS`]: ['F', 'Z', 'V', 'H'] },
  ],
  ['R038', `${instances}.DATA_CHANNELS: A`, { [`${instances}.DATA_CHANNELS`]: ['A'] }],
  [
    'R039',
    `${instances}: {DATA_CHANNELS: BD, DISTANCE_CHANNEL_MASK: False}`,
    {
      [`${instances}.DATA_CHANNELS_EXTRA_OPTS`]: [{ Db: { mask_values: false } }],
      [`${instances}.DISTANCE_CHANNEL_MASK`]: undefined,
    },
  ],
  ['R040', `${instances}: {DATA_MW_TH_TYPE: auto, DATA_MW_TH_CONTOUR: 0.2}`, { [instances]: {} }],
  [
    'R041',
    `${instances}: {DATA_CHANNELS: BCD, DATA_MW_TH_TYPE: manual, DATA_MW_TH_BINARY_MASK: 0.5, DATA_MW_TH_CONTOUR: 0.2, DATA_MW_TH_DISTANCE: 2.5, DATA_MW_TH_FOREGROUND: 0.3}`,
    {
      [`${instances}.WATERSHED`]: {
        SEED_CHANNELS: ['F', 'C', 'Db'],
        SEED_CHANNELS_THRESH: [0.5, 0.2, 2.5],
        GROWTH_MASK_CHANNELS: ['F'],
        GROWTH_MASK_CHANNELS_THRESH: [0.3],
      },
      [`${instances}.DATA_MW_TH_TYPE`]: undefined,
    },
  ],
  ['R042', `${instances}.DATA_CHECK_MW: True`, { [`${instances}.WATERSHED.DATA_CHECK_MW`]: true }],
  ['R043', `${instances}.WATERSHED_BY_2D_SLICES: True`, { [`${instances}.WATERSHED.BY_2D_SLICES`]: true }],
  ['R044', 'DATA.W_FOREGROUND: 0.9', { 'DATA.TRAIN.W_FOREGROUND': 0.9, 'DATA.W_FOREGROUND': undefined }],
  [
    'R045',
    'DATA.TRAIN.MINIMUM_FOREGROUND_PER: 0.05',
    { [filter]: { ENABLE: true, PROPS: [['foreground']], VALUES: [[0.05]], SIGNS: [['lt']] } },
  ],
  ['R045', 'DATA.TRAIN.MINIMUM_FOREGROUND_PER: -1', { [filter]: undefined, 'DATA.TRAIN': {} }],
  [
    'R046',
    `${normalization}: {PERC_CLIP: True, PERC_LOWER: 1, PERC_UPPER: 99}`,
    { [`${normalization}.PERC_CLIP`]: { ENABLE: true, LOWER_PERC: 1, UPPER_PERC: 99 } },
  ],
  ['R047', `${normalization}.PERC_CLIP.LOWER_VALUE: 3`, { [`${normalization}.PERC_CLIP.LOWER_VALUE`]: [3] }],
  [
    'R048',
    `${normalization}: {TYPE: custom, CUSTOM_MEAN: 5, CUSTOM_STD: 2.5, CUSTOM_MODE: image}`,
    { [normalization]: { TYPE: 'zero_mean_unit_variance', ZERO_MEAN_UNIT_VAR: { MEAN_VAL: [5], STD_VAL: [2.5] } } },
  ],
  [
    'R049',
    'AUGMENTOR: {DA_PROB: 0.2, VFLIP_PROB: 0.7}',
    {
      'AUGMENTOR.HFLIP_PROB': 0.2,
      'AUGMENTOR.VFLIP_PROB': 0.7,
      'AUGMENTOR.RANDOM_RESIZED_CROP_PROB': undefined,
      'AUGMENTOR.DA_PROB': undefined,
    },
  ],
  ['R050', 'LOSS: {CLASS_REBALANCE: True, CLASS_WEIGHTS: [1, 2]}', { 'LOSS.CLASS_REBALANCE': 'manual' }],
  ['R050', 'LOSS.CLASS_REBALANCE: False', { 'LOSS.CLASS_REBALANCE': 'none' }],
  [
    'R050',
    'PROBLEM.TYPE: DETECTION\nLOSS.CLASS_REBALANCE: False',
    { 'LOSS.CLASS_REBALANCE': 'none', 'PROBLEM.DETECTION.CLASS_REBALANCE_WITHIN_CHANNELS': false },
  ],
  ['R051', 'LOSS: {TYPE: MSE, WEIGHTS: [0.66, 0.34]}', { LOSS: { TYPE: ['MSE'], WEIGHTS: [1] } }],
  ['R052', 'LOSS: {TYPE: W_CE_DICE, WEIGHTS: [0.66, 0.34]}', { LOSS: { TYPE: ['DICE', 'CE'], WEIGHTS: [0.66, 0.34] } }],
  ['R052', 'LOSS.TYPE: W_MSE_SSIM', { LOSS: { TYPE: ['MSE', 'SSIM'], WEIGHTS: [1, 1] } }],
  ['R053', 'LOSS.TYPE: CYCLEGAN', { LOSS: { TYPE: ['MAE', 'SSIM', 'BCE'], WEIGHTS: [10, 1, 1] } }],
  [
    'R053',
    'LOSS: {TYPE: CYCLEGAN, CYCLEGAN: {LAMBDA_RECON: 0, LAMBDA_LAP: 1, LAMBDA_EDGE: 2, GAN_TYPE: hinge, R1_GAMMA: 0.5}}',
    { LOSS: { TYPE: ['SSIM', 'LAPLACIAN', 'HINGE'], WEIGHTS: [1, 3, 1], GAN: { R1_GAMMA: 0.5 } } },
  ],
  [
    'R054',
    'LOSS: {TYPE: MEMBRANE_REPAIR_AFFINITY, WEIGHTS: [1, 2]}',
    { LOSS: { TYPE: ['BCE', 'MALIS', 'CLDICE', 'SVOX'], WEIGHTS: [1, 2, 0, 0] } },
  ],
  ['R055', 'LOSS.TYPE: ""', { LOSS: { TYPE: [] } }],
  [
    'R056',
    'MODEL: {LOAD_CHECKPOINT: True, LOAD_MODEL_FROM_CHECKPOINT: True}',
    { 'MODEL.ITEMS_TO_LOAD_FROM_CHECKPOINT': ['weights', 'norm', 'model_arch'] },
  ],
  [
    'R057',
    'MODEL: {LOAD_MODEL_FROM_CHECKPOINT: True, LOAD_CHECKPOINT: True, LOAD_CHECKPOINT_ONLY_WEIGHTS: True}',
    { 'MODEL.ITEMS_TO_LOAD_FROM_CHECKPOINT': ['weights'] },
  ],
  ['R058', 'MODEL.BATCH_NORMALIZATION: True', { MODEL: { NORMALIZATION: 'bn' } }],
  ['R058', 'MODEL.BATCH_NORMALIZATION: False', { MODEL: {} }],
  ['R059', 'MODEL.CONVNEXT_LAYERS: [3, 3]', { MODEL: { CONV_LAYERS: [3, 3] } }],
  [
    'R060',
    'MODEL: {ARCHITECTURE: unetr, UNETR_DEC_ACTIVATION: relu}',
    { MODEL: { ARCHITECTURE: 'unetr', ACTIVATION: 'relu' } },
  ],
  [
    'R060',
    'MODEL: {ARCHITECTURE: unet, UNETR_DEC_ACTIVATION: relu, LARGER_IO: True, ISOTROPY: [False, True]}',
    { MODEL: { ARCHITECTURE: 'unet', LARGER_IO: false, ISOTROPY: [true, true] } },
  ],
  ['R061', 'MODEL.UNETR_DEC_KERNEL_SIZE: 5', { MODEL: { KERNEL_SIZE: 5 } }],
  ['R062', 'MODEL.N_CLASSES: 4', { 'DATA.N_CLASSES': 4, MODEL: {} }],
  ['R063', 'MODEL.BMZ.SOURCE_MODEL_DOI: 10.5281/x', { 'MODEL.BMZ': { SOURCE_MODEL_ID: '10.5281/x' } }],
  [
    'R064',
    'MODEL.BMZ.EXPORT_MODEL: {ENABLE: True, NAME: net, TAGS: [a]}',
    { 'MODEL.BMZ': { EXPORT: { ENABLE: true, MODEL_NAME: 'net', TAGS: ['a'] } } },
  ],
  [
    'R066',
    'MODEL: {HRNET_48: {HEAD_TYPE: OCR}, HRNET_18: {HEAD_TYPE: PSP}}',
    { MODEL: { HRNET: { HEAD_TYPE: 'OCR' } } },
  ],
  ['R067', 'MODEL.ARCHITECTURE: hrnet18', { MODEL: { ARCHITECTURE: 'hrnet', HRNET: { VARIANT: 'W18' } } }],
  [
    'R068',
    'MODEL.HRNET: {CUSTOM: True, Z_DOWN: True, STAGE1: {NUM_MODULES: 1}, STAGE2: {NUM_MODULES: 2, NUM_CHANNELS: [8, 16]}, STAGE3: {}, STAGE4: {NUM_BLOCKS: [1, 1, 1, 1]}}',
    {
      'MODEL.HRNET': {
        VARIANT: 'custom',
        Z_DOWN: [2, 2, 2],
        NUM_STAGES: 3,
        NUM_MODULES: [2, 1, 1],
        NUM_BRANCHES: [2, 3, 4],
        NUM_BLOCKS: [
          [4, 4],
          [4, 4, 4],
          [1, 1, 1, 1],
        ],
        NUM_CHANNELS: [
          [8, 16],
          [18, 36, 72],
          [18, 36, 72, 144],
        ],
      },
    },
  ],
  ['R068', 'MODEL.HRNET: {CUSTOM: False}', { 'MODEL.HRNET': { VARIANT: 'W18' } }],
  ['R069', 'TEST.EVALUATE: True', { TEST: {} }],
  ['R070', `${instances}.SYNAPSES.POSTSITE_DILATION: [2]`, { [`${instances}.SYNAPSES`]: {} }],
  ['R048', 'DATA.NORMALIZATION.APPLICATION_MODE: dataset', { 'DATA.NORMALIZATION': { MEASURE_BY: 'dataset' } }],
  ['R071', 'DATA.TEST.ARGMAX_TO_OUTPUT: True', { 'DATA.TEST': {} }],
  ['R072', 'AUGMENTOR.BRIGHTNESS_EM: True', { AUGMENTOR: {} }],
  ['R073', 'AUGMENTOR.AFFINE_MODE: mirror', { AUGMENTOR: {} }],
  ['R074', 'MODEL.LAST_ACTIVATION: softmax', { MODEL: {} }],
  ['R075', 'PATHS.LWR_X_FILE: a.npy', { PATHS: {} }],
];

describe('upgrade', () => {
  it.each(cases)('%s: %s', (rule, yaml, after) => {
    const { at, notices } = upgraded(yaml);
    for (const [key, value] of Object.entries(after)) expect(at(key), key).toEqual(value);
    expect(notices.map((notice) => notice.rule)).toContain(rule);
    for (const notice of notices) {
      expect(notice).toMatchObject({ severity: 'notice', file: 'old.yaml' });
      expect(notice.line).toBeGreaterThan(0);
      expect(notice.key).toBeTruthy();
    }
  });

  it('says nothing about a file of today', () => {
    const yaml = 'TRAIN: {OPTIMIZER: [SGD], LR: [0.1]}\nMODEL: {HRNET: {HEAD_TYPE: OCR}}\nLOSS: {TYPE: [CE]}\n';
    expect(upgraded(yaml).notices).toEqual([]);
    expect(upgraded(yaml).at('MODEL.HRNET.VARIANT')).toBeUndefined();
  });

  it.each([
    ['TRAIN.LR: fast', 'TRAIN.LR'],
    ['PROBLEM.INSTANCE_SEG.DATA_CHANNELS: "B, C"', 'PROBLEM.INSTANCE_SEG.DATA_CHANNELS'],
    ['DATA.NORMALIZATION: 3', 'DATA.NORMALIZATION'],
    ['MODEL.HRNET: W48', 'MODEL.HRNET'],
    ['TEST.POST_PROCESSING: [CLEAR_BORDER]', 'TEST.POST_PROCESSING'],
  ])('leaves %s to the type rules', (yaml, key) => {
    const { at, notices } = upgraded(yaml);
    expect(notices).toEqual([]);
    expect(at(key)).toBeDefined();
  });

  it('loads every old key that manual and tutorials still use (R346)', () => {
    const source = {
      PROBLEM: { TYPE: 'INSTANCE_SEG', INSTANCE_SEG: { DATA_CHANNELS: ['F', 'C'], DATA_CHECK_MW: true } },
      AUGMENTOR: { DA_PROB: 0.5 },
      DATA: {
        EXTRACT_RANDOM_PATCH: true,
        PROBABILITY_MAP: false,
        NORMALIZATION: { MEASURE_BY: 'image', PERC_CLIP: true, PERC_LOWER: 1, PERC_UPPER: 99 },
        TEST: { ARGMAX_TO_OUTPUT: true, BINARY_MASKS: 'x' },
      },
      MODEL: { N_CLASSES: 2 },
      TEST: {
        BY_CHUNKS: { FORMAT: 'h5' },
        POST_PROCESSING: {
          APPLY_MASK: false,
          YZ_FILTERING: false,
          YZ_FILTERING_SIZE: 5,
          Z_FILTERING: false,
          Z_FILTERING_SIZE: 5,
        },
      },
      LOSS: { CLASS_REBALANCE: true },
      TRAIN: { ENABLE: true, LR: 1, OPTIMIZER: 'ADAMW' },
    };
    const { config, problems } = loadConfig(source, { checkPaths: false });
    expect(new Set(problems.map(({ severity }) => severity))).toEqual(new Set(['notice']));
    expect(getKey(config, 'DATA.NORMALIZATION.PERC_CLIP')).toMatchObject({
      ENABLE: true,
      LOWER_PERC: 1,
      UPPER_PERC: 99,
    });
  });
});
