import { DEN, DET, I2I, SR, SSL } from '../schema/key.js';
import { showPlain } from '../value.js';
import type { Check } from './context.js';

/** The workflows' own settings, but for instance segmentation (rules R217 to R230). */
export function checkWorkflow(c: Check): void {
  if (c.is(DET)) checkDetection(c);
  else if (c.is(SR)) checkSuperResolution(c);
  else if (c.is(SSL)) checkSelfSupervision(c);
  else if (c.is(DEN)) checkDenoising(c);
  else if (c.is(I2I)) checkImageToImage(c);
}

function checkDetection(c: Check): void {
  const key = 'PROBLEM.DETECTION.CENTRAL_POINT_DILATION';
  const { CENTRAL_POINT_DILATION: dilation, DATA_CHANNEL_WEIGHTS } = c.config.PROBLEM.DETECTION;
  if (dilation.length === 1) c.derive('PROBLEM.DETECTION.CENTRAL_POINT_DILATION', Array(c.dims).fill(dilation[0]));
  else c.hasLength('R217', key, c.dims, c.axes(), ['PROBLEM.NDIM']);

  const post = c.config.TEST.POST_PROCESSING;
  const watershed = 'TEST.POST_PROCESSING.DET_WATERSHED';
  const measure = 'TEST.POST_PROCESSING.MEASURE_PROPERTIES';
  const { ENABLE, REMOVE_BY_PROPERTIES } = post.MEASURE_PROPERTIES;
  if (post.DET_WATERSHED && !(ENABLE && REMOVE_BY_PROPERTIES.ENABLE))
    c.error(
      'R218',
      [watershed, `${measure}.ENABLE`, `${measure}.REMOVE_BY_PROPERTIES.ENABLE`],
      `The watershed needs ${measure} and its REMOVE_BY_PROPERTIES.`,
      'Switch both on, with circularity or sphericity.',
    );
  else if (post.DET_WATERSHED) {
    const strange = REMOVE_BY_PROPERTIES.PROPS.find(
      (group) => group.length > 1 || !['circularity', 'sphericity'].includes(group[0]),
    );
    if (strange)
      c.error(
        'R219',
        [`${measure}.REMOVE_BY_PROPERTIES.PROPS`, watershed],
        `Expected groups of one property, circularity or sphericity, came ${showPlain(strange)}.`,
        'The watershed removes by roundness alone.',
      );
  }
  c.oneOf('R220', 'TEST.DET_TH_TYPE', ['manual', 'auto']);
  c.oneOf('R220', 'TEST.DET_POINT_CREATION_FUNCTION', ['peak_local_max', 'blob_log']);
  if (c.config.DATA.N_CLASSES > 2 && DATA_CHANNEL_WEIGHTS.length !== 2)
    c.hasLength('R221', 'PROBLEM.DETECTION.DATA_CHANNEL_WEIGHTS', 2, 'points, classes', ['DATA.N_CLASSES']);
}

function checkSuperResolution(c: Check): void {
  const key = 'PROBLEM.SUPER_RESOLUTION.UPSCALING';
  const { UPSCALING } = c.config.PROBLEM.SUPER_RESOLUTION;
  if (UPSCALING.length !== c.dims || UPSCALING.some((factor) => factor <= 0))
    c.error(
      'R222',
      [key, 'PROBLEM.NDIM'],
      `Expected ${c.dims} factors above 0 (${c.axes()}), came ${showPlain(UPSCALING)}.`,
      `Write ${c.dims === 3 ? '(1, 2, 2)' : '(2, 2)'}, for example.`,
    );
  const { TYPE } = c.config.DATA.NORMALIZATION;
  if (TYPE === 'zero_mean_unit_variance')
    c.error(
      'R223',
      ['DATA.NORMALIZATION.TYPE', 'PROBLEM.TYPE'],
      `Expected div or scale_range in super-resolution, came ${showPlain(TYPE)}.`,
      'Write TYPE: div under DATA.NORMALIZATION.',
    );
}

