import { afterAll, expect, test } from 'vitest';
import { Compute } from '../../../core/compute/compute.js';
import { node } from '../../../core/graph/graph.js';
import { bench, ramp, sampleOf } from '../nodes.js';

const threads = new Compute({ threads: 2 });
afterAll(() => threads.close());

const row = [
  node('affine', 'augmenter/affine', { zoom: 1, rotation: 0.5, patch: [12, 12] }),
  node('cutmix', 'augmenter/cutmix', { chance: 1 }),
  node('noise', 'augmenter/gaussian-noise', { chance: 0.5 }),
  node('elastic', 'augmenter/elastic', { chance: 0.5 }),
  node('flip', 'augmenter/flip', { x: 0.5, y: 0.5 }),
];

test('the same bytes come out of any number of threads, and of rows that are torn apart', async () => {
  const samples = Array.from({ length: 8 }, (_, index) =>
    sampleOf(ramp([20, 20, 1]), {
      index,
      target: ramp([20, 20, 1], Uint8Array),
      partner: { image: ramp([12, 12, 1]), target: ramp([12, 12, 1], Uint8Array) },
      moment: { epoch: 1, position: index, total: 8 },
    }),
  );
  const run = async (compute: Compute, nodes = row) =>
    (await bench({ services: { compute } }).run(nodes, samples, 'train')).map(({ image, target, partner }) => {
      expect(partner).toBeUndefined();
      return [image.shape, [...image.data], [...target!.data]];
    });
  const expected = await run(new Compute());
  expect(expected[0][0]).toEqual([12, 12, 1]);
  expect(await run(threads)).toEqual(expected);
});
