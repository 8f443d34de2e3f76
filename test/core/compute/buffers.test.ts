import { expect, test } from 'vitest';
import { buffersOf, compact, unshared } from '../../../core/compute/buffers.js';

test('all buffers are found once, shared ones are left', () => {
  const values = new Float32Array(2);
  const shared = new Uint8Array(new SharedArrayBuffer(4));
  const data = { image: { data: values }, list: [{ again: values, shared }, { other: new Uint16Array(3) }], text: 'a' };
  expect(buffersOf(data).map(({ byteLength }) => byteLength)).toEqual([8, 6]);
});

test('views of larger buffers are copied, and nothing else is touched', () => {
  const view = new Float32Array(8).fill(3).subarray(2, 4);
  const whole = new Uint8Array(4);
  const data = { image: { data: view, shape: [1, 2, 1] }, target: { data: whole } };
  const small = compact(data);
  expect(small.image.data).toEqual(Float32Array.of(3, 3));
  expect(small.image.data.buffer.byteLength).toBe(8);
  expect(small.target).toBe(data.target);
  expect(data.image.data).toBe(view);
});

test('results never refer to memory that threads share', () => {
  const shared = new Uint8Array(new SharedArrayBuffer(4)).fill(5);
  const own = new Uint8Array(4);
  const result = unshared({ shared, part: shared.subarray(1, 3), own });
  expect(result.shared).toEqual(Uint8Array.of(5, 5, 5, 5));
  expect(result.shared.buffer).toBeInstanceOf(ArrayBuffer);
  expect(result.part).toEqual(Uint8Array.of(5, 5));
  expect(result.part.buffer).toBeInstanceOf(ArrayBuffer);
  expect(result.own).toBe(own);
});
