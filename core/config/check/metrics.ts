import { CLS, DEN, I2I, SR, SSL } from '../schema/key.js';
import type { Check } from './context.js';

const images = ['psnr', 'mae', 'mse', 'ssim'];
const perceptual = ['fid', 'is', 'lpips'];

/** Metrics of training and test, with the workflow's own where none is given (rules R141 to R150). */
export function checkMetrics(c: Check): void {
  const { TRAIN, TEST, DATA } = c.config;
  if (c.dims === 3 && TEST.FULL_IMG) {
    c.warn('R141', ['TEST.FULL_IMG', 'PROBLEM.NDIM'], 'Whole images are for 2D; patches are used.', 'Write False.');
    c.derive('TEST.FULL_IMG', false);
  }
  if (!c.workflow) return;
  const [train, test] = standards(c);
  if (TRAIN.METRICS.length === 0) c.derive('TRAIN.METRICS', [...train]);
  if (TEST.METRICS.length === 0) c.derive('TEST.METRICS', [...test]);
  const [allowedTrain, allowedTest] = allowed(c);
  const extra = c.options.extra.metrics ?? [];
  const lower = (names: string[]) => names.map((name) => (extra.includes(name) ? name : name.toLowerCase()));
  const trained = c.allOf(c.is(CLS) ? 'R149' : rule(c), 'TRAIN.METRICS', lower(TRAIN.METRICS), [
    ...allowedTrain,
    ...extra,
  ]);
  const tested = c.allOf(c.is(CLS) ? 'R149' : rule(c), 'TEST.METRICS', lower(TEST.METRICS), [...allowedTest, ...extra]);
  if (trained && TRAIN.METRICS.length > 0) c.derive('TRAIN.METRICS', lower(TRAIN.METRICS));
  if (tested && TEST.METRICS.length > 0) c.derive('TEST.METRICS', lower(TEST.METRICS));
  const flat = lower(TEST.METRICS).filter((name) => perceptual.includes(name));
  if (tested && c.dims === 3 && flat.length > 0)
    c.error('R147', ['TEST.METRICS', 'PROBLEM.NDIM'], `The metrics ${flat.join(', ')} are for 2D.`, 'Remove them.');
  if (c.is(CLS) && lower(TRAIN.METRICS).includes('top-5-accuracy') && DATA.N_CLASSES < 5)
    c.error(
      'R150',
      ['TRAIN.METRICS', 'DATA.N_CLASSES'],
      `top-5-accuracy needs at least 5 classes, came ${DATA.N_CLASSES}.`,
      'Remove it.',
    );
}

function standards(c: Check): [train: string[], test: string[]] {
  if (c.isSegmentation) return [['iou'], ['iou']];
  if (c.is(DEN))
    return [
      ['mae', 'mse'],
      ['mae', 'mse'],
    ];
  // Upstream adds top-5-accuracy also to problems with fewer than five classes, where it means nothing (R344).
  if (c.is(CLS)) return [c.config.DATA.N_CLASSES < 5 ? ['accuracy'] : ['accuracy', 'top-5-accuracy'], ['accuracy']];
  return [images, images];
}

function allowed(c: Check): [train: string[], test: string[]] {
  if (c.isSegmentation) return [['iou'], ['iou']];
  if (c.is(DEN))
    return [
      ['mae', 'mse'],
      ['mae', 'mse'],
    ];
  if (c.is(CLS)) return [['accuracy', 'top-5-accuracy'], ['accuracy']];
  const all = [...images, 'pcc'];
  return [all, [...all, ...perceptual]];
}

function rule(c: Check): string {
  return c.is(SR, SSL, I2I) ? 'R147' : c.is(DEN) ? 'R148' : 'R146';
}
