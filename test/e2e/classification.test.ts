import { cp, mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseCsv } from '../../core/job/csv.js';
import { readManifest } from '../../core/job/manifest.js';
import { Workbench } from './small-job.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FIXTURES = path.join(ROOT, 'test/fixtures/classification');

let bench: Workbench;
beforeEach(async () => {
  bench = await Workbench.open();
});
afterEach(() => bench.close());

const results = (job: string, name: string) => bench.file('out', job, 'results', `${job}_1`, name);
const table = async (job: string, name: string) => parseCsv(await readFile(results(job, name), 'utf8'));

function run(template: string, sets: string[], job = 'job') {
  const file = path.join(ROOT, 'templates', `${template}.yaml`);
  return bench.run('run', file, '--name', job, ...sets.flatMap((set) => ['--set', set]));
}

function settings(template: string, patch: string, folder = path.join(FIXTURES, template)): string[] {
  const data = [`DATA.TRAIN.PATH=${folder}/train`, `DATA.TEST.PATH=${folder}/test`, `DATA.PATCH_SIZE=${patch}`];
  return [...data, 'DATA.VAL.SPLIT_TRAIN=0.2', 'TRAIN.EPOCHS=2', 'TRAIN.BATCH_SIZE=4'];
}

describe.each([
  { name: 'classification-2d', patch: '(32,32,3)', classes: ['Platelets', 'RBC', 'WBC'], others: '(24,24,3)' },
  { name: 'classification-3d', patch: '(16,16,16,1)', classes: ['background', 'nucleus'], others: '(12,12,12,1)' },
])('$name', ({ name, patch, classes, others }) => {
  it('trains, tests and counts what is taken for what', async () => {
    const { code, err, out } = await run(name, settings(name, patch));
    expect(err).toBe('');
    expect(code).toBe(0);
    const { metrics, status } = await readManifest(results('job', 'manifest.json'));
    expect(status).toBe('finished');

    const predictions = (await table('job', 'predictions.csv')).slice(1);
    const files: string[] = [];
    let right = 0;
    for (const [id, folder] of classes.entries())
      for (const file of (await readdir(path.join(FIXTURES, name, 'test', folder))).sort()) {
        if (predictions[files.length][1] === String(id)) right++;
        files.push(file);
      }
    expect(predictions.map(([file]) => file)).toEqual(files);
    expect(metrics['accuracy (per image)']).toBeCloseTo(right / files.length, 10);

    const rows = (await table('job', 'confusion_matrix.csv')).slice(1).map((row) => row.slice(1).map(Number));
    expect(rows.map((row) => row.reduce((sum, count) => sum + count))).toEqual(classes.map(() => 2));
    expect(rows.reduce((sum, row, id) => sum + row[id], 0)).toBe(right);
    expect((await table('job', 'classification_report.csv'))[1][0]).toBe(`Category 0 (${classes[0]})`);
    expect(out).toContain(`Category 1 (${classes[1]}): precision`);
    expect(await readFile(results('job', 'report.html'), 'utf8')).toContain('Confusion matrix');
  }, 120_000);

  it('tells classes that are not known, of images of several sizes, with all symmetries', async () => {
    await mkdir(bench.file('data/test'), { recursive: true });
    await cp(path.join(FIXTURES, name, 'train'), bench.file('data/train'), { recursive: true });
    await cp(path.join(FIXTURES, name, 'test', classes[0]), bench.file('data/test/all'), { recursive: true });
    const sets = [
      ...settings(name, others, bench.file('data')),
      'DATA.TEST.LOAD_GT=False',
      'TEST.AUGMENTATION=True',
      'TRAIN.EPOCHS=1',
    ];
    const { code, err, out } = await run(name, sets);
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(out).toContain('only the middle is used');
    expect(await table('job', 'predictions.csv')).toHaveLength(3);
    expect(await readdir(results('job', ''))).not.toContain('confusion_matrix.csv');
  }, 120_000);
});

it('a folder too many is found before anything runs', async () => {
  await cp(path.join(FIXTURES, 'classification-2d'), bench.file('data'), { recursive: true });
  await cp(bench.file('data/train/WBC'), bench.file('data/train/other'), { recursive: true });
  const { code, err } = await run('classification-2d', settings('classification-2d', '(32,32,3)', bench.file('data')));
  expect(code).not.toBe(0);
  expect(err).toMatch(/holds 4 folders \(Platelets, RBC, WBC, other\), but DATA\.N_CLASSES is 3/);
});
