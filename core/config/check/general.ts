import { memoryBudgetBytes } from '../memory-budget.js';
import { CLS } from '../schema/key.js';
import { showPlain } from '../value.js';
import { type Check, isInt } from './context.js';

const phases = ['TRAIN', 'VAL', 'TEST'] as const;

/** What every run needs: dimensionality, something to do, one value for each axis (rules R087 to R092). */
export function checkGeneral(c: Check): void {
  const { config, dims } = c;
  c.oneOf('R087', 'PROBLEM.NDIM', ['2D', '3D']);
  if (!config.TRAIN.ENABLE && !config.TEST.ENABLE)
    c.error(
      'R088',
      ['TRAIN.ENABLE', 'TEST.ENABLE'],
      'Neither training nor testing is switched on.',
      'Write ENABLE: True under TRAIN, TEST or both.',
    );
  checkBorderCrop(c);
  for (const phase of phases) {
    const { OVERLAP, PADDING, RESOLUTION } = config.DATA[phase];
    if (dims === 3 && isZeroPair(OVERLAP)) c.derive(`DATA.${phase}.OVERLAP`, [0, 0, 0]);
    if (dims === 3 && isZeroPair(PADDING)) c.derive(`DATA.${phase}.PADDING`, [0, 0, 0]);
    // One length is that of all axes.
    const [size] = RESOLUTION;
    if (RESOLUTION.length === 1) c.derive(`DATA.${phase}.RESOLUTION`, Array(dims).fill(size === -1 ? 1 : size));
  }
  checkNumbers(c);
}

function isZeroPair(values: readonly number[]): boolean {
  return values.length === 2 && values.every((value) => value === 0);
}

function checkBorderCrop(c: Check): void {
  const { ENABLE, EVAL_BORDER_CROP: crop } = c.config.TEST;
  if (!ENABLE || crop.length === 0) return;
  const key = 'TEST.EVAL_BORDER_CROP';
  if (c.is(CLS))
    c.error('R089', [key, 'PROBLEM.TYPE'], `Expected [] in classification, came ${showPlain(crop)}.`, 'Remove it.');
  else if (crop.length !== c.dims || !crop.every((value) => isInt(value, 0)))
    c.error(
      'R090',
      [key, 'PROBLEM.NDIM'],
      `Expected ${c.dims} whole numbers of at least 0 (${c.axes()}), came ${showPlain(crop)}.`,
      'Give the voxels to leave out on each axis, or [].',
    );
}

/** Numbers that make no sense; BiaPy finds them out much later, by a failure inside a library. */
function checkNumbers(c: Check): void {
  const { DATA, TRAIN, SYSTEM } = c.config;
  const atLeastOne = (key: string, value: number) => {
    if (value < 1) c.error('R014', key, `Expected at least 1, came ${value}.`, 'Give a positive number.');
  };
  atLeastOne('TRAIN.BATCH_SIZE', TRAIN.BATCH_SIZE);
  if (TRAIN.ENABLE) atLeastOne('TRAIN.EPOCHS', TRAIN.EPOCHS);
  if (DATA.PATCH_SIZE.some((side) => side < 1)) {
    const message = `Expected sides of at least 1, came ${showPlain(DATA.PATCH_SIZE)}.`;
    c.error('R256', 'DATA.PATCH_SIZE', message, 'Give positive sides, channels last.');
  }
  const least = (key: string, value: number) => {
    if (!(value >= 0))
      c.error('R014', key, `Expected at least 0, came ${value}.`, 'Give a number that is not negative.');
  };
  least('DATA.SAVE_FILTERED_IMAGES_NUM', DATA.SAVE_FILTERED_IMAGES_NUM);
  if (TRAIN.ENABLE) {
    least('DATA.TRAIN.REPLICATE', DATA.TRAIN.REPLICATE);
    least('DATA.TRAIN.W_FOREGROUND', DATA.TRAIN.W_FOREGROUND);
    least('DATA.TRAIN.W_BACKGROUND', DATA.TRAIN.W_BACKGROUND);
  }
  if (!(memoryBudgetBytes(c.config) > 0))
    c.error(
      'R014',
      'SYSTEM.MEMORY_BUDGET',
      `Expected auto, a size such as 512MB or a number of bytes, came ${showPlain(SYSTEM.MEMORY_BUDGET)}.`,
      'Write auto or a size with its unit, such as 4GB.',
    );
}
