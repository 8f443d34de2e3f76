/** Patches that are normalised on their own: cut, normalised, predicted as they are, brought back and joined. */
import { concatMap, lastValueFrom } from 'rxjs';
import { expect, test } from 'vitest';
import { node } from '../../../core/graph/graph.js';
import { boundedSource, deferred, readRegion } from '../../../core/image/deferred.js';
import { type Image, image, sizeOf } from '../../../core/image/image.js';
import { readPatch } from '../../../core/image/patch.js';
import { NO_LEASE } from '../../../core/job/memory.js';
import { bench, ramp, sampleOf } from '../nodes.js';

const shape = [12, 20, 16, 1];
const picture = image(
  Uint16Array.from({ length: sizeOf(shape) }, (_, i) => (i * 7919) % 4001),
  shape,
);
const lazy = deferred(
  boundedSource({
    shape,
    dtype: 'uint16',
    metadata: {},
    file: 'a.zarr',
    inside: async (box) => readPatch(picture, box),
  }),
);
const cutter = node('cut', 'stitcher/cut-patches', { patch: [8, 8, 8], overlap: [0.5, 0, 0], padding: [1, 1, 1] });
const after = [
  node('own', 'postprocessor/denormalize-patch'),
  node('join', 'stitcher/join-patches'),
  node('back', 'postprocessor/denormalize'),
];

/** A network that gives what it gets. */
async function restore(whole: Image, nodes: Parameters<ReturnType<typeof bench>['run']>[0]): Promise<Image> {
  const patches = await bench().run(nodes, [sampleOf(whole)]);
  const predicted = patches.map((patch) => ({
    ...patch,
    image: patch.image,
    lease: NO_LEASE,
    products: { ...patch.products, channels: patch.image },
  }));
  // Blocks of a joined volume are there as long as its lease, so they are asked for at once.
  const box = { start: [0, 0, 0], size: shape.slice(0, 3) };
  const joined = bench().stream(after, predicted);
  return lastValueFrom(joined.pipe(concatMap(({ products }) => readRegion(products.restored, box))));
}

test.each([
  ['zero_mean_unit_variance', 'in memory', picture, 'behind the cutter'],
  ['scale_range', 'in memory', picture, 'behind the cutter'],
  ['div', 'in parts', lazy, 'behind the cutter'],
  ['zero_mean_unit_variance', 'in parts', lazy, 'behind the loader'],
  ['scale_range', 'in parts', lazy, 'behind the loader'],
  ['zero_mean_unit_variance', 'in memory', picture, 'behind the loader'],
])('a volume normalised by %s, %s, comes back to its intensities', async (type, _, whole, where) => {
  const normalizer = node('n', 'normalizer/intensity', { type });
  const restored = await restore(whole, where === 'behind the cutter' ? [cutter, normalizer] : [normalizer, cutter]);
  expect(restored.dtype).toBe('uint16');
  expect(restored.data).toEqual(picture.data);
});

test('settings of targets need the raw patch', async () => {
  const target = { type: 'scale_range' as const };
  const own = node('own', 'postprocessor/denormalize-patch', { target });
  const patch = sampleOf(ramp([2, 2, 1]), {
    facts: { normalization: { type: 'div', dtype: 'uint8', channels: [{ min: 0, max: 255 }] } },
    products: { channels: ramp([2, 2, 1]) },
  });
  await expect(bench().run(own, [patch])).rejects.toThrow(/is read in parts, so it has no numbers to undo/);
  const raw = image(Uint8Array.of(10, 20, 30, 40), [2, 2, 1]);
  const half = image(Float32Array.of(0.5), [1, 1, 1]);
  const [restored] = await bench().run(own, [{ ...patch, products: { raw, channels: half } }]);
  expect([...restored.products.intensities.data]).toEqual([25]);
});
