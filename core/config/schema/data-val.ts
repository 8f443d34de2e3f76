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

export const DataValSchema = section({
  DIST_EVAL: bool(true, 'Split the validation among the distributed processes.'),
  FROM_TRAIN: bool(true, 'Take the validation set out of the training set.'),
  CROSS_VAL: bool(false, 'Choose the validation set as one fold of a cross validation.'),
  CROSS_VAL_NFOLD: int(5, 'Number of folds.'),
  CROSS_VAL_FOLD: int(1, 'Fold (counting from 1) used for validation.'),
  SPLIT_TRAIN: float(0.1, 'Fraction of the training set used for validation.'),
  RANDOM: bool(true, 'Choose the validation samples at random rather than from the end.'),
  IN_MEMORY: bool(true, 'Load all validation images into memory (always so when taken from the training set).'),
  PATH: text('user_data/val/x', 'Folder of the validation images when they are not taken from the training set.'),
  GT_PATH: text('user_data/val/y', 'Folder of the validation targets when they are not taken from the training set.', {
    workflows: [SEM, INS, DET, DEN, SR, CLS, I2I],
  }),
  INPUT_ZARR_MULTIPLE_DATA: bool(false, 'The validation Zarr/H5 files hold raw data and labels together.', {
    ndim: '3D',
  }),
  INPUT_ZARR_MULTIPLE_DATA_RAW_PATH: text('', 'Dotted path of the raw volume inside the validation file.', {
    ndim: '3D',
  }),
  INPUT_ZARR_MULTIPLE_DATA_GT_PATH: text('', 'Dotted path of the label volume inside the validation file.', {
    ndim: '3D',
  }),
  INPUT_ZARR_MULTIPLE_DATA_ID_PATH: text(
    'annotations.ids',
    'Dotted path of the annotation ids inside the validation file (synapses).',
    { workflows: [INS], ndim: '3D' },
  ),
  INPUT_ZARR_MULTIPLE_DATA_PARTNERS_PATH: text(
    'annotations.presynaptic_site.partners',
    'Dotted path of the pre/post partner pairs inside the validation file (synapses).',
    { workflows: [INS], ndim: '3D' },
  ),
  INPUT_ZARR_MULTIPLE_DATA_LOCATIONS_PATH: text(
    'annotations.locations',
    'Dotted path of the annotation coordinates inside the validation file (synapses).',
    { workflows: [INS], ndim: '3D' },
  ),
  INPUT_ZARR_MULTIPLE_DATA_RESOLUTION_PATH: text(
    'volumes.raw',
    'Dotted path of the volume whose attributes give the resolution inside the validation file (synapses).',
    { workflows: [INS], ndim: '3D' },
  ),
  INSTANCE_CHANNELS_MASK_DIR: text(
    'user_data/val/y_BC',
    'Folder where the prepared validation channel targets are kept; derived, not set by hand.',
    { workflows: [INS] },
  ),
  DETECTION_MASK_DIR: text(
    'user_data/val/y_detection_masks',
    'Folder where the prepared validation point masks are kept; derived, not set by hand.',
    { workflows: [DET] },
  ),
  SSL_SOURCE_DIR: text(
    'user_data/val/x_ssl_source',
    'Folder where the degraded validation images are kept; derived, not set by hand.',
    { workflows: [SSL] },
  ),
  OVERLAP: tuple([0, 0], 'Fraction in [0,1) by which validation patches overlap, order (y,x) or (z,y,x).'),
  PADDING: intTuple([0, 0], 'Padding in pixels around validation patches, order (y,x) or (z,y,x).'),
  RESOLUTION: tuple(
    [-1],
    'Voxel size of the validation data, order (y,x) or (z,y,x); (-1,) is unset (kept for later use).',
  ),
  INPUT_IMG_AXES_ORDER: text('TZCYX', 'Axis order of the validation images in Zarr/H5 files.', { ndim: '3D' }),
  INPUT_MASK_AXES_ORDER: text('TZCYX', 'Axis order of the validation targets in Zarr/H5 files.', { ndim: '3D' }),
  FILTER_SAMPLES: section({
    ENABLE: bool(false, 'Drop validation samples by their properties.'),
    PROPS: listOf(
      Texts,
      [],
      'List of condition groups, each a list of property names; a validation sample is dropped when every condition of any group holds.',
      {
        choices: FILTER_PROPERTIES,
      },
    ),
    VALUES: listOf(
      Numbers,
      [],
      'List of lists of numbers, the limits matching the property names of the validation filter.',
    ),
    SIGNS: listOf(
      Texts,
      [],
      'List of lists of comparison names matching the property names of the validation filter.',
      { choices: ['gt', 'ge', 'lt', 'le'] },
    ),
    NORM_BEFORE: bool(false, 'Normalize the validation samples before comparing them.'),
  }),
});
