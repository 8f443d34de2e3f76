import { afterAll, expect, test } from 'vitest';
import { Compute } from '../../../core/compute/compute.js';
import { node } from '../../../core/graph/graph.js';
import { augmenters } from '../../../plugins/augmenter/index.js';
import { bench, ramp, sampleOf } from '../nodes.js';

const threads = new Compute({ threads: 2 });
afterAll(() => threads.close());

const special: Record<string, object> = {
  affine: { zoom: 0.5, rotation: 0.5, quarterTurn: 0.5, patch: [12, 12] },
  flip: { x: 0.5, y: 0.5 },
  'resized-crop': { patch: [12, 12] },
};
const every = augmenters.map(({ id }) => {
  const name = id.split('/')[1];
  return node(name, id, special[name] ?? { chance: 0.5 });
});

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

test('so it is with all of them together', async () => {
  const picture = () => ramp([20, 20, 3]);
  const samples = Array.from({ length: 6 }, (_, index) =>
    sampleOf(picture(), {
      index,
      target: ramp([20, 20, 1], Uint8Array),
      partner: { image: ramp([12, 12, 3]), target: ramp([12, 12, 1], Uint8Array) },
      moment: { epoch: 0, position: index, total: 6 },
    }),
  );
  const run = async (compute: Compute) =>
    (await bench({ services: { compute } }).run(every, samples, 'train')).map(({ image, target }) => [
      [...image.data],
      [...target!.data],
    ]);
  const expected = await run(new Compute());
  expect(expected[0][0]).not.toEqual(expected[1][0]);
  expect(await run(threads)).toEqual(expected);
});
