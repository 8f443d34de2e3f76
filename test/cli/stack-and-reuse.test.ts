import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { readImage } from '../../core/image/format.js';
import { parseCsv } from '../../core/job/csv.js';
import { tiff } from '../../plugins/format/tiff.js';
import { biagraph } from './command.js';
import { tinyJob } from './tiny-job.js';

it('a stack of the test images is written and measured, and saved predictions give the same once more', async () => {
  const cwd = await tinyJob();
  const stack = [
    ['TEST.ANALIZE_2D_IMGS_AS_3D_STACK', 'True'],
    ['TEST.POST_PROCESSING.MEDIAN_FILTER', 'True'],
    ['TEST.POST_PROCESSING.MEDIAN_FILTER_AXIS', '[z]'],
    ['TEST.POST_PROCESSING.MEDIAN_FILTER_SIZE', '[3]'],
  ].flatMap(([key, value]) => ['--set', `${key}=${value}`]);
  const results = (...parts: string[]) => path.join(cwd, 'out/job/results/job_1', ...parts);
  const run = async (...words: string[]) => {
    const { code, stderr } = await biagraph(['run', 'job.yaml', ...stack, ...words], { cwd });
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const [head, ...rows] = parseCsv(readFileSync(results('test_results_metrics.csv'), 'utf8'));
    return {
      head,
      rows: Object.fromEntries(rows.map((row) => [row[0], Object.fromEntries(row.map((cell, i) => [head[i], cell]))])),
    };
  };
  const first = await run();
  expect(Object.keys(first.rows)).toEqual(['0', '1', 'stack']);
  expect(first.rows.stack['IoU (merge patches)']).toBe('');
  expect(first.rows['0']['IoU (as 3D stack)']).toBe('');
  for (const variant of ['as 3D stack', 'as 3D stack - post-processing'])
    expect(Number(first.rows.stack[`IoU (${variant})`])).toBeGreaterThan(0);
  const volume = await readImage(results('as_3d_stack/stack.tif'), [tiff], { ndim: '3D' });
  expect(volume.shape).toEqual([2, 64, 64, 1]);
  const planes = await Promise.all(
    ['0', '1'].map((id) => readImage(results('per_image', `${id}.tif`), [tiff], { ndim: '2D' })),
  );
  expect([...volume.data]).toEqual(planes.flatMap(({ data }) => [...data]));
  const classes = await readImage(results('as_3d_stack_binarized/stack.tif'), [tiff], { ndim: '3D' });
  expect(classes.dtype).toBe('uint8');
  expect(readFileSync(results('report.html'), 'utf8')).toContain('as 3D stack');

  const again = await run('--set', 'TRAIN.ENABLE=False', '--set', 'TEST.REUSE_PREDICTIONS=True');
  expect(again.head).not.toContain('IoU (per patch)');
  for (const row of ['0', '1', 'stack'])
    for (const title of again.head) expect(again.rows[row][title]).toBe(first.rows[row][title]);
  const same = await readImage(results('as_3d_stack_binarized/stack.tif'), [tiff], { ndim: '3D' });
  expect([...same.data]).toEqual([...classes.data]);
}, 240_000);

it('predictions that were never saved are asked for', async () => {
  const cwd = await tinyJob();
  const words = ['--set', 'TRAIN.ENABLE=False', '--set', 'TEST.REUSE_PREDICTIONS=True'];
  const { code, stderr } = await biagraph(['run', 'job.yaml', ...words], { cwd });
  expect(stderr).toContain('has no prediction of this image (0.tif)');
  expect(code).toBe(3);
});
