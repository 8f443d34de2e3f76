import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { attempt, Data, expectNumbers, expectTold, grey, type Tree, textured } from './attempt.js';

const TABLE = 'axis-0,axis-1\n10,12\n20,5\n';

async function run(tables: { train?: string; test?: string }, settings: Tree = {}) {
  const data = new Data();
  for (const [part, names] of [
    ['train', ['a', 'b']],
    ['test', ['a']],
  ] as const)
    for (const [i, name] of names.entries()) {
      await data.picture(`${part}/raw/${name}.tif`, textured(i));
      data.text(`${part}/label/${name}.csv`, tables[part] ?? TABLE);
    }
  return attempt(data, { 'PROBLEM.TYPE': 'DETECTION', ...settings });
}

it('columns of other names', async () => {
  const outcome = await run({ train: 'y,x\n10,12\n' });
  expectTold(outcome, 'train/label/a.csv: expected the columns axis-0, axis-1 of a 2D problem, found y, x');
});

it('a table of a volume for a plane', async () => {
  expectTold(await run({ test: 'axis-0,axis-1,axis-2\n1,2,3\n' }), 'test/label/a.csv: expected the columns');
});

it('points outside of the image, and words for numbers, by line', async () => {
  const outcome = await run({ train: 'axis-0,axis-1\n5,5\n40,2\n3,-1\nmany,2\n' });
  expectTold(
    outcome,
    'train/label/a.csv: line 3: the point (40, 2) lies outside',
    'line 4',
    "line 5: axis-0 is 'many'",
  );
});

it('an empty file, and bytes that are no text', async () => {
  expectTold(await run({ train: '' }), 'train/label/a.csv: expected the columns');
  expectTold(await run({ train: '\0\0\0\0' }), 'train/label/a.csv');
});

it('no points anywhere, and none found', async () => {
  const none = 'axis-0,axis-1\n';
  const outcome = await run({ train: none, test: none }, { 'TEST.DET_MIN_TH_TO_BE_PEAK': 0.99 });
  expectNumbers(outcome);
  for (const name of ['Precision', 'Recall', 'F1', 'TP', 'FP', 'FN'])
    expect(outcome.rows.a[`${name} (per image)`]).toBe('0');
  const points = readFileSync(path.join(outcome.results, 'per_image_local_max_check/a_points.csv'), 'utf8');
  expect(points.trim()).toBe('pred_id,axis-0,axis-1,probability');
});

it('points that are not found', async () => {
  const outcome = await run({}, { 'TEST.DET_MIN_TH_TO_BE_PEAK': 0.999 });
  expectNumbers(outcome);
  expect(outcome.rows.a).toMatchObject({ 'Recall (per image)': '0', 'FN (per image)': '2' });
});

it('one class missing', async () => {
  const classes = 'axis-0,axis-1,class\n10,12,1\n20,5,1\n';
  const settings = { 'DATA.N_CLASSES': 4 };
  expectNumbers(await run({ train: classes, test: classes }, settings));
  expectTold(await run({ train: classes, test: classes.replace('5,1', '5,7') }, settings), "line 3: class is '7'");
});

it('one object that covers the image', async () => {
  const wide = { 'PROBLEM.DETECTION.CENTRAL_POINT_DILATION': [40], 'TEST.DET_TH_TYPE': 'auto' };
  const single = 'axis-0,axis-1\n16,16\n';
  expectNumbers(await run({ train: single, test: single }, wide));
});

it('flat images with points close to one another', async () => {
  const data = new Data();
  for (const name of ['train/raw/a', 'train/raw/b', 'test/raw/a']) {
    await data.picture(
      `${name}.tif`,
      grey(() => 0),
    );
    data.text(`${name.replace('raw', 'label')}.csv`, 'axis-0,axis-1\n0,0\n0,1\n31,31\n');
  }
  const outcome = await attempt(data, {
    'PROBLEM.TYPE': 'DETECTION',
    'TEST.DET_TH_TYPE': 'auto',
    'TEST.POST_PROCESSING.REMOVE_CLOSE_POINTS': true,
    'TEST.POST_PROCESSING.REMOVE_CLOSE_POINTS_RADIUS': 3.0,
    'DATA.TEST.RESOLUTION': '(1, 1)',
  });
  expectNumbers(outcome);
  expect(outcome.warnings.join(' ')).toContain('drawn points touch');
});
