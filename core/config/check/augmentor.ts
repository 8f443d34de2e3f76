import { configKeys, getKey } from '../keys.js';
import type { Check } from './context.js';

const probabilities = configKeys()
  .map((info) => info.key)
  .filter((key) => /^AUGMENTOR\..*_PROB$/.test(key));

/** Ranges of each augmentation's own values: switch, keys, least, most, rule; where BiaPy has none it fails later. */
const ranges: [on: string, keys: string[], low: number, high: number, rule: string][] = [
  ['RANDOM_ROT', ['RANDOM_ROT_RANGE'], -360, 360, 'R325'],
  ['SHEAR', ['SHEAR_RANGE'], -360, 360, 'R325'],
  ['DROPOUT', ['DROP_RANGE'], 0, 1, 'R327'],
  ['CUTOUT', ['COUT_SIZE'], 0, 1, 'R327'],
  ['CUTBLUR', ['CBLUR_SIZE'], 0, 1, 'R327'],
  ['CUTBLUR', ['CBLUR_DOWN_RANGE'], 1, 8, 'R327'],
  ['CUTMIX', ['CMIX_SIZE'], 0, 1, 'R327'],
  ['CUTNOISE', ['CNOISE_SCALE', 'CNOISE_SIZE'], 0, 1, 'R327'],
  ['CUTOUT', ['COUT_NB_ITERATIONS'], 0, Infinity, ''],
  ['CUTNOISE', ['CNOISE_NB_ITERATIONS'], 0, Infinity, ''],
  ['MISALIGNMENT', ['MS_DISPLACEMENT'], 1, Infinity, ''],
  ['MISALIGNMENT', ['MS_ROTATE_RATIO'], 0, 1, ''],
  ['MISSING_SECTIONS', ['MISSP_ITERATIONS'], 0, Infinity, ''],
  ['MISSING_SECTIONS', ['MISSP_CHANNEL_PB'], 0, 1, ''],
  ['GAMMA_CONTRAST', ['GC_GAMMA'], 0, Infinity, ''],
  ['GAUSSIAN_NOISE', ['GAUSSIAN_NOISE_VAR'], 0, Infinity, ''],
  ['SALT', ['SALT_AMOUNT'], 0, 1, ''],
  ['PEPPER', ['PEPPER_AMOUNT'], 0, 1, ''],
  ['SALT_AND_PEPPER', ['SALT_AND_PEPPER_AMOUNT', 'SALT_AND_PEPPER_PROP'], 0, 1, ''],
  ['ELASTIC', ['E_SIGMA'], 1, Infinity, ''],
  ['G_BLUR', ['G_SIGMA'], 0, Infinity, ''],
  ['MEDIAN_BLUR', ['MB_KERNEL'], 1, Infinity, ''],
  ['MOTION_BLUR', ['MOTB_K_RANGE'], 1, Infinity, ''],
  ['GRIDMASK', ['GRID_RATIO', 'GRID_D_RANGE', 'GRID_ROTATE'], 0, 1, 'R328'],
  ['ZOOM', ['ZOOM_RANGE'], 0.1, 10, 'R330'],
];

/** Data augmentation (rules R324 to R332). */
export function checkAugmentor(c: Check): void {
  const { AUGMENTOR: augmentor, DATA } = c.config;
  if (!augmentor.ENABLE) return;
  for (const key of probabilities) c.inRange('R324', key, 0, 1);
  for (const [on, keys, low, high, rule] of ranges)
    if (getKey(c.config, `AUGMENTOR.${on}`))
      for (const key of keys) c.inRange(rule, `AUGMENTOR.${key}`, low, high, [`AUGMENTOR.${on}`]);
  if (augmentor.ELASTIC) c.oneOf('R326', 'AUGMENTOR.E_MODE', ['constant', 'nearest', 'reflect', 'wrap']);
  const [near, far] = augmentor.GRID_D_RANGE;
  if (augmentor.GRIDMASK && !(near < far))
    c.error(
      'R328',
      ['AUGMENTOR.GRID_D_RANGE', 'AUGMENTOR.GRIDMASK'],
      `Expected a range from small to large, came ${near} and ${far}.`,
      'Write (0.4, 1).',
    );
  checkShape(c);
  if (augmentor.RANDOM_RESIZED_CROP) checkCrop(c);
  checkMixing(c);
  c.oneOf('R331', 'AUGMENTOR.AFFINE_MODE', ['constant', 'reflect', 'wrap', 'symmetric']);
  if (DATA.NORMALIZATION.TYPE === 'zero_mean_unit_variance')
    for (const name of ['GAMMA_CONTRAST', 'POISSON_NOISE'] as const)
      if (augmentor[name])
        c.error(
          'R332',
          [`AUGMENTOR.${name}`, 'DATA.NORMALIZATION.TYPE'],
          'This needs values that are not negative, and zero_mean_unit_variance makes some.',
          'Write False, or DATA.NORMALIZATION.TYPE: scale_range.',
        );
}

