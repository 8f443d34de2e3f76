import { expect, test } from 'vitest';
import { DataError } from '../../../core/errors.js';
import { node } from '../../../core/graph/graph.js';
import { bench, ramp, sampleOf } from '../nodes.js';

const sample = (channels: number) =>
  sampleOf(ramp([1, 2, 1]), { products: { channels: ramp([1, 2, channels], Uint8Array) } });

test('a product is taken apart by its channels, which keep their order and type', async () => {
  const split = node('split', 'postprocessor/split-channels', { into: ['a', 'b'] });
  const [{ products }] = await bench().run(split, [sample(4)]);
  expect(products.a).toMatchObject({ shape: [1, 2, 2], data: Uint8Array.of(0, 1, 4, 5) });
  expect(products.b).toMatchObject({ shape: [1, 2, 2], data: Uint8Array.of(2, 3, 6, 7) });
});

test('channels that cannot be divided are told', async () => {
  const split = node('split', 'postprocessor/split-channels', { into: ['a', 'b'] });
  const run = bench().run(split, [sample(3)]);
  await expect(run).rejects.toThrow(DataError);
  await expect(run).rejects.toThrow(/3 channels into 2/);
});
