import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readImage } from '../../core/image/format.js';
import { readPoints } from '../../core/image/points.js';
import { parseCsv } from '../../core/job/csv.js';
import { readManifest } from '../../core/job/manifest.js';
import { tiff } from '../../plugins/format/tiff.js';
import { Workbench } from './small-job.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FIXTURES = path.join(ROOT, 'test/fixtures/detection');

let bench: Workbench;
beforeEach(async () => {
  bench = await Workbench.open();
});
afterEach(() => bench.close());

interface Case {
  /** Folder of the images. */
  name: string;
  template: 'detection-2d' | 'detection-3d';
  sets: string[];
  ndim: 2 | 3;
  classes?: number;
}

const CASES: Case[] = [
  {
    name: 'detection-2d',
    template: 'detection-2d',
    ndim: 2,
    sets: ['DATA.PATCH_SIZE=(48,48,1)', 'DATA.TEST.PADDING=(4,4)'],
  },
  {
    name: 'detection-2d-classes',
    template: 'detection-2d',
    ndim: 2,
    classes: 4,
    sets: ['DATA.PATCH_SIZE=(64,64,3)', 'DATA.TEST.PADDING=(4,4)', 'DATA.N_CLASSES=4'],
  },
  {
    name: 'detection-3d',
    template: 'detection-3d',
    ndim: 3,
    sets: ['DATA.PATCH_SIZE=(8,32,32,1)', 'DATA.TEST.PADDING=(1,4,4)', 'MODEL.Z_DOWN=[1,1]'],
  },
];

function start({ name, template, sets }: Case, more: string[] = [], folder = path.join(FIXTURES, name)) {
  const all = [
    ...['TRAIN', 'TEST'].flatMap((part) => [
      `DATA.${part}.PATH=${folder}/${part.toLowerCase()}/raw`,
      `DATA.${part}.GT_PATH=${folder}/${part.toLowerCase()}/label`,
    ]),
    'DATA.VAL.SPLIT_TRAIN=0.3',
    'MODEL.FEATURE_MAPS=[4,8,8]',
    'TRAIN.BATCH_SIZE=4',
    'TRAIN.EPOCHS=2',
    // A network that has hardly learned anything shall find some points nevertheless.
    'TEST.DET_TH_TYPE=auto',
    ...sets,
    ...more,
  ];
  const file = path.join(ROOT, 'templates', `${template}.yaml`);
  return bench.run('run', file, '--name', 'job', ...all.flatMap((set) => ['--set', set]));
}

const results = (...parts: string[]) => bench.file('out', 'job', 'results', 'job_1', ...parts);

async function table(...parts: string[]): Promise<Record<string, string>[]> {
  const [head, ...rows] = parseCsv(await readFile(results(...parts), 'utf8'));
  return rows.map((row) => Object.fromEntries(head.map((name, i) => [name, row[i]])));
}

describe.each(CASES)('$name', (job) => {
  it('trains, finds points, measures and writes them', async () => {
    const { code, err } = await start(job);
    expect(err).toBe('');
    expect(code).toBe(0);
    const { metrics, status } = await readManifest(results('manifest.json'));
    expect(status).toBe('finished');
    const raws = await readdir(path.join(FIXTURES, job.name, 'test/raw'));
    let [hits, found, wanted] = [0, 0, 0];
    for (const raw of raws) {
      const stem = path.parse(raw).name;
      const label = path.join(FIXTURES, job.name, 'test/label', `${stem}.csv`);
      const { coordinates, classes } = await readPoints(label, { ndim: job.ndim });
      const points = await table('per_image_local_max_check', `${stem}_points.csv`);
      const pairs = await table('point_associations', `${stem}_gt_assoc.csv`);
      const wrong = await table('point_associations', `${stem}_fp.csv`);
      expect(pairs.map((row) => Number(row['axis-0']))).toEqual(coordinates.map(([first]) => first));
      if (job.classes) expect(pairs.map((row) => Number(row.gt_class))).toEqual(classes);
      const met = pairs.filter(({ tag }) => tag === 'TP');
      for (const row of met) {
        const point = points.find(({ pred_id }) => pred_id === row.pred_id)!;
        expect(point['axis-0']).toBe(row['pred_axis-0']);
        expect(Number(row.distance)).toBeLessThan(10);
      }
      expect(met.length + wrong.length).toBe(points.length);
      if (points.length > 0) {
        const file = results('per_image_local_max_check', `${stem}.tif`);
        const painted = await readImage(file, [tiff], { ndim: job.ndim === 3 ? '3D' : '2D' });
        const step = painted.shape.at(-1)!;
        expect(step).toBe(job.classes ? 2 : 1);
        expect(new Set(painted.data.filter((value, i) => i % step === 0 && value > 0)).size).toBe(points.length);
      }
      hits += met.length;
      found += points.length;
      wanted += coordinates.length;
    }
    expect(found).toBeGreaterThan(0);
    const mean = (count: number) => count / raws.length;
    expect(metrics).toMatchObject({
      'TP (per image)': mean(hits),
      'FP (per image)': mean(found - hits),
      'FN (per image)': mean(wanted - hits),
    });
    const written = Object.keys(metrics as object);
    expect(written).toEqual(expect.arrayContaining(['F1 (post-processing)', 'Foreground IoU (merge patches)']));
    if (job.classes) expect(written).toEqual(expect.arrayContaining(['F1 (class) (per image)']));
    for (const value of Object.values(metrics as object)) expect(value).not.toBeNaN();
    expect(await readFile(results('report.html'), 'utf8')).toContain('green is found, red is missed, blue is too much');
  }, 120_000);
});

