import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { parseCsv } from '../../../core/job/csv.js';
import { attempt, Data, expectNumbers, expectTold, grey, type Tree, textured } from './attempt.js';

const SETTINGS: Tree = {
  'PROBLEM.TYPE': 'CLASSIFICATION',
  'DATA.N_CLASSES': 3,
  'DATA.TRAIN.PATH': 'train',
  'DATA.TEST.PATH': 'test',
  'DATA.TRAIN.GT_PATH': '',
  'DATA.TEST.GT_PATH': '',
  'MODEL.ARCHITECTURE': 'simple_cnn',
};

async function classes(names: readonly string[] = ['a', 'b', 'c']): Promise<Data> {
  const data = new Data();
  for (const part of ['train', 'test'])
    for (const [i, name] of names.entries())
      for (const j of [0, 1]) await data.picture(`${part}/${name}/${j}.tif`, textured(3 * i + j));
  return data;
}

const run = (data: Data, changes: Tree = {}) => {
  const settings = { ...SETTINGS, ...changes };
  return attempt(data, {
    ...settings,
    'DATA.TRAIN.PATH': data.path('train'),
    'DATA.TEST.PATH': data.path('test'),
  });
};

it('another number of folders than of classes', async () => {
  expectTold(await run(await classes(['a', 'b'])), 'DATA.TEST.PATH: Expected 3 folders in "test", there are 2');
});

it('an empty folder, and one with something else than images', async () => {
  const data = await classes();
  data.remove('train/b/0.tif');
  data.remove('train/b/1.tif');
  expectTold(await run(data), 'train/b');
  data.text('train/b/notes.txt', 'later');
  expectTold(await run(data), 'train/b/notes.txt');
});

it('a class that the test has no image of', async () => {
  const data = await classes();
  data.remove('test/b');
  expectTold(
    await run(data),
    'DATA.TEST.PATH: Expected 3 folders in "test", there are 2. Make one folder for each class',
  );
});

it('flat images, all of them put into one class', async () => {
  const data = new Data();
  for (const part of ['train', 'test'])
    for (const name of ['a', 'b', 'c'])
      for (const j of [0, 1])
        await data.picture(
          `${part}/${name}/${j}.tif`,
          grey(() => 9),
        );
  const outcome = await run(data, { 'DATA.NORMALIZATION.TYPE': 'zero_mean_unit_variance' });
  expectNumbers(outcome);
  const [, ...rows] = parseCsv(readFileSync(path.join(outcome.results, 'predictions.csv'), 'utf8'));
  expect(rows).toHaveLength(6);
  expect(new Set(rows.map(([, id]) => id)).size).toBe(1);
});

it('an image smaller than the others is completed by reflection, or refused', async () => {
  const data = await classes();
  await data.picture('test/a/0.tif', textured(0, 20));
  expectNumbers(await run(data));
  const outcome = await run(data, { 'DATA.REFLECT_TO_COMPLETE_SHAPE': false });
  expectTold(outcome, 'test/a/0.tif', '20');
});
