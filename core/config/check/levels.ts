import { showPlain } from '../value.js';
import { unets } from './architectures.js';
import { type Check, isInt } from './context.js';

/** Down-sampling, isotropy and convolutions of each level (rules R270 to R277). */
export function checkLevels(c: Check): void {
  const { YX_DOWN, Z_DOWN, ISOTROPY, FEATURE_MAPS } = c.config.MODEL;
  const steps = c.architecture === 'multiresunet' ? 4 : Math.max(0, FEATURE_MAPS.length - 1);
  const isUnset = (factors: readonly unknown[]) => factors.flat().every((factor) => factor === 0);

  if (isUnset(YX_DOWN)) c.derive('MODEL.YX_DOWN', Array(steps).fill(2));
  else checkPlane(c, steps);
  if (isUnset(Z_DOWN)) c.derive('MODEL.Z_DOWN', Array(steps).fill(2));
  else {
    // Upstream's test of the values never fires.
    if (!Z_DOWN.every((factor) => factor === 1 || factor === 2))
      c.error(
        'R275',
        'MODEL.Z_DOWN',
        `Expected factors 1 or 2, came ${showPlain(Z_DOWN)}.`,
        'Write 1 where Z keeps its size.',
      );
    checkSteps(c, 'MODEL.Z_DOWN', Z_DOWN.length, steps);
  }
  if (ISOTROPY.every((isotropic) => isotropic) && ISOTROPY.length !== FEATURE_MAPS.length)
    c.derive('MODEL.ISOTROPY', Array(FEATURE_MAPS.length).fill(true));
  if (unets.includes(c.architecture)) checkConvolutions(c);
}

function checkPlane(c: Check, steps: number): void {
  const { YX_DOWN } = c.config.MODEL;
  const paired = YX_DOWN.some((factor) => Array.isArray(factor));
  if (paired && !unets.includes(c.architecture))
    c.error(
      'R271',
      ['MODEL.YX_DOWN', 'MODEL.ARCHITECTURE'],
      `Pairs [y, x] are for ${unets.join(', ')}.`,
      'Give one factor for each level.',
    );
  const fine = (factor: unknown) => factor === 1 || factor === 2;
  if (!YX_DOWN.every((factor) => (Array.isArray(factor) ? factor.length === 2 && factor.every(fine) : fine(factor))))
    c.error(
      'R272',
      'MODEL.YX_DOWN',
      `Expected factors 1 or 2, or pairs of them, came ${showPlain(YX_DOWN)}.`,
      'Write 2 where Y and X are halved.',
    );
  checkSteps(c, 'MODEL.YX_DOWN', YX_DOWN.length, steps);
}

function checkSteps(c: Check, key: string, length: number, steps: number): void {
  if (length === steps || ![...unets, 'nafnet', 'multiresunet'].includes(c.architecture)) return;
  const message = `Expected ${steps} factors, one for each step between levels, came ${length}.`;
  c.error(
    'R273',
    [key, 'MODEL.FEATURE_MAPS', 'MODEL.ARCHITECTURE'],
    message,
    'Give one fewer than FEATURE_MAPS has entries.',
  );
}

function checkConvolutions(c: Check): void {
  const { CONV_LAYERS, FEATURE_MAPS } = c.config.MODEL;
  const levels = FEATURE_MAPS.length;
  if (CONV_LAYERS.some((count) => !isInt(count, 1)))
    c.error(
      'R277',
      'MODEL.CONV_LAYERS',
      `Expected at least one convolution in each level, came ${showPlain(CONV_LAYERS)}.`,
      'Write 2 for each level.',
    );
  else if (CONV_LAYERS.length === levels) return;
  else if (CONV_LAYERS.every((count) => count === CONV_LAYERS[0]))
    c.derive('MODEL.CONV_LAYERS', Array(levels).fill(CONV_LAYERS[0] ?? 2));
  else
    c.error(
      'R277',
      ['MODEL.CONV_LAYERS', 'MODEL.FEATURE_MAPS'],
      `Expected ${levels} numbers, one per level, came ${showPlain(CONV_LAYERS)}.`,
      'Give one for each entry of FEATURE_MAPS.',
    );
}
