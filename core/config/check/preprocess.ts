import { DET } from '../schema/key.js';
import { showPlain } from '../value.js';
import type { Check } from './context.js';

const section = 'DATA.PREPROCESS';

/** Steps on whole images before they are cut (rules R231 to R236). */
export function checkPreprocess(c: Check): void {
  const { DATA } = c.config;
  const { TRAIN, VAL, TEST, MATCH_HISTOGRAM } = DATA.PREPROCESS;
  if (DATA.VAL.FROM_TRAIN && VAL)
    c.warn(
      'R231',
      [`${section}.VAL`, 'DATA.VAL.FROM_TRAIN'],
      'This has no effect: validation images come from training.',
      `${section}.TRAIN decides.`,
    );
  if (!TRAIN && !VAL && !TEST) return;
  checkResize(c);
  checkGaussian(c);
  checkMedian(c);
  checkCanny(c);
  checkEqualization(c);
  if (MATCH_HISTOGRAM.ENABLE) c.exists('R235', `${section}.MATCH_HISTOGRAM.REFERENCE_PATH`);
  checkZoom(c);
}

function checkGaussian(c: Check): void {
  const { ENABLE, SIGMA } = c.config.DATA.PREPROCESS.GAUSSIAN_BLUR;
  if (ENABLE && !(SIGMA >= 0))
    c.error('R014', `${section}.GAUSSIAN_BLUR.SIGMA`, `Expected at least 0, came ${SIGMA}.`, 'Give pixels, such as 1.');
}

/** BiaPy takes even sides and shifts the image by half a pixel; its box reaches over channels where their side is not 1. */
function checkMedian(c: Check): void {
  const { ENABLE, KERNEL_SIZE } = c.config.DATA.PREPROCESS.MEDIAN_BLUR;
  if (!ENABLE) return;
  const key = `${section}.MEDIAN_BLUR.KERNEL_SIZE`;
  if (!c.hasLength('R234', key, c.dims + 1, c.axes(true), ['PROBLEM.NDIM'])) return;
  if (KERNEL_SIZE.some((side) => !(side >= 1 && side % 2 === 1)))
    c.error('R234', key, `Expected odd sides, came ${showPlain(KERNEL_SIZE)}.`, 'Write 3 or 5, for example.');
  else if (c.dims === 3 && KERNEL_SIZE[3] !== 1)
    c.error('R234', key, `The box reaches over ${KERNEL_SIZE[3]} channels of a volume.`, 'Write 1 for the channels.');
}

/** Edges are a single channel, whatever they are the edges of, and that is what the network gets. */
function checkCanny(c: Check): void {
  const { ENABLE, LOW_THRESHOLD: low, HIGH_THRESHOLD: high } = c.config.DATA.PREPROCESS.CANNY;
  if (!ENABLE) return;
  if (c.dims === 3)
    c.error('R233', [`${section}.CANNY.ENABLE`, 'PROBLEM.NDIM'], 'The Canny filter is for 2D.', 'Write False.');
  const { PATCH_SIZE } = c.config.DATA;
  if (c.dims === 2 && PATCH_SIZE.length === 3 && PATCH_SIZE[2] > 1)
    c.error(
      'R233',
      ['DATA.PATCH_SIZE', `${section}.CANNY.ENABLE`],
      `Edges are one channel, but the patch ${showPlain(PATCH_SIZE)} has ${PATCH_SIZE[2]}.`,
      'Write 1 for the channels; images may have three, of which grey is made.',
    );
  if (typeof low === 'number' && typeof high === 'number' && low > high)
    c.error(
      'R233',
      [`${section}.CANNY.LOW_THRESHOLD`, `${section}.CANNY.HIGH_THRESHOLD`],
      `The lower limit ${low} is above the upper one, ${high}.`,
      'Exchange them.',
    );
}

function checkEqualization(c: Check): void {
  const { ENABLE, KERNEL_SIZE: sides } = c.config.DATA.PREPROCESS.CLAHE;
  if (!ENABLE) return;
  c.inRange('R014', `${section}.CLAHE.CLIP_LIMIT`, 0, 1);
  const wrong = [sides ?? 1].flat().some((side) => !(Number.isInteger(side) && side >= 1));
  if (wrong)
    c.error(
      'R014',
      `${section}.CLAHE.KERNEL_SIZE`,
      `Expected whole numbers of at least 1, came ${showPlain(sides)}.`,
      'Give pixels, or None for an eighth of the image.',
    );
}

function checkResize(c: Check): void {
  const { RESIZE } = c.config.DATA.PREPROCESS;
  if (!RESIZE.ENABLE) return;
  const key = `${section}.RESIZE.OUTPUT_SHAPE`;
  if (c.is(DET))
    c.error('R232', [`${section}.RESIZE.ENABLE`, 'PROBLEM.TYPE'], 'Points cannot be resized.', 'Write False.');
  let shape = RESIZE.OUTPUT_SHAPE;
  if (c.dims === 3 && shape.length === 2 && shape.every((side) => side === 512)) {
    shape = [512, 512, 512];
    c.derive('DATA.PREPROCESS.RESIZE.OUTPUT_SHAPE', [512, 512, 512]);
  } else if (!c.hasLength('R232', key, c.dims, c.axes(), ['PROBLEM.NDIM'])) return;
  const patch = c.config.DATA.PATCH_SIZE;
  if (shape.some((side, i) => patch[i] > side))
    c.error(
      'R232',
      [key, 'DATA.PATCH_SIZE'],
      `The patch ${showPlain(patch)} is larger than the resized image ${showPlain(shape)}.`,
      'Take a smaller patch or a larger shape.',
    );
}

/** BiaPy zooms in its test by chunks alone; here volumes are read in parts without it, so any test may zoom. */
function checkZoom(c: Check): void {
  const { ZOOM } = c.config.DATA.PREPROCESS;
  if (!ZOOM.ENABLE) return;
  const key = `${section}.ZOOM.ZOOM_FACTOR`;
  const axes = c.config.DATA.TEST.INPUT_IMG_AXES_ORDER;
  if (!c.hasLength('R236', key, axes.length, axes, ['DATA.TEST.INPUT_IMG_AXES_ORDER'])) return;
  const wrong = ZOOM.ZOOM_FACTOR.findIndex((factor) => !(factor > 0));
  if (wrong >= 0)
    c.error('R236', [key], `The factor of ${axes[wrong]} is ${ZOOM.ZOOM_FACTOR[wrong]}.`, 'Write a number above 0.');
  const spatial = c.dims === 3 ? 'ZYX' : 'YX';
  const other = [...axes.toUpperCase()].findIndex((axis, i) => !spatial.includes(axis) && ZOOM.ZOOM_FACTOR[i] !== 1);
  if (other >= 0)
    c.error('R236', [key], `Axis ${axes[other]} of ${c.dims}D images cannot be zoomed.`, 'Write 1 for it.');
}
