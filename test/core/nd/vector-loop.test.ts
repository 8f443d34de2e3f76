import { describe, expect, test } from 'vitest';
import { allocate, type PixelArray } from '../../../core/image/image.js';
import { type Lane, VectorLoop } from '../../../core/nd/vector-loop.js';

const LANES: Lane[] = ['uint8', 'int8', 'uint16', 'int16', 'uint32', 'int32', 'float32', 'float64'];

describe('the lesser and the greater of two rows, lane by lane', () => {
  test.each(LANES)('%s', (lane) => {
    const count = 37;
    const bytes = allocate(lane, count).byteLength;
    const [second, least, greatest] = [512, 1024, 1536];
    const loop = new VectorLoop();
    loop.store(least, () => loop.load(0).load(second).minimum(lane));
    loop.store(greatest, () => loop.load(0).load(second).maximum(lane));
    const { memory, run } = loop.compile(2048);
    const row = (offset: number) =>
      new (allocate(lane, 0).constructor as new (buffer: ArrayBuffer, offset: number, length: number) => PixelArray)(
        memory,
        offset,
        count,
      );
    for (let i = 0; i < count; i++) {
      row(0)[i] = i * 89 - 500;
      row(second)[i] = 40_000 - i * 1_021;
    }
    run(bytes);
    for (let i = 0; i < count; i++) {
      expect(row(least)[i]).toBe(Math.min(row(0)[i], row(second)[i]));
      expect(row(greatest)[i]).toBe(Math.max(row(0)[i], row(second)[i]));
    }
  });
});

test('sums, products and variables', () => {
  const loop = new VectorLoop();
  const held = loop.variable();
  loop.load(0).constant(2.5, 'float64').multiply('float64').set(held);
  loop.store(800, () => loop.get(held).load(8).add('float64'));
  const { memory, run } = loop.compile(2000);
  const values = new Float64Array(memory);
  for (let i = 0; i < 100; i++) values[i] = i;
  run(5 * 8);
  expect([...values.slice(100, 105)]).toEqual([0, 1, 2, 3, 4].map((i) => 2.5 * i + i + 1));
});

test('offsets beyond a page', () => {
  const loop = new VectorLoop();
  loop.store(0, () => loop.load(200_000));
  const { memory, run } = loop.compile(200_064);
  new Float64Array(memory)[25_000] = 7;
  run(8);
  expect(new Float64Array(memory)[0]).toBe(7);
});
