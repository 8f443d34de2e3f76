import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { node } from '../../../core/graph/graph.js';
import { readImage } from '../../../core/image/format.js';
import { type Image, image } from '../../../core/image/image.js';
import { png } from '../../../plugins/format/raster.js';
import { bench, sampleOf } from '../nodes.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'panels-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A slope from `low` to `high`. */
function slope(side: number, low: number, high: number): Image {
  const last = side * side - 1;
  return image(
    Float32Array.from({ length: side * side }, (_, i) => low + ((high - low) * i) / last),
    [side, side, 1],
  );
}

test('prediction and target are drawn in the same grey levels, a small input in their size', async () => {
  const { run, heard } = bench();
  const sample = sampleOf(slope(20, 0, 1), {
    target: slope(40, 0, 100),
    products: { raw: slope(20, 5, 6), restored: slope(40, 0, 50) },
  });
  await run(node('panels', 'writer/panels', { folder }), [sample]);
  const written = heard.flatMap((event) => (event.type === 'file.written' ? [event] : []));
  expect(written.map(({ kind, label }) => [kind, label])).toEqual([
    ['picture', 'Input'],
    ['picture', 'Prediction'],
    ['picture', 'Target'],
  ]);
  const pictures = await Promise.all(written.map(({ file }) => readImage(file, [png], { ndim: '2D' })));
  for (const picture of pictures) expect(picture.shape).toEqual([40, 40, 1]);
  const [input, prediction, target] = pictures.map(({ data }) => data[data.length - 1]);
  expect([input, target]).toEqual([255, 255]);
  // Half as bright as the target.
  expect(Math.abs(prediction - 127)).toBeLessThan(4);
});

test('volumes are drawn by their middle planes, and without a target there is none', async () => {
  const { run, heard } = bench();
  const volume = image(
    Uint8Array.from({ length: 3 * 400 }, (_, i) => i % 256),
    [3, 20, 20, 1],
  );
  await run(node('panels', 'writer/panels', { folder }), [sampleOf(volume, { products: { restored: volume } })]);
  expect(heard.filter(({ type }) => type === 'file.written')).toHaveLength(2);
});
