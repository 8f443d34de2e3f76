import { FILTER_PROPERTIES } from './filter-properties.js';
import { bool, DET, INS, intTuple, listOf, Numbers, SSL, section, Texts, text, tuple } from './key.js';

export const DataTestSchema = section({
  CHECK_DATA: bool(true, 'Check that the test targets hold valid values.'),
  IN_MEMORY: bool(false, 'Load all test images into memory.'),
  LOAD_GT: bool(false, 'Load the test targets and measure the predictions against them.'),
  USE_VAL_AS_TEST: bool(false, 'Test on the validation samples instead of the test folder.'),
  PATH: text('user_data/test/x', 'Folder of the test images.'),
  GT_PATH: text('user_data/test/y', 'Folder of the test targets.'),
  INSTANCE_CHANNELS_MASK_DIR: text(
    'user_data/test/y_BC',
    'Folder where the prepared test channel targets are kept; derived, not set by hand.',
    { workflows: [INS] },
  ),
  DETECTION_MASK_DIR: text(
    'user_data/test/y_detection_masks',
    'Folder where the prepared test point masks are kept; derived, not set by hand.',
    { workflows: [DET] },
  ),
  SSL_SOURCE_DIR: text(
    'user_data/test/x_ssl_source',
    'Folder where the degraded test images are kept; derived, not set by hand.',
    { workflows: [SSL] },
  ),
  OVERLAP: tuple([0, 0], 'Fraction in [0,1) by which test patches overlap, order (y,x) or (z,y,x).'),
  PADDING: intTuple(
    [0, 0],
    'Padding in pixels around test patches that is cut off when merging, order (y,x) or (z,y,x).',
  ),
  MEDIAN_PADDING: bool(false, 'Fill padded test pixels with the median instead of zeros.'),
  ROI_MASK: section({
    ENABLE: bool(false, 'Restrict the prediction to a region of interest.'),
    PATH: text(
      '',
      'File or folder of the region masks; values above 0 are inside, and a coarser mask is scaled to the image.',
    ),
    AXES_ORDER: text('', 'Axis order of the region mask; empty takes that of the test image.'),
  }),
  RESOLUTION: tuple([-1], 'Voxel size of the test data, order (y,x) or (z,y,x); (-1,) is unset and becomes all ones.'),
  RESOLUTION_FROM_JSON: bool(
    false,
    'Read the (z,y,x) voxel size of each test image from resolution.json in the parent of the test folder.',
  ),
  INPUT_IMG_AXES_ORDER: text('TZCYX', 'Axis order of the test images in Zarr/H5 files.', { ndim: '3D' }),
  INPUT_MASK_AXES_ORDER: text('TZCYX', 'Axis order of the test targets in Zarr/H5 files.', { ndim: '3D' }),
  INPUT_ZARR_MULTIPLE_DATA: bool(false, 'The test Zarr/H5 files hold raw data and labels together.', { ndim: '3D' }),
  INPUT_ZARR_MULTIPLE_DATA_RAW_PATH: text('', 'Dotted path of the raw volume inside the test file.', { ndim: '3D' }),
  INPUT_ZARR_MULTIPLE_DATA_GT_PATH: text('', 'Dotted path of the label volume inside the test file.', { ndim: '3D' }),
  INPUT_ZARR_MULTIPLE_DATA_ID_PATH: text(
    'annotations.ids',
    'Dotted path of the annotation ids inside the test file (synapses).',
    { workflows: [INS], ndim: '3D' },
  ),
  INPUT_ZARR_MULTIPLE_DATA_PARTNERS_PATH: text(
    'annotations.presynaptic_site.partners',
    'Dotted path of the pre/post partner pairs inside the test file (synapses).',
    { workflows: [INS], ndim: '3D' },
  ),
  INPUT_ZARR_MULTIPLE_DATA_LOCATIONS_PATH: text(
    'annotations.locations',
    'Dotted path of the annotation coordinates inside the test file (synapses).',
    { workflows: [INS], ndim: '3D' },
  ),
  INPUT_ZARR_MULTIPLE_DATA_RESOLUTION_PATH: text(
    'volumes.raw',
    'Dotted path of the volume whose attributes give the resolution inside the test file (synapses).',
    { workflows: [INS], ndim: '3D' },
  ),
  FILTER_SAMPLES: section({
    ENABLE: bool(false, 'Drop test samples by their properties.'),
    PROPS: listOf(
      Texts,
      [],
      'List of condition groups, each a list of property names; a test sample is dropped when every condition of any group holds.',
      {
        choices: FILTER_PROPERTIES,
      },
    ),
    VALUES: listOf(Numbers, [], 'List of lists of numbers, the limits matching the property names of the test filter.'),
    SIGNS: listOf(Texts, [], 'List of lists of comparison names matching the property names of the test filter.', {
      choices: ['gt', 'ge', 'lt', 'le'],
    }),
    NORM_BEFORE: bool(false, 'Normalize the test samples before comparing them.'),
  }),
});