/** What the axes and channels of the patches leave nothing to do for. */
function checkShape(c: Check): void {
  const { AUGMENTOR: augmentor, DATA } = c.config;
  const channels = DATA.PATCH_SIZE[c.dims];
  if (augmentor.GRAYSCALE && channels !== undefined && channels !== 3)
    c.error(
      '',
      ['AUGMENTOR.GRAYSCALE', 'DATA.PATCH_SIZE'],
      `Greyscale is the mean of 3 channels, and these images have ${channels}.`,
      'Write False, or 3 channels in DATA.PATCH_SIZE.',
    );
  const idle = (rule: string, name: string, because: string, message: string) =>
    c.warn(rule, [`AUGMENTOR.${name}`, because], message, 'Write False.');
  if (augmentor.CHANNEL_SHUFFLE && channels === 1)
    idle('', 'CHANNEL_SHUFFLE', 'DATA.PATCH_SIZE', 'One channel has no other order.');
  if (c.dims === 2 && augmentor.ZOOM && augmentor.ZOOM_IN_Z)
    idle('R330', 'ZOOM_IN_Z', 'PROBLEM.NDIM', 'There is no Z in 2D.');
  if (c.dims === 2 && augmentor.ZFLIP) idle('', 'ZFLIP', 'PROBLEM.NDIM', 'There is no Z in 2D.');
  if (c.dims === 3 && augmentor.MISALIGNMENT && DATA.PATCH_SIZE[0] < 3)
    idle('', 'MISALIGNMENT', 'DATA.PATCH_SIZE', 'A slice is moved against one before and one behind it.');
}

/** Regions of other patches and of lower resolution need a target that goes with the pixels. */
function checkMixing(c: Check): void {
  const { AUGMENTOR: augmentor, PROBLEM } = c.config;
  const masked = PROBLEM.TYPE === 'SELF_SUPERVISED' && PROBLEM.SELF_SUPERVISED.PRETEXT_TASK.toLowerCase() === 'masking';
  if (PROBLEM.TYPE !== 'CLASSIFICATION' && !masked) return;
  const because = masked ? 'PROBLEM.SELF_SUPERVISED.PRETEXT_TASK' : 'PROBLEM.TYPE';
  for (const name of ['CUTMIX', 'CUTBLUR'] as const)
    if (augmentor[name])
      c.error(
        'R327',
        [`AUGMENTOR.${name}`, because],
        `${name === 'CUTMIX' ? 'CutMix' : 'CutBlur'} needs a target for every pixel, which ${masked ? 'masking' : 'classification'} has not.`,
        'Write False.',
      );
}

function checkCrop(c: Check): void {
  const { AUGMENTOR, DATA } = c.config;
  const key = 'AUGMENTOR.RANDOM_RESIZED_CROP';
  const refuse = (because: string, message: string, advice: string) => c.error('R329', [key, because], message, advice);
  if (c.dims === 3) refuse('PROBLEM.NDIM', 'Random resized crops are for 2D.', 'Write False.');
  if (!DATA.TRAIN.EXTRACT_RANDOM_PATCH)
    refuse(
      'DATA.TRAIN.EXTRACT_RANDOM_PATCH',
      'Random resized crops need DATA.TRAIN.EXTRACT_RANDOM_PATCH.',
      'Write it True.',
    );
  if (DATA.TRAIN.PROBABILITY_MAP)
    refuse(
      'DATA.TRAIN.PROBABILITY_MAP',
      'Random resized crops do not go with a probability map.',
      'Switch one of them off.',
    );
  if (AUGMENTOR.ZOOM || AUGMENTOR.RANDOM_ROT)
    refuse(
      AUGMENTOR.ZOOM ? 'AUGMENTOR.ZOOM' : 'AUGMENTOR.RANDOM_ROT',
      'Random resized crops do not go with ZOOM or RANDOM_ROT.',
      'Switch those off.',
    );
  const range = AUGMENTOR.RANDOM_RESIZED_CROP_SCALE_RANGE;
  if (!range.every((share) => share > 0 && share <= 1))
    c.error(
      'R329',
      ['AUGMENTOR.RANDOM_RESIZED_CROP_SCALE_RANGE', key],
      `Expected shares above 0, at most 1, came ${range.join(', ')}.`,
      'Write (0.7, 0.95).',
    );
}
