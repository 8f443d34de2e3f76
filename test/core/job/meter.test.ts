import { describe, expect, it } from 'vitest';
import { Meter } from '../../../core/job/meter.js';

describe('Meter', () => {
  it('takes the median of the window and the mean of all', () => {
    const meter = new Meter(4);
    for (const value of [100, 1, 4, 2, 3]) meter.add(value);
    // The lower of the middle values 2 and 3.
    expect([meter.median, meter.recentMean, meter.mean, meter.sum, meter.last]).toEqual([2, 2.5, 22, 110, 3]);
  });

  it('does not hide NaN', () => {
    const meter = new Meter();
    expect(meter.median).toBeNaN();
    meter.add(1);
    meter.add(Number.NaN);
    expect(meter.median).toBeNaN();
  });
});
