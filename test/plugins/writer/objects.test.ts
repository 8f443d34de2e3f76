import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { node } from '../../../core/graph/graph.js';
import { readImage } from '../../../core/image/format.js';
import { image } from '../../../core/image/image.js';
import { png } from '../../../plugins/format/raster.js';
import { tiff } from '../../../plugins/format/tiff.js';
import { bench, ramp, sampleOf } from '../nodes.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'objects-'));
});
afterEach(() => rm(folder, { recursive: true }));

const labels = (values: number[]) => image(Uint16Array.from(values), [2, values.length / 2, 1]);
const sample = () =>
  sampleOf(ramp([2, 4, 1]), {
    id: 'cells',
    products: { labels: labels([1, 1, 0, 6, 1, 1, 0, 0]), truth: labels([4, 4, 0, 0, 4, 0, 5, 5]) },
  });
const measure = node('measure', 'metric/objects', { thresholds: [0.5, 0.9], also: [0.7] });

test('pairs, missed and superfluous objects are listed for each threshold, painted where that is asked for', async () => {
  const writer = node('writer', 'writer/object-associations', { folder, suffix: '_x', coloured: [0.7] });
  await bench().run([measure, writer], [sample()]);
  expect((await readdir(folder)).sort()).toEqual([
    ...['cells_x_th_0.5_fp.csv', 'cells_x_th_0.5_gt_assoc.csv', 'cells_x_th_0.7.tif', 'cells_x_th_0.7_fp.csv'],
    ...['cells_x_th_0.7_gt_assoc.csv', 'cells_x_th_0.9_fp.csv', 'cells_x_th_0.9_gt_assoc.csv'],
  ]);
  const text = async (name: string) =>
    (await readFile(path.join(folder, `cells_x_th_${name}.csv`), 'utf8')).replaceAll('\r\n', '\n');
  expect(await text('0.5_gt_assoc')).toBe('gt_id,pred_id,iou,tag\n4,1,0.75,TP\n5,,,FN\n');
  expect(await text('0.5_fp')).toBe('pred_id,tag\n6,FP\n');
  expect(await text('0.9_gt_assoc')).toBe('gt_id,pred_id,iou,tag\n4,,,FN\n5,,,FN\n');
  const painted = await readImage(path.join(folder, 'cells_x_th_0.7.tif'), [tiff], { ndim: '2D' });
  expect(painted.shape).toEqual([2, 4, 3]);
});

test('objects are drawn, beside annotated ones where there are some', async () => {
  const { run, heard } = bench();
  const writer = node('writer', 'writer/object-pictures', { folder, threshold: 0.9 });
  await run([measure, writer], [sample()]);
  const { products, ...rest } = sample();
  await run(writer, [{ ...rest, id: 'alone', products: { labels: products.labels } }]);
  const written = heard.flatMap((event) => (event.type === 'file.written' ? [event] : []));
  expect(written.map(({ file, kind }) => [path.basename(file), kind])).toEqual([
    ['cells_raw.png', 'picture'],
    ['cells.png', 'picture'],
    ['cells_matches.png', 'picture'],
    ['alone_raw.png', 'picture'],
    ['alone.png', 'picture'],
  ]);
  expect(written[2].label).toBe('Objects at an overlap of 0.9: green is found, red is missed, blue is too much');
  expect((await readImage(written[2].file, [png], { ndim: '2D' })).shape).toEqual([2, 4, 3]);
});
