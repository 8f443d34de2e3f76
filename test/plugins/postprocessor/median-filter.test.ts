import { expect, test } from 'vitest';
import { node } from '../../../core/graph/graph.js';
import { image } from '../../../core/image/image.js';
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