describe.each([CASES[0], CASES[2]])('objects that grow from the points of $name', (job) => {
  it('are written, measured, and removed with their points by their measures', async () => {
    const section = 'TEST.POST_PROCESSING';
    const removal = `${section}.MEASURE_PROPERTIES.REMOVE_BY_PROPERTIES`;
    const property = job.ndim === 3 ? 'sphericity' : 'circularity';
    const sets = [
      `${section}.DET_WATERSHED=True`,
      `${section}.DET_WATERSHED_FIRST_DILATION=${job.ndim === 3 ? '[1,3,3]' : '[3,3]'}`,
      `${section}.MEASURE_PROPERTIES.ENABLE=True`,
      `${removal}.ENABLE=True`,
      `${removal}.PROPS=[[${property}]]`,
      `${removal}.VALUES=[[0.45]]`,
      `${removal}.SIGNS=[['lt']]`,
    ];
    const { code, err } = await start(job, sets);
    expect(err).toBe('');
    expect(code).toBe(0);
    const raws = await readdir(path.join(FIXTURES, job.name, 'test/raw'));
    let grown = 0;
    for (const raw of raws) {
      const stem = path.parse(raw).name;
      const all = await table('per_image_post_processing', `${stem}_full_stats.csv`);
      const left = await table('per_image_post_processing', `${stem}_filtered_stats.csv`);
      const points = await table('per_image_local_max_check_post_processing', `${stem}_points.csv`);
      const file = results('per_image_post_processing', `${stem}.tif`);
      const labels = await readImage(file, [tiff], { ndim: job.ndim === 3 ? '3D' : '2D' });
      expect(new Set(labels.data.filter((label) => label > 0))).toEqual(
        new Set(left.map(({ label }) => Number(label))),
      );
      expect(left).toEqual(all.filter(({ comment }) => comment === 'Correct'));
      for (const { comment, [property]: measured } of all) expect(Number(measured) < 0.45).toBe(comment === 'Removed');
      const gone = all.filter(({ comment }) => comment === 'Removed').map(({ label }) => label);
      for (const point of points) expect(gone).not.toContain(point.pred_id);
      const first = left[0];
      if (first) expect(points.find(({ pred_id }) => pred_id === first.label)!.npixels).toBe(first.npixels);
      grown += all.length;
    }
    expect(grown).toBeGreaterThan(0);
  }, 120_000);
});

describe('bad input', () => {
  const [job] = CASES;

  it('tells of tables that are wrong, by line, before anything is trained', async () => {
    await cp(path.join(FIXTURES, job.name), bench.file('data'), { recursive: true });
    const label = bench.file('data/train/label/nuc_000.csv');
    const text = await readFile(label, 'utf8');
    const failing = async (content: string) => {
      await writeFile(label, content);
      const { code, err } = await start(job, [], bench.file('data'));
      expect(code).not.toBe(0);
      return err;
    };
    expect(await failing(text.replace('axis-1', 'x'))).toMatch(/expected the columns axis-0, axis-1/);
    expect(await failing(`${text}9,20,400\n`)).toMatch(
      /line \d+: the point \(20, 400\) lies outside the image of 96×96/,
    );
    expect(await failing(`${text}9,5,5\n10,5.4,5\n`)).toMatch(/the point \(5, 5\) stands in it twice/);
  }, 120_000);

  it('an image without points, annotated or found, has zeros and no NaN', async () => {
    await cp(path.join(FIXTURES, job.name), bench.file('data'), { recursive: true });
    await writeFile(bench.file('data/test/label/nuc_013.csv'), 'index,axis-0,axis-1\n');
    const never = ['TEST.DET_TH_TYPE=manual', 'TEST.DET_MIN_TH_TO_BE_PEAK=1'];
    const { code, err } = await start(job, never, bench.file('data'));
    expect(err).toBe('');
    expect(code).toBe(0);
    const rows = await table('test_results_metrics.csv');
    for (const row of rows)
      for (const [name, value] of Object.entries(row)) if (name !== 'file') expect(Number(value)).not.toBeNaN();
    expect(rows[0]).toMatchObject({ 'F1 (per image)': '0', 'FN (per image)': '0' });
    expect(await table('per_image_local_max_check', 'nuc_013_points.csv')).toEqual([]);
    expect(await readdir(results('per_image_local_max_check'))).not.toContain('nuc_013.tif');
  }, 120_000);
});
