import { freemem, totalmem } from 'node:os';
import { describe, expect, it } from 'vitest';
import { memoryBudgetBytes } from '../../../core/config/index.js';
import { defaultConfig } from '../../../core/config/keys.js';

function budget(value: string | number): number {
  const config = defaultConfig();
  config.SYSTEM.MEMORY_BUDGET = value;
  return memoryBudgetBytes(config);
}

describe('memoryBudgetBytes', () => {
  it.each([
    ['512MB', 512 * 2 ** 20],
    ['4GB', 4 * 2 ** 30],
    ['1.5 GiB', 1.5 * 2 ** 30],
    ['64k', 65536],
    ['1000', 1000],
    [123456, 123456],
  ])('reads %s as %d bytes', (value, bytes) => {
    expect(budget(value)).toBe(bytes);
  });

  it('takes half of the machine, and never more than is free', () => {
    const bytes = budget('auto');
    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBeLessThanOrEqual(totalmem() / 2);
    expect(bytes).toBeLessThanOrEqual(freemem() * 1.5);
  });

  it.each(['lots', '', '-1GB', '4 apples'])('gives NaN for %j', (value) => {
    expect(budget(value)).toBeNaN();
  });
});