function checkSelfSupervision(c: Check): void {
  const section = 'PROBLEM.SELF_SUPERVISED';
  if (!c.oneOf('R224', `${section}.PRETEXT_TASK`, ['crappify', 'masking'])) return;
  const crappify = c.config.PROBLEM.SELF_SUPERVISED.PRETEXT_TASK === 'crappify';
  const isMae = c.architecture === 'mae';
  const fromCheckpoint = c.architectureFromCheckpoint;
  const architecture = ['MODEL.ARCHITECTURE', `${section}.PRETEXT_TASK`];
  if (crappify) {
    c.oneOf('R225', `${section}.RESIZING_FACTOR`, [2, 4, 6]);
    c.inRange('R225', `${section}.NOISE`, 0, 1);
    if (isMae && !fromCheckpoint)
      c.error('R225', architecture, 'The architecture mae learns by masking.', 'Write PRETEXT_TASK: masking.');
    return;
  }
  if (!isMae && !fromCheckpoint && !c.isForeignArchitecture)
    c.error(
      'R226',
      architecture,
      `Masking needs the architecture mae, came ${showPlain(c.config.MODEL.ARCHITECTURE)}.`,
      'Write ARCHITECTURE: mae, or PRETEXT_TASK: crappify.',
    );
  if (c.oneOf('R226', 'MODEL.MAE_MASK_TYPE', ['random', 'grid']) && c.config.MODEL.MAE_MASK_TYPE === 'random')
    c.inRange('R226', 'MODEL.MAE_MASK_RATIO', 0, 1);
}

function checkDenoising(c: Check): void {
  const { DATA, LOSS, PROBLEM } = c.config;
  const adversarial = LOSS.TYPE.some((name) => ['BCE', 'HINGE'].includes(name.toUpperCase()));
  if (PROBLEM.DENOISING.LOAD_GT_DATA || adversarial) {
    if (DATA.TRAIN.GT_PATH === '' && !DATA.TRAIN.INPUT_ZARR_MULTIPLE_DATA)
      c.error(
        'R227',
        ['DATA.TRAIN.GT_PATH', 'PROBLEM.DENOISING.LOAD_GT_DATA'],
        'Supervised denoising needs clean images, came no path.',
        'Give GT_PATH, or write LOAD_GT_DATA: False.',
      );
    return;
  }
  if (DATA.TEST.LOAD_GT)
    c.error(
      'R228',
      ['DATA.TEST.LOAD_GT', 'PROBLEM.DENOISING.LOAD_GT_DATA'],
      'Noise2Void has no ground truth.',
      'Write False, or LOAD_GT_DATA: True.',
    );
  c.inRange('R228', 'PROBLEM.DENOISING.N2V_PERC_PIX', 0, 1);
}

function checkImageToImage(c: Check): void {
  const section = 'PROBLEM.IMAGE_TO_IMAGE';
  const { MULTIPLE_RAW_ONE_TARGET_LOADER, CHANNELS_PER_HEAD_INFO, OUTPUT_CHANNELS } = c.config.PROBLEM.IMAGE_TO_IMAGE;
  const { DATA, TRAIN } = c.config;
  if (MULTIPLE_RAW_ONE_TARGET_LOADER && TRAIN.ENABLE)
    for (const phase of ['TRAIN', 'VAL'] as const)
      if (DATA[phase].FILTER_SAMPLES.ENABLE)
        c.error(
          'R229',
          [`DATA.${phase}.FILTER_SAMPLES.ENABLE`, `${section}.MULTIPLE_RAW_ONE_TARGET_LOADER`],
          'Samples with several raw images cannot be filtered.',
          'Write False.',
        );
  const sum = CHANNELS_PER_HEAD_INFO.reduce((total, channels) => total + channels, 0);
  if (CHANNELS_PER_HEAD_INFO.length > 0 && sum !== OUTPUT_CHANNELS)
    c.error(
      'R230',
      [`${section}.CHANNELS_PER_HEAD_INFO`, `${section}.OUTPUT_CHANNELS`],
      `The heads have ${sum} channels, OUTPUT_CHANNELS is ${OUTPUT_CHANNELS}.`,
      'Make them agree.',
    );
}
