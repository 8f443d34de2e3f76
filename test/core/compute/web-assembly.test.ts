import { expect, test } from 'vitest';
import { type ModuleMemory, moduleOf, PAGE } from '../../../core/compute/web-assembly.js';
import { BYTE_SUMS } from '../../../core/nd/byte-sums-module.js';

test('instances have memory of their own, which grows by pages', () => {
  const instance = moduleOf<{ memory: ModuleMemory; sum(from: number, count: number): number }>(BYTE_SUMS);
  const [one, other] = [instance(), instance()];
  expect(one.memory.grow(1)).toBe(1);
  expect([one.memory.buffer.byteLength, other.memory.buffer.byteLength]).toEqual([2 * PAGE, PAGE]);
  new Uint8Array(one.memory.buffer).fill(2, PAGE, PAGE + 20);
  expect([one.sum(PAGE, 20), other.sum(0, 20)]).toEqual([40, 0]);
});
