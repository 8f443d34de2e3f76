import { expect, test } from 'vitest';
import { node } from '../../../core/graph/graph.js';
import { leaveOut } from '../../../core/image/dropped-patch.js';
import { image } from '../../../core/image/image.js';
import type { Sample } from '../../../core/image/sample.js';
import { NO_LEASE } from '../../../core/job/memory.js';
import { bench, ramp, sampleOf } from '../nodes.js';

function patchesOf(parent: Sample, scores: readonly number[][]): Sample[] {
  return scores.map((values, index) => ({
    ...sampleOf(parent.image, { id: `${parent.id}#${index}`, index: parent.index }),
    products: { channels: image(Float32Array.from(values), [1, 1, values.length]) },
    placement: {
      parent,
      index,
      count: scores.length,
      box: { start: [0, 0], size: [2, 2] },
      added: [0, 0],
    },
  }));
}

const join = node('stitcher', 'stitcher/join-scores');

test('the scores of an image are the mean of those of its patches', async () => {
  const [first, second] = [0, 1].map((index) => sampleOf(ramp([2, 4, 1]), { index }));
  const joined = await bench().run(join, [
    ...patchesOf(first, [
      [0.25, 0.75],
      [0.75, 0.25],
      [0.5, 0.5],
    ]),
    ...patchesOf(second, [[1, 0]]),
  ]);
  expect(joined.map(({ id, products }) => [id, products.channels.shape, [...products.channels.data]])).toEqual([
    ['s0', [1, 1, 2], [0.5, 0.5]],
    ['s1', [1, 1, 2], [1, 0]],
  ]);
});

test('patches that a filter leaves out have no say, and an image without others is gone', async () => {
  let released = 0;
  const lease = { ...NO_LEASE, release: () => void released++ };
  const [kept, gone] = [sampleOf(ramp([2, 4, 1])), sampleOf(ramp([2, 4, 1]), { index: 1, lease })];
  const [a, b] = patchesOf(kept, [
    [0, 0],
    [0, 1],
  ]);
  const joined = await bench().run(join, [leaveOut(a), b, ...patchesOf(gone, [[0, 0]]).map(leaveOut)]);
  expect(joined.map(({ id, products }) => [id, [...products.channels.data]])).toEqual([['s0', [0, 1]]]);
  expect(released).toBe(1);
});
