import { expect, test } from 'vitest';
import { Blender } from '../../../core/image/blend.js';
import { BlockBlender } from '../../../core/image/block-blend.js';
import { image, sizeOf } from '../../../core/image/image.js';
import { cutGeometry, patchBoxes, readPatch } from '../../../core/image/patch.js';

const shape = [70, 90, 130];
const geometry = cutGeometry(shape, [40, 48, 64], { overlap: [0.25, 0.25, 0.25], padding: [4, 4, 4] });
const patches = [...patchBoxes(geometry)].map((box, index) =>
  image(
    Float32Array.from({ length: sizeOf(box.size) * 2 }, (_, i) => Math.sin(index + i)),
    [...box.size, 2],
  ),
);
const options = { metadata: {}, file: 'a.zarr' };

test.each(['taper', 'plain'] as const)(
  'gives what the blender in memory gives (%s), with two blocks in memory',
  async (weights) => {
    const whole = new Blender(shape, 2, geometry, { weights });
    const blocks = new BlockBlender(shape, 2, geometry, { ...options, weights, bytes: 2 * 64 ** 3 * 2 * 4 });
    for (const [index, patch] of patches.entries()) {
      whole.add(index, patch);
      await blocks.add(index, patch);
    }
    const wanted = whole.result();
    const source = blocks.source();
    expect(source.shape).toEqual([...shape, 2]);
    for (const box of [
      { start: [0, 0, 0], size: shape },
      { start: [50, 60, 60], size: [15, 20, 20] },
      { start: [-5, 10, 100], size: [20, 20, 35] },
    ]) {
      const [got, right] = [(await source.read(box)).data, readPatch(wanted, box).data];
      let most = 0;
      for (let i = 0; i < right.length; i++) most = Math.max(most, Math.abs(got[i] - right[i]));
      expect(got.length).toBe(right.length);
      expect(most).toBeLessThan(1e-6);
    }
    await blocks.close();
  },
);

test('refuses patches of another shape or order, and a result that is not complete', async () => {
  const blocks = new BlockBlender(shape, 2, geometry, { ...options, weights: 'plain', bytes: 1e8 });
  await expect(blocks.add(1, patches[1])).rejects.toThrow(/patch 1 came where patch 0 was expected/);
  await expect(blocks.add(0, image(new Float32Array(8), [2, 2, 2, 1]))).rejects.toThrow(/40×48×64×2 was expected/);
  expect(() => blocks.source()).toThrow(/only 0 of \d+ patches came/);
  await blocks.close();
});
