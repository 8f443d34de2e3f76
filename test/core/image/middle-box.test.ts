import { expect, test } from 'vitest';
import { boundedSource, deferred } from '../../../core/image/deferred.js';
import type { Image } from '../../../core/image/image.js';
import { middleBox, planeOf } from '../../../core/image/middle-box.js';
import { readPatch } from '../../../core/image/patch.js';
import { ramp } from '../../plugins/nodes.js';

test('one plane in the middle, and of a large plane the middle', () => {
  expect(middleBox([9, 100, 200, 1])).toEqual({ start: [4, 0, 0], size: [1, 100, 200] });
  expect(middleBox([8, 100, 5000, 2])).toEqual({ start: [3, 0, 1988], size: [1, 100, 1024] });
});

test('the plane of a volume in parts is read alone, and that of a finer one lies over it', async () => {
  const lazy = (whole: Image) => {
    const { shape, dtype, metadata } = whole;
    const inside = async (box: Parameters<typeof readPatch>[1]) => readPatch(whole, box);
    return deferred(boundedSource({ shape, dtype, metadata, file: 'a.zarr', inside }));
  };
  const [raw, fine] = [ramp([3, 2, 2, 1]), ramp([6, 4, 4, 1])];
  expect((await planeOf(lazy(raw))).data).toEqual(raw.data.subarray(4, 8));
  const plane = await planeOf(lazy(fine), lazy(raw));
  expect(plane.shape).toEqual([4, 4, 1]);
  expect(plane.data).toEqual(fine.data.subarray(32, 48));
  expect(await planeOf(ramp([2, 2, 1]))).toEqual(ramp([2, 2, 1]));
});
