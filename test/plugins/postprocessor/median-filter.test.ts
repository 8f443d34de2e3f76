import { expect, test } from 'vitest';
import { node } from '../../../core/graph/graph.js';
import { image } from '../../../core/image/image.js';
import { inChunks, joined } from '../../core/image/chunked-volume.js';
import { bench, ramp, sampleOf } from '../nodes.js';

const channels = image(Float32Array.of(0, 0, 0, 0, 9, 0, 0, 0, 0), [3, 3, 1]);
const run = (filters: object[]) =>
  bench().run(node('median', 'postprocessor/median-filter', { filters }), [
    sampleOf(ramp([3, 3, 1]), { products: { channels } }),
  ]);

test('puts the smoothed prediction beside the other', async () => {
  const [{ products }] = await run([{ axes: 'xy', size: 3 }]);
  expect(products.channels).toBe(channels);
  expect([...products.smoothed.data]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0]);
});

test('without filters it is the prediction', async () => {
  expect((await run([]))[0].products.smoothed).toBe(channels);
});

test('of a volume in parts is that of the whole', async () => {
  const whole = image(
    Float32Array.from({ length: 6 * 9 * 7 }, (_, i) => (i * 7919) % 101),
    [6, 9, 7, 1],
  );
  const filters = [
    { axes: 'yx', size: 3 },
    { axes: 'z', size: 5 },
  ];
  const smoothed = async (prediction: typeof whole) => {
    const sample = sampleOf(ramp([6, 9, 7, 1]), { products: { channels: prediction } });
    return (await bench().run(node('median', 'postprocessor/median-filter', { filters }), [sample]))[0].products
      .smoothed;
  };
  const parts = await smoothed(inChunks(whole, [2, 4, 7]));
  expect(parts.source).toBeDefined();
  expect((await joined(parts, [4, 2, 5])).data).toEqual((await smoothed(whole)).data);
});
