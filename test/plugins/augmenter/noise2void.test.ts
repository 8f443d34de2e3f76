import { expect, test } from 'vitest';
import { node } from '../../../core/graph/graph.js';
import { bench, catalog, ramp, sampleOf } from '../nodes.js';

const hide = node('train-noise2void', 'augmenter/noise2void', { percentage: 2 });
const patch = (epoch: number, index = 0) =>
  sampleOf(ramp([40, 40, 1]), { index, moment: { epoch, position: 0, total: 1 } });

test('makes the target of a patch, of true values and mask', async () => {
  const [{ image, target, targetKinds }] = await bench().run(hide, [patch(0)], 'train');
  expect([image.shape, target!.shape, targetKinds]).toEqual([
    [40, 40, 1],
    [40, 40, 2],
    ['image', 'image'],
  ]);
  let hidden = 0;
  for (let i = 0; i < image.data.length; i++) {
    if (target!.data[2 * i + 1] === 0) expect([image.data[i], target!.data[2 * i]]).toEqual([i, 0]);
    else {
      hidden++;
      expect(target!.data[2 * i]).toBe(i);
    }
  }
  expect(hidden).toBeGreaterThan(10);
});

test('hides other pixels in each epoch and patch, the same for the same seed', async () => {
  const mask = async (epoch: number, index: number, seed = 0) =>
    (await bench({ seed }).run(hide, [patch(epoch, index)], 'train'))[0].target!.data;
  const first = await mask(0, 0);
  expect(await mask(0, 0)).toEqual(first);
  for (const other of [await mask(1, 0), await mask(0, 1), await mask(0, 0, 1)]) expect(other).not.toEqual(first);
});

test('a plan knows the channels of the target', async () => {
  const { plan } = catalog.node('augmenter/noise2void');
  const main = { images: [{ file: 'a', shape: [8, 8, 3], bytes: 1 }], onlyImage: false };
  const planned = await plan!({}, { main }, {} as never);
  expect(planned.images[0].targetShape).toEqual([8, 8, 6]);
});
