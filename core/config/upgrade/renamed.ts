import type { OldFile } from './old-file.js';

/** Keys that only changed their name or place, and keys that are gone (rules R023, R026, R033, R042 to R044, R059 to R075). */
export function upgradeNames(old: OldFile): void {
  for (const [from, to, rule] of renamed) old.move(from, to, rule);
  for (const [key, rule] of dropped) old.drop(key, rule);
}

const zarr = ['', '_RAW_PATH', '_GT_PATH', '_ID_PATH', '_PARTNERS_PATH', '_LOCATIONS_PATH', '_RESOLUTION_PATH'];
const instances = 'PROBLEM.INSTANCE_SEG';
const postProcessing = 'TEST.POST_PROCESSING';

const renamed: [from: string, to: string, rule: string][] = [
  ['TEST.DET_IGNORE_POINTS_OUTSIDE_BOX', 'TEST.EVAL_BORDER_CROP', 'R023'],
  [
    `${postProcessing}.MEASURE_PROPERTIES.REMOVE_BY_PROPERTIES.SIGN`,
    `${postProcessing}.MEASURE_PROPERTIES.REMOVE_BY_PROPERTIES.SIGNS`,
    'R026',
  ],
  ...['INPUT_IMG_AXES_ORDER', 'INPUT_MASK_AXES_ORDER', ...zarr.map((end) => `INPUT_ZARR_MULTIPLE_DATA${end}`)].map(
    (name): [string, string, string] => [`TEST.BY_CHUNKS.${name}`, `DATA.TEST.${name}`, 'R033'],
  ),
  ...[
    'SEED_MORPH_SEQUENCE',
    'SEED_MORPH_RADIUS',
    'ERODE_AND_DILATE_GROWTH_MASK',
    'FORE_EROSION_RADIUS',
    'FORE_DILATION_RADIUS',
    'DATA_CHECK_MW',
    'DATA_REMOVE_BEFORE_MW',
    'DATA_REMOVE_SMALL_OBJ_BEFORE',
  ].map((name): [string, string, string] => [`${instances}.${name}`, `${instances}.WATERSHED.${name}`, 'R042']),
  [`${instances}.WATERSHED_BY_2D_SLICES`, `${instances}.WATERSHED.BY_2D_SLICES`, 'R043'],
  ...['EXTRACT_RANDOM_PATCH', 'PROBABILITY_MAP', 'W_FOREGROUND', 'W_BACKGROUND'].map(
    (name): [string, string, string] => [`DATA.${name}`, `DATA.TRAIN.${name}`, 'R044'],
  ),
  ['MODEL.CONVNEXT_LAYERS', 'MODEL.CONV_LAYERS', 'R059'],
  ['MODEL.UNETR_DEC_KERNEL_SIZE', 'MODEL.KERNEL_SIZE', 'R061'],
  ['MODEL.N_CLASSES', 'DATA.N_CLASSES', 'R062'],
  ['MODEL.BMZ.SOURCE_MODEL_DOI', 'MODEL.BMZ.SOURCE_MODEL_ID', 'R063'],
];

const under = (section: string, rule: string, names: string[]): [string, string][] =>
  names.map((name) => [`${section}.${name}`, rule]);

const dropped: [key: string, rule: string][] = [
  ['TEST.EVALUATE', 'R069'],
  ['TEST.BY_CHUNKS.FORMAT', 'R069'],
  ['TEST.BY_CHUNKS.WORKFLOW_PROCESS.INSTANCE_SEG_HALO', 'R069'],
  ...under(`${instances}.SYNAPSES`, 'R070', [
    'NORMALIZE_DISTANCES',
    'POSTSITE_DILATION',
    'POSTSITE_DILATION_DISTANCE_CHANNELS',
  ]),
  ['DATA.VAL.BINARY_MASKS', 'R071'],
  ['DATA.TEST.ARGMAX_TO_OUTPUT', 'R071'],
  ...under('AUGMENTOR', 'R072', [
    'BRIGHTNESS_EM',
    'BRIGHTNESS_EM_FACTOR',
    'BRIGHTNESS_EM_MODE',
    'CONTRAST_EM',
    'CONTRAST_EM_FACTOR',
    'CONTRAST_EM_MODE',
    'BRIGHTNESS_MODE',
    'CONTRAST_MODE',
  ]),
  ['MODEL.LAST_ACTIVATION', 'R074'],
  ['PATHS.RESULT_DIR.BMZ_BUILD', 'R075'],
  ...under('PATHS', 'R075', [
    'MEAN_INFO_FILE',
    'STD_INFO_FILE',
    'LWR_X_FILE',
    'UPR_X_FILE',
    'LWR_Y_FILE',
    'UPR_Y_FILE',
  ]),
];
