import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DataError } from '../../../core/errors.js';
import { node } from '../../../core/graph/graph.js';
import { png } from '../../../plugins/format/raster.js';
import { classTarget, listClassFolders } from '../../../plugins/loader/class-folders.js';
import { bench, ramp } from '../nodes.js';

let root: string;
const at = (...names: string[]) => path.join(root, ...names);

async function put(folder: string, names: readonly string[]): Promise<void> {
  await mkdir(at(folder), { recursive: true });
  for (const name of names) await png.write!(at(folder, name), ramp([4, 5, 1], Uint8Array), {});
}

beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'classes-'));
  await put('cells/WBC', ['w2.png', 'w1.png']);
  await put('cells/RBC', ['a.png', 'r.png']);
  await put('cells/platelets', ['a.png']);
  await writeFile(at('cells/notes.txt'), 'not a class');
  await put('unknown/all', ['x.png', 'y.png']);
  await put('flat', ['x.png']);
  await put('hollow/full', ['x.png']);
  await mkdir(at('hollow/empty'));
});
afterAll(() => rm(root, { recursive: true }));

const load = (folder: string, count: number, more: object = {}) =>
  node('loader', 'loader/folder', { images: at(folder), classes: { count, known: true }, ...more });

describe('class folders', () => {
  test('are numbered by their names as plain texts, and give the targets', async () => {
    const samples = await bench().run(load('cells', 3));
    expect(samples.map(({ id, target }) => [id, target!.shape, target!.data[0]])).toEqual([
      ['RBC_a', [1, 1, 1], 0],
      ['r', [1, 1, 1], 0],
      ['w1', [1, 1, 1], 1],
      ['w2', [1, 1, 1], 1],
      ['platelets_a', [1, 1, 1], 2],
    ]);
    expect(samples.every(({ facts }) => facts.targetFile === undefined)).toBe(true);
  });

  test('give no target where classes are not known', async () => {
    const samples = await bench().run(load('unknown', 3, { classes: { count: 3, known: false } }));
    expect(samples.map(({ id, target }) => [id, target])).toEqual([
      ['x', undefined],
      ['y', undefined],
    ]);
  });

  test('are each divided by the folds of a cross-validation', async () => {
    const subset = { part: 'validation', folds: 2, fold: 1, shuffle: true, seed: 3 };
    const samples = await bench().run(load('cells', 3, { subset }));
    const classes = samples.map(({ target }) => target!.data[0]);
    expect([0, 1].map((id) => classes.filter((each) => each === id).length)).toEqual([1, 1]);
  });

  test('warn where a split leaves a class out of one side', async () => {
    const subset = { part: 'train', fraction: 0.2, shuffle: false, seed: 0 };
    const { run, heard } = bench();
    await run(load('cells', 3, { subset }));
    expect(heard.find(({ type }) => type === 'warning')).toMatchObject({
      message: expect.stringMatching(/leaves none of .*platelets on one side.*DATA\.VAL\.RANDOM/),
    });
  });

  test('of a volume have a value with one more axis', () => {
    expect(classTarget(7, 3)).toMatchObject({ shape: [1, 1, 1, 1], data: Uint16Array.of(7) });
  });
});

describe('bad class folders', () => {
  test.each([
    ['cells', { count: 2, known: true }, /holds 3 folders \(RBC, WBC, platelets\), but DATA\.N_CLASSES is 2/],
    ['cells', { count: 3, known: false }, /holds 3 folders .* expected in one folder/],
    ['flat', { count: 2, known: true }, /flat: expected a folder for each class .* only files/],
    ['hollow', { count: 2, known: true }, /empty: the folder is empty/],
    ['nowhere', { count: 2, known: true }, /nowhere: expected a folder of images, but it does not exist/],
  ])('%s is refused (%o)', async (folder, classes, message) => {
    const list = listClassFolders(at(folder), classes);
    await expect(list).rejects.toThrow(DataError);
    await expect(list).rejects.toThrow(message);
  });
});
