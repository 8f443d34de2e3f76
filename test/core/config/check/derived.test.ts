import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../../core/config/index.js';
import { getKey } from '../../../../core/config/keys.js';

/** Rule, what the file says beside TRAIN.ENABLE, and what follows from it. */
const cases: [rule: string, source: Record<string, unknown>, derived: Record<string, unknown>][] = [
  ['R091', solid(), { 'DATA.TRAIN.OVERLAP': [0, 0, 0], 'DATA.TEST.PADDING': [0, 0, 0] }],
  ['R092', solid(), { 'DATA.VAL.RESOLUTION': [1, 1, 1] }],
  ['R092', {}, { 'DATA.TEST.RESOLUTION': [1, 1] }],
  [
    'R106',
    { 'TEST.POST_PROCESSING.MEASURE_PROPERTIES': { ENABLE: true, EXTRA_PROPS: ['area', 'area', 'bbox'] } },
    { 'TEST.POST_PROCESSING.MEASURE_PROPERTIES.EXTRA_PROPS': ['area', 'bbox'] },
  ],
  ['R141', { ...solid(), 'TEST.FULL_IMG': true }, { 'TEST.FULL_IMG': false }],
  ['R142', {}, { 'TRAIN.METRICS': ['iou'], 'TEST.METRICS': ['iou'] }],
  [
    'R143',
    images('IMAGE_TO_IMAGE'),
    { 'TRAIN.METRICS': ['psnr', 'mae', 'mse', 'ssim'], 'TEST.METRICS': ['psnr', 'mae', 'mse', 'ssim'] },
  ],
  ['R144', images('DENOISING'), { 'TRAIN.METRICS': ['mae', 'mse'], 'TEST.METRICS': ['mae', 'mse'] }],
  ['R145', classes(8), { 'TRAIN.METRICS': ['accuracy', 'top-5-accuracy'], 'TEST.METRICS': ['accuracy'] }],
  ['R344', classes(3), { 'TRAIN.METRICS': ['accuracy'] }],
  ['R146', { 'TRAIN.METRICS': ['IoU'] }, { 'TRAIN.METRICS': ['iou'] }],
  ['R151', { 'LOSS.TYPE': ['dice', 'ce'] }, { 'LOSS.TYPE': ['DICE', 'CE'], 'LOSS.WEIGHTS': [1, 1] }],
  ['R152', {}, { 'LOSS.TYPE': ['CE'], 'LOSS.WEIGHTS': [1] }],
  ['R153', { 'PROBLEM.TYPE': 'DETECTION', 'LOSS.TYPE': ['DICE'] }, { 'LOSS.TYPE': ['CE'], 'LOSS.WEIGHTS': [1] }],
  [
    'R155',
    { 'PROBLEM.TYPE': 'INSTANCE_SEG', 'PROBLEM.INSTANCE_SEG.DATA_CHANNELS': ['F', 'C'], 'LOSS.TYPE': ['CE'] },
    { 'LOSS.TYPE': [], 'LOSS.WEIGHTS': [] },
  ],
  ['R157', images('IMAGE_TO_IMAGE'), { 'LOSS.TYPE': ['MAE'] }],
  ['R161', images('DENOISING'), { 'LOSS.TYPE': ['MSE'] }],
  ['R162', classes(8), { 'LOSS.TYPE': ['CE'] }],
  [
    'R160',
    {
      ...solid(),
      'PROBLEM.TYPE': 'IMAGE_TO_IMAGE',
      'PROBLEM.IMAGE_TO_IMAGE.MEMBRANE_REPAIR': { ENABLE: true, DATA_CHANNELS: ['F', 'A'] },
      'LOSS.TYPE': ['BCE'],
    },
    { 'PROBLEM.IMAGE_TO_IMAGE.MEMBRANE_REPAIR.DATA_CHANNELS': ['F', 'A', 'I'] },
  ],
  [
    'R185',
    {
      'TEST.POST_PROCESSING.INSTANCE_REFINEMENT': { ENABLE: true, OPERATIONS: ['remove_large_objects'], VALUES: [9] },
    },
    { 'TEST.POST_PROCESSING.INSTANCE_REFINEMENT.OPERATIONS': ['remove_big_objects'] },
  ],
  ['R217', { 'PROBLEM.TYPE': 'DETECTION' }, { 'PROBLEM.DETECTION.CENTRAL_POINT_DILATION': [2, 2] }],
  [
    'R232',
    { ...solid(), 'DATA.PREPROCESS.TRAIN': true, 'DATA.PREPROCESS.RESIZE.ENABLE': true },
    { 'DATA.PREPROCESS.RESIZE.OUTPUT_SHAPE': [512, 512, 512] },
  ],
  ['R268', { ...classes(8), 'MODEL.ARCHITECTURE': 'vit' }, { 'MODEL.DROPOUT_VALUES': [0] }],
  ['R269', { 'MODEL.FEATURE_MAPS': [16, 32, 64] }, { 'MODEL.DROPOUT_VALUES': [0, 0, 0] }],
  ['R270', { 'MODEL.FEATURE_MAPS': [16, 32, 64] }, { 'MODEL.YX_DOWN': [2, 2] }],
  [
    'R270',
    { 'MODEL.ARCHITECTURE': 'multiresunet', 'MODEL.FEATURE_MAPS': [16, 32, 64] },
    { 'MODEL.YX_DOWN': [2, 2, 2, 2] },
  ],
  ['R274', { 'MODEL.FEATURE_MAPS': [16, 32, 64] }, { 'MODEL.Z_DOWN': [2, 2] }],
  ['R276', { 'MODEL.FEATURE_MAPS': [16, 32, 64] }, { 'MODEL.ISOTROPY': [true, true, true] }],
  ['R277', { 'MODEL.CONV_LAYERS': [3] }, { 'MODEL.CONV_LAYERS': [3, 3, 3, 3, 3] }],
  ['R277', { 'MODEL.CONV_LAYERS': [] }, { 'MODEL.CONV_LAYERS': [2, 2, 2, 2, 2] }],
  [
    'R279',
    { 'MODEL.ARCHITECTURE': 'hrnet', 'MODEL.HRNET.VARIANT': 'W32' },
    {
      'MODEL.HRNET.NUM_CHANNELS': [
        [32, 64],
        [32, 64, 128],
        [32, 64, 128, 256],
      ],
      'MODEL.HRNET.YX_DOWN': [2, 2, 2],
      'MODEL.HRNET.Z_DOWN': [1, 1, 1],
    },
  ],
  ['R281', solid(), { 'PROBLEM.SUPER_RESOLUTION.UPSCALING': [1, 1, 1] }],
  [
    'R282',
    { 'PROBLEM.DETECTION.SEPARATED_DECODERS_PER_HEAD': true },
    { 'PROBLEM.DETECTION.SEPARATED_DECODERS_PER_HEAD': false },
  ],
  [
    'R282',
    { 'PROBLEM.IMAGE_TO_IMAGE.SEPARATED_DECODERS_DIVIDE_FEATURE_MAPS': true },
    { 'PROBLEM.IMAGE_TO_IMAGE.SEPARATED_DECODERS_DIVIDE_FEATURE_MAPS': false },
  ],
  ['R284', { 'MODEL.NORMALIZATION': '' }, { 'MODEL.NORMALIZATION': 'in' }],
  [
    'R316',
    { ...nafnet() },
    {
      'TRAIN.OPT_BETAS': [
        [0.9, 0.999],
        [0.9, 0.999],
      ],
    },
  ],
  [
    'R318',
    { ...nafnet(), 'TRAIN.LR_SCHEDULER': { NAME: 'onecycle', MIN_LR: [1e-6] } },
    { 'TRAIN.LR_SCHEDULER.MIN_LR': [1e-6, 1e-6] },
  ],
  [
    'R335',
    {
      'MODEL.BMZ.EXPORT': {
        ENABLE: true,
        MODEL_NAME: 'a',
        DESCRIPTION: 'b',
        AUTHORS: [{ name: 'c' }],
        TAGS: ['d'],
        DATASET_INFO: [{ name: 'cells' }],
      },
    },
    {
      'MODEL.BMZ.EXPORT.DATASET_INFO': [
        {
          name: 'cells',
          doi: 'doi_not_specified',
          image_modality: 'image_modality_not_specified',
          dataset_id: 'dataset_id_not_specified',
        },
      ],
    },
  ],
  ['SYSTEM', { 'SYSTEM.DEVICE': 'mps' }, { 'SYSTEM.DEVICE': 'auto' }],
  ['SYSTEM', { 'SYSTEM.DEVICE': 'cuda:1' }, { 'SYSTEM.DEVICE': 'cuda' }],
];

function solid() {
  return { 'PROBLEM.NDIM': '3D', 'DATA.PATCH_SIZE': [32, 64, 64, 1] };
}
function images(type: string) {
  return { 'PROBLEM.TYPE': type, 'DATA.PATCH_SIZE': [64, 64, 1] };
}
function classes(count: number) {
  return { 'PROBLEM.TYPE': 'CLASSIFICATION', 'MODEL.ARCHITECTURE': 'simple_cnn', 'DATA.N_CLASSES': count };
}
function nafnet() {
  return {
    'PROBLEM.TYPE': 'IMAGE_TO_IMAGE',
    'MODEL.ARCHITECTURE': 'nafnet',
    'LOSS.TYPE': ['MAE', 'BCE'],
    'TRAIN.OPTIMIZER': ['ADAM', 'ADAM'],
    'TRAIN.LR': [1e-4, 1e-4],
  };
}

describe('derived values', () => {
  it.each(cases)('%s: %j', (_, source, derived) => {
    const { config } = loadConfig({ 'TRAIN.ENABLE': true, ...source }, { checkPaths: false });
    for (const [key, value] of Object.entries(derived)) expect(getKey(config, key), key).toEqual(value);
  });
});
