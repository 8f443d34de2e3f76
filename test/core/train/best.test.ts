import { describe, expect, it } from 'vitest';
import { BestTracker, bestOf, metricDirection } from '../../../core/train/best.js';

describe('BestTracker', () => {
  it('keeps the metrics of the epoch with the least loss, not their own best', () => {
    const tracker = new BestTracker();
    expect(tracker.update(0, { loss: 0.5, IoU: 0.9 })).toBe(true);
    expect(tracker.update(1, { loss: 0.4, IoU: 0.7 })).toBe(true);
    expect(tracker.update(2, { loss: 0.4, IoU: 0.95 })).toBe(false);
    expect(tracker.best).toEqual({ epoch: 1, loss: 0.4, metrics: { IoU: 0.7 } });
  });

  it('does not take NaN, and goes on from a saved state', () => {
    const tracker = new BestTracker();
    expect(tracker.update(0, { loss: Number.NaN })).toBe(false);
    expect(tracker.state()).toBeNull();
    tracker.update(1, { loss: 1 });
    const resumed = new BestTracker();
    resumed.restore(JSON.parse(JSON.stringify(tracker.state())));
    expect(resumed.update(2, { loss: 1 })).toBe(false);
    expect(resumed.update(3, { loss: 0.9 })).toBe(true);
  });
});

describe('metricDirection', () => {
  it.each([
    ['IoU', 'max'],
    ['PSNR', 'max'],
    ['SSIM', 'max'],
    ['Top 5 accuracy', 'max'],
    ['MAE', 'min'],
    ['MSE', 'min'],
    ['L1 (Db channel)', 'min'],
    ['IoU (F channel)', 'max'],
    ['loss_discriminator', 'min'],
  ])('%s: %s', (name, direction) => expect(metricDirection(name)).toBe(direction));

  it('bestOf skips what is not finite', () => {
    expect(bestOf('IoU', [0.1, Number.NaN, 0.7])).toBe(0.7);
    expect(bestOf('MAE', [0.1, Number.NaN, 0.7])).toBe(0.1);
    expect(bestOf('MAE', [])).toBeNaN();
  });
});
