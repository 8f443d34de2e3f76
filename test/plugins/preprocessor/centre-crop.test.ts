import { expect, test } from 'vitest';
import { node } from '../../../core/graph/graph.js';
import { image } from '../../../core/image/image.js';
import { cropCentre } from '../../../plugins/preprocessor/centre-crop.js';
import { bench, ramp, sampleOf } from '../nodes.js';

test('the middle is kept, and axes that are short already stay', () => {
  const cropped = cropCentre(ramp([5, 2, 1]), [2, 4]);
  expect(cropped.shape).toEqual([2, 2, 1]);
  // Rows 1 and 2 of 0 ... 4: of three rows too many one is cut at the start.
  expect([...cropped.data]).toEqual([2, 3, 4, 5]);
});

test('an image that fits is handed on as it is', () => {
  const picture = ramp([2, 3, 4, 2]);
  expect(cropCentre(picture, [2, 3, 4])).toBe(picture);
});

test('a class belongs to the whole image and is not cut; what is lost is told once', async () => {
  const { run, heard } = bench();
  const target = image(Uint16Array.of(3), [1, 1, 1]);
  const samples = [0, 1].map((index) => sampleOf(ramp([6, 6, 1]), { index, target }));
  const done = await run(node('crop', 'preprocessor/centre-crop', { size: [4, 4] }), samples);
  expect(done.map((sample) => [sample.image.shape, sample.target])).toEqual([
    [[4, 4, 1], target],
    [[4, 4, 1], target],
  ]);
  expect(heard.filter(({ type }) => type === 'notice')).toHaveLength(1);
});

test('resizing leaves a class as it is', async () => {
  const target = image(Uint16Array.of(3), [1, 1, 1]);
  const nodes = node('resize', 'preprocessor/resize', { size: [3, 3] });
  const [done] = await bench().run(nodes, [sampleOf(ramp([6, 6, 1]), { target })]);
  expect([done.image.shape, done.target!.shape, done.target!.data[0]]).toEqual([[3, 3, 1], [1, 1, 1], 3]);
});
