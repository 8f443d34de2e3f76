import { afterAll, expect, test } from 'vitest';
import { Compute } from '../../../core/compute/compute.js';
import { DataError } from '../../../core/errors.js';
import { node } from '../../../core/graph/graph.js';
import { type Image, image } from '../../../core/image/image.js';
import { targetChannels } from '../../../core/instances/target-channels.js';
import { bench, ramp, sampleOf } from '../../plugins/nodes.js';

const threads = new Compute({ threads: 2 });
afterAll(() => threads.close());

/** The flow of one square, at another place for each sample; a large one takes longer. */
function flowOf(place: number, side: number): Image {
  const labels = image(
    Uint8Array.from({ length: side * side }, (_, i) => {
      const [y, x] = [Math.floor(i / side), i % side];
      return Number(y > place && y < place + 8 && x > 1 && x < 9);
    }),
    [side, side, 1],
  );
  const { target } = targetChannels(labels, ['F', 'Gv', 'Gh']);
  return { ...target, data: target.data.map((value, i) => (i % 3 === 0 ? value : 5 * value)) };
}

const flows = node('objects', 'postprocessor/gradient-flow', { channels: ['F', 'Gv', 'Gh'] });
const samples = () =>
  [60, 12, 40, 12].map((side, i) =>
    sampleOf(ramp([2, 2, 1]), { index: i, id: `s${i}`, products: { channels: flowOf(i, side) } }),
  );

test('what is made in threads is what is made here, in the order of the samples', async () => {
  const here = await bench().run(flows, samples());
  const there = await bench({ services: { compute: threads } }).run(flows, samples());
  expect(there.map(({ id }) => id)).toEqual(['s0', 's1', 's2', 's3']);
  expect(there.map(({ products }) => products.labels)).toEqual(here.map(({ products }) => products.labels));
  expect(here.every(({ products }) => products.labels.data.includes(1))).toBe(true);
});

test('errors name the file', async () => {
  const few = sampleOf(ramp([2, 2, 1]), { file: 'a.tif', products: { channels: ramp([2, 2, 1]) } });
  const attempt = bench({ services: { compute: threads } }).run(flows, [few]);
  await expect(attempt).rejects.toThrow(DataError);
  await expect(attempt).rejects.toThrow('a.tif');
});
