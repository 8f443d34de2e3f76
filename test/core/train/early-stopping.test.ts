import { describe, expect, it } from 'vitest';
import { EarlyStopping } from '../../../core/train/early-stopping.js';

describe('EarlyStopping', () => {
  it('stops after as many worse epochs as the patience', () => {
    const stopping = new EarlyStopping(3);
    expect([1, 0.5, 0.6, 0.7, 0.55].map((loss) => stopping.update(loss))).toEqual([false, false, false, false, true]);
    expect(stopping.counter).toBe(3);
  });

  it('takes an equal loss for an improvement', () => {
    const stopping = new EarlyStopping(2);
    expect([0.5, 0.6, 0.5, 0.6, 0.5].map((loss) => stopping.update(loss))).not.toContain(true);
    expect(stopping.counter).toBe(0);
  });

  it('counts a loss that is not a number', () => {
    const stopping = new EarlyStopping(1);
    stopping.update(1);
    expect(stopping.update(Number.NaN)).toBe(true);
  });

  it('never stops with -1', () => {
    const stopping = new EarlyStopping(-1);
    expect(Array.from({ length: 100 }, (_, i) => stopping.update(i))).not.toContain(true);
  });

  it('goes on from a saved state', () => {
    const first = new EarlyStopping(2);
    for (const loss of [0.4, 0.5]) first.update(loss);
    const second = new EarlyStopping(2);
    second.restore(JSON.parse(JSON.stringify(first.state())));
    expect(second.counter).toBe(1);
    expect(second.update(0.45)).toBe(true);

    const fresh = new EarlyStopping(2);
    fresh.restore(JSON.parse(JSON.stringify(new EarlyStopping(2).state())));
    expect(fresh.update(1e9)).toBe(false);
    expect(fresh.counter).toBe(0);
  });
});
