import { FILTER_PROPERTIES } from './filter-properties.js';
import {
  bool,
  CLS,
  DEN,
  DET,
  float,
  I2I,
  INS,
  int,
  intTuple,
  listOf,
  Numbers,
  SEM,
  SR,
  SSL,
  section,
  Texts,
  text,
  tuple,
} from './key.js';

export const DataTrainSchema = section({
  CHECK_DATA: bool(true, 'Check that the training targets hold valid values, such as the declared classes.'),
  IN_MEMORY: bool(true, 'Load all training images into memory.'),
  PATH: text('user_data/train/x', 'Folder of the training images.'),
  GT_PATH: text('user_data/train/y', 'Folder of the training targets (masks, labels, CSV files or target images).', {
    workflows: [SEM, INS, DET, DEN, SR, CLS, I2I],
  }),
  INPUT_ZARR_MULTIPLE_DATA: bool(false, 'The training Zarr/H5 files hold raw data and labels together.', {
    ndim: '3D',
  }),
  INPUT_ZARR_MULTIPLE_DATA_RAW_PATH: text('', 'Dotted path of the raw volume inside the training file.', {
    ndim: '3D',
  }),
  INPUT_ZARR_MULTIPLE_DATA_GT_PATH: text('', 'Dotted path of the label volume inside the training file.', {
    ndim: '3D',
  }),
  INPUT_ZARR_MULTIPLE_DATA_ID_PATH: text(
    'annotations.ids',
    'Dotted path of the annotation ids inside the training file (synapses).',
    { workflows: [INS], ndim: '3D' },
  ),
  INPUT_ZARR_MULTIPLE_DATA_PARTNERS_PATH: text(
    'annotations.presynaptic_site.partners',
    'Dotted path of the pre/post partner pairs inside the training file (synapses).',
    { workflows: [INS], ndim: '3D' },
  ),
  INPUT_ZARR_MULTIPLE_DATA_LOCATIONS_PATH: text(
    'annotations.locations',
    'Dotted path of the annotation coordinates inside the training file (synapses).',
    { workflows: [INS], ndim: '3D' },
  ),
  INPUT_ZARR_MULTIPLE_DATA_RESOLUTION_PATH: text(
    'volumes.raw',
    'Dotted path of the volume whose attributes give the resolution inside the training file (synapses).',
    { workflows: [INS], ndim: '3D' },
  ),
  INSTANCE_CHANNELS_MASK_DIR: text(
    'user_data/train/y_BC',
    'Folder where the prepared training channel targets are kept; derived, not set by hand.',
    { workflows: [INS] },
  ),
  DETECTION_MASK_DIR: text(
    'user_data/train/y_detection_masks',
    'Folder where the prepared training point masks are kept; derived, not set by hand.',
    { workflows: [DET] },
  ),
  SSL_SOURCE_DIR: text(
    'user_data/train/x_ssl_source',
    'Folder where the degraded training images are kept; derived, not set by hand.',
    { workflows: [SSL] },
  ),
  EXTRACT_RANDOM_PATCH: bool(
    false,
    'Take one random patch from each image every time it is drawn instead of tiling it beforehand.',
  ),
  PROBABILITY_MAP: bool(false, 'Draw the random patches so that foreground is likely at their centre.', {
    workflows: [SEM, INS, DET],
  }),
  W_FOREGROUND: float(0.94, 'Share of the probability map given to foreground.', { workflows: [SEM, INS, DET] }),
  W_BACKGROUND: float(0.06, 'Share of the probability map given to background.', { workflows: [SEM, INS, DET] }),
  REPLICATE: int(0, 'How many times the training set is repeated in an epoch.'),
  OVERLAP: tuple(
    [0, 0],
    'Fraction in [0,1) by which training patches overlap, order (y,x) or (z,y,x); 0 is the least overlap that covers the image.',
  ),
  PADDING: intTuple([0, 0], 'Padding in pixels around training patches, order (y,x) or (z,y,x).'),
  RESOLUTION: tuple(
    [-1],
    'Voxel size of the training data, order (y,x) or (z,y,x); (-1,) is unset and becomes all ones.',
  ),
  INPUT_IMG_AXES_ORDER: text('TZCYX', 'Axis order of the training images in Zarr/H5 files.', { ndim: '3D' }),
  INPUT_MASK_AXES_ORDER: text('TZCYX', 'Axis order of the training targets in Zarr/H5 files.', { ndim: '3D' }),
  FILTER_SAMPLES: section({
    ENABLE: bool(false, 'Drop training samples by their properties.'),
    PROPS: listOf(
      Texts,
      [],
      'List of condition groups, each a list of property names; a training sample is dropped when every condition of any group holds.',
      {
        choices: FILTER_PROPERTIES,
      },
    ),
    VALUES: listOf(
      Numbers,
      [],
      'List of lists of numbers, the limits matching the property names of the training filter.',
    ),
    SIGNS: listOf(Texts, [], 'List of lists of comparison names matching the property names of the training filter.', {
      choices: ['gt', 'ge', 'lt', 'le'],
    }),
    NORM_BEFORE: bool(false, 'Normalize the training samples before comparing them.'),
  }),
});
