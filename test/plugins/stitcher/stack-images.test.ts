import { firstValueFrom, tap, toArray } from 'rxjs';
import { expect, test } from 'vitest';
import { node } from '../../../core/graph/graph.js';
import { ANNOTATED } from '../../../core/image/found-points.js';
import { image } from '../../../core/image/image.js';
import type { Sample } from '../../../core/image/sample.js';
import { arraySourceOf } from '../loader/volume-source.js';
import { bench, ramp, sampleOf } from '../nodes.js';

const stack = (parameters = {}) => node('stack', 'stitcher/stack-images', parameters);

function plane(index: number, changes: Partial<Sample> = {}): Sample {
  const picture = image(Uint8Array.of(index, 1, 2, 3, 4, 5), [2, 3, 1], { spacing: [0.2, 0.1], unit: 'micron' });
  return {
    ...sampleOf(picture, { index }),
    target: image(Uint8Array.of(0, 1, 0, 1, 0, index), [2, 3, 1]),
    products: {
      raw: picture,
      channels: image(
        Float32Array.from({ length: 12 }, (_, i) => i / 8 + index),
        [2, 3, 2],
      ),
    },
    facts: { [ANNOTATED]: { coordinates: [[index, 2]], classes: [index + 1] } },
    metrics: { 'IoU (per image)': 1 },
    ...changes,
  };
}

test('planes lie on each other in the order in which they come', async () => {
  const planes = [0, 1, 2].map((index) => plane(index));
  const [volume, ...rest] = await bench().run(stack({ depth: 0.5 }), planes);
  expect(rest).toEqual([]);
  expect(volume.id).toBe('stack');
  expect(volume.image.shape).toEqual([3, 2, 3, 1]);
  expect(volume.image.dtype).toBe('uint8');
  expect([...volume.image.data]).toEqual(planes.flatMap((each) => [...each.image.data]));
  expect(volume.image.metadata).toEqual({ spacing: [0.5, 0.2, 0.1], unit: 'micron' });
  expect([...volume.target!.data]).toEqual(planes.flatMap((each) => [...each.target!.data]));
  expect(volume.products.channels.shape).toEqual([3, 2, 3, 2]);
  expect([...volume.products.channels.data]).toEqual(planes.flatMap((each) => [...each.products.channels.data]));
  expect(volume.facts[ANNOTATED]).toEqual({
    coordinates: [
      [0, 0, 2],
      [1, 1, 2],
      [2, 2, 2],
    ],
    classes: [1, 2, 3],
  });
  expect(volume.metrics).toEqual({});
});

test('planes that are read in parts are read for it', async () => {
  const parts = [0, 1].map((index) => plane(index, { products: { channels: arraySourceOf(ramp([2, 3, 1])) } }));
  const [volume] = await bench().run(stack(), parts);
  expect([...volume.products.channels.data]).toEqual([0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5]);
  expect(volume.image.metadata.spacing).toBeUndefined();
});

test('memory is leased for the whole, when the planes have given back theirs', async () => {
  const { memory, stream } = bench({ budget: 300 });
  const planes: Sample[] = [];
  for (const index of [0, 1, 2]) planes.push(plane(index, { lease: await memory.lease(90, 'plane') }));
  let held = 0;
  const volumes = await firstValueFrom(
    stream(stack(), planes).pipe(
      tap(() => {
        held = memory.inUse;
      }),
      toArray(),
    ),
  );
  expect(volumes).toHaveLength(1);
  // Images and targets of a byte a pixel, two channels of four bytes.
  expect(held).toBe(3 * 6 * (1 + 1 + 8));
  expect(memory.inUse).toBe(0);
  await expect(bench({ budget: 100 }).run(stack(), [plane(0), plane(1)])).rejects.toThrow(
    'the stack of 2 images needs 120 B at once',
  );
});

test('images of different sizes cannot be stacked, and none is no stack', async () => {
  const other = plane(1, { products: { raw: ramp([3, 3, 1], Uint8Array), channels: ramp([3, 3, 2]) } });
  await expect(bench().run(stack(), [plane(0), other])).rejects.toThrow(
    /data\/s1.tif: the image is 3×3×1 uint8, but that of the images before is 2×3×1 uint8\..*ANALIZE_2D_IMGS_AS_3D_STACK/,
  );
  expect(await bench().run(stack(), [])).toEqual([]);
});

test('labels that were kept are stacked where that is asked for', async () => {
  const labelled = (index: number) => {
    const { products, ...rest } = plane(index);
    return { ...rest, products: { ...products, truth: image(Uint16Array.of(1, 0, index, 0, 2, 2), [2, 3, 1]) } };
  };
  const [{ products }] = await bench().run(stack({ also: ['truth', 'missing'] }), [labelled(3), labelled(4)]);
  expect([...products.truth.data]).toEqual([1, 0, 3, 0, 2, 2, 1, 0, 4, 0, 2, 2]);
  expect(Object.keys(products).sort()).toEqual(['channels', 'raw', 'truth']);
});
