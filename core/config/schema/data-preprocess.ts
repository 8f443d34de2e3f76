import { Type } from 'typebox';
import {
  bool,
  CLS,
  DEN,
  float,
  floats,
  I2I,
  INS,
  Ints,
  int,
  intTuple,
  optional,
  SEM,
  SR,
  SSL,
  section,
  text,
} from './key.js';

export const PreprocessSchema = section({
  TRAIN: bool(false, 'Preprocess the training images.'),
  VAL: bool(false, 'Preprocess the validation images.'),
  TEST: bool(false, 'Preprocess the test images.'),
  RESIZE: section(
    {
      ENABLE: bool(false, 'Resize the images.'),
      OUTPUT_SHAPE: intTuple(
        [512, 512],
        'Size after resizing, order (y,x) or (z,y,x); left at the default it becomes (512,512,512) in 3D.',
      ),
      ORDER: int(1, 'Interpolation order: 0 nearest, 1 linear, 2 quadratic, 3 cubic, 4 quartic, 5 quintic.', {
        choices: [0, 1, 2, 3, 4, 5],
      }),
      MODE: text('reflect', 'How points outside the image are filled when resizing.', {
        choices: ['constant', 'edge', 'symmetric', 'reflect', 'wrap'],
      }),
      CVAL: float(0, 'Fill value for the constant mode.'),
      CLIP: bool(true, 'Clip the result to the range of the input.'),
      PRESERVE_RANGE: bool(true, 'Keep the original value range.'),
      ANTI_ALIASING: bool(false, 'Smooth with a Gaussian before shrinking.'),
    },
    { workflows: [SEM, INS, DEN, SR, SSL, CLS, I2I] },
  ),
  ZOOM: section(
    {
      ENABLE: bool(false, 'Zoom test images by their nearest pixels; results are brought back.'),
      ZOOM_FACTOR: floats(
        [1, 1, 1, 1, 1],
        'Zoom factor for each axis named in the test image axis order; fractions are accepted.',
      ),
    },
    { ndim: '3D' },
  ),
  GAUSSIAN_BLUR: section({
    ENABLE: bool(false, 'Blur the images with a Gaussian.'),
    SIGMA: int(1, 'Standard deviation in pixels of the Gaussian.'),
    MODE: text('nearest', 'How the border is handled by the Gaussian.', {
      choices: ['reflect', 'constant', 'nearest', 'mirror', 'wrap'],
    }),
    CHANNEL_AXIS: optional(Type.Integer(), 'Axis that holds channels; null treats the image as one channel.'),
  }),
  MEDIAN_BLUR: section({
    ENABLE: bool(false, 'Apply a median filter to the images.'),
    KERNEL_SIZE: intTuple([3, 3, 1], 'Kernel size with channels, order (y,x,c) or (z,y,x,c).'),
  }),
  MATCH_HISTOGRAM: section({
    ENABLE: bool(false, 'Match the histogram of the images to a reference.'),
    REFERENCE_PATH: text('user_data/test/x', 'Folder of the reference images for histogram matching.'),
  }),
  CLAHE: section({
    ENABLE: bool(false, 'Equalize the images locally with a contrast limit.'),
    KERNEL_SIZE: optional(
      Type.Union([Type.Integer(), Ints]),
      'Size of the context regions; null is an eighth of the height by an eighth of the width.',
    ),
    CLIP_LIMIT: float(0.01, 'Contrast clipping limit in 0..1.'),
  }),
  CANNY: section(
    {
      ENABLE: bool(false, 'Replace the images by their Canny edges.'),
      LOW_THRESHOLD: optional(Type.Number(), "Lower hysteresis threshold; null is a tenth of the type's maximum."),
      HIGH_THRESHOLD: optional(Type.Number(), "Upper hysteresis threshold; null is a fifth of the type's maximum."),
    },
    { ndim: '2D' },
  ),
});
