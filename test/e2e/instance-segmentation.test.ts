import { cp, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readImage } from '../../core/image/format.js';
import { type Image, image, sizeOf } from '../../core/image/image.js';
import { parseCsv } from '../../core/job/csv.js';
import { readManifest } from '../../core/job/manifest.js';
import { labelOverlaps } from '../../core/nd/label-overlap.js';
import { countMatches, matchObjects, matchStatistics } from '../../core/nd/matching.js';
import { measureRegions } from '../../core/nd/region-properties.js';
import { tiff } from '../../plugins/format/tiff.js';
import { Workbench } from './small-job.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FIXTURES = path.join(ROOT, 'test/fixtures/instances');
const POST = 'TEST.POST_PROCESSING';

let bench: Workbench;
beforeEach(async () => {
  bench = await Workbench.open();
});
afterEach(() => bench.close());

interface Case {
  name: string;
  /** Folder of the images. */
  data: 'instances-2d' | 'instances-3d';
  ndim: '2D' | '3D';
  sets: string[];
}

const PLANES: Case = {
  name: 'planes',
  data: 'instances-2d',
  ndim: '2D',
  sets: ['DATA.PATCH_SIZE=(64,64,1)', 'DATA.TEST.PADDING=(8,8)', 'MODEL.FEATURE_MAPS=[4,8,8]'],
};
const VOLUMES: Case = {
  name: 'volumes',
  data: 'instances-3d',
  ndim: '3D',
  sets: [
    'DATA.PATCH_SIZE=(8,32,32,1)',
    'DATA.TEST.PADDING=(1,4,4)',
    'MODEL.FEATURE_MAPS=[4,8,8]',
    'MODEL.Z_DOWN=[1,1]',
    'PROBLEM.INSTANCE_SEG.WATERSHED.SEED_CHANNELS=[F]',
    'PROBLEM.INSTANCE_SEG.WATERSHED.SEED_CHANNELS_THRESH=[auto]',
  ],
};

function start({ data, ndim, sets }: Case, more: string[] = [], folder = path.join(FIXTURES, data)) {
  const all = [
    ...['TRAIN', 'TEST'].flatMap((part) => [
      `DATA.${part}.PATH=${folder}/${part.toLowerCase()}/raw`,
      `DATA.${part}.GT_PATH=${folder}/${part.toLowerCase()}/label`,
    ]),
    'DATA.VAL.SPLIT_TRAIN=0.3',
    'TRAIN.BATCH_SIZE=2',
    'TRAIN.EPOCHS=6',
    'TRAIN.LR=[5e-3]',
    `${POST}.MEASURE_PROPERTIES.ENABLE=True`,
    `${POST}.MEASURE_PROPERTIES.REMOVE_BY_PROPERTIES.ENABLE=True`,
    `${POST}.MEASURE_PROPERTIES.REMOVE_BY_PROPERTIES.PROPS=[[npixels]]`,
    `${POST}.MEASURE_PROPERTIES.REMOVE_BY_PROPERTIES.VALUES=[[30]]`,
    `${POST}.MEASURE_PROPERTIES.REMOVE_BY_PROPERTIES.SIGNS=[[lt]]`,
    'TEST.MATCHING_STATS_THS_COLORED_IMG=[0.5]',
    // A network that has hardly learned anything shall find some objects nevertheless.
    'PROBLEM.INSTANCE_SEG.WATERSHED.SEED_CHANNELS_THRESH=[auto, auto]',
    'PROBLEM.INSTANCE_SEG.WATERSHED.GROWTH_MASK_CHANNELS_THRESH=[auto]',
    ...sets,
    ...more,
  ];
  const file = path.join(ROOT, 'templates', `instance-segmentation-${ndim.toLowerCase()}.yaml`);
  return bench.run('run', file, '--name', 'job', ...all.flatMap((set) => ['--set', set]));
}

const results = (...parts: string[]) => bench.file('out', 'job', 'results', 'job_1', ...parts);

async function table(...parts: string[]): Promise<Record<string, string>[]> {
  const [head, ...rows] = parseCsv(await readFile(results(...parts), 'utf8'));
  return rows.map((row) => Object.fromEntries(head.map((name, i) => [name, row[i]])));
}

const read = (file: string, ndim: '2D' | '3D'): Promise<Image> => readImage(file, [tiff], { ndim });

/** Nowhere in the tables of metrics may a number be missing. */
async function expectNumbers(): Promise<Record<string, string>[]> {
  const rows = await table('test_results_metrics.csv');
  for (const row of rows)
    for (const [name, value] of Object.entries(row)) {
      if (name !== 'file') expect([name, Number(value)]).not.toEqual([name, Number.NaN]);
      expect(value).not.toBe('');
    }
  return rows;
}

describe.each([PLANES, VOLUMES])('$name', (job) => {
  it('are trained, become objects, are measured, filtered and written', async () => {
    const { code, err } = await start(job);
    expect(err).toBe('');
    expect(code).toBe(0);
    const { metrics, status } = await readManifest(results('manifest.json'));
    expect(status).toBe('finished');
    const scores: Record<string, number[]> = { 'per image': [], 'post-processing': [] };
    let found = 0;
    for (const raw of await readdir(path.join(FIXTURES, job.data, 'test/raw'))) {
      const stem = path.parse(raw).name;
      const truth = await read(path.join(FIXTURES, job.data, 'test/label', `${stem}.tif`), job.ndim);
      const channels = await read(results('per_image', `${stem}.tif`), job.ndim);
      expect(channels.shape).toEqual([...truth.shape.slice(0, -1), 2]);
      for (const [folder, variant, suffix] of [
        ['per_image_instances', 'per image', ''],
        ['per_image_post_processing', 'post-processing', '_post-proc'],
      ]) {
        const labels = await read(results(folder, `${stem}.tif`), job.ndim);
        expect(labels.shape).toEqual(truth.shape);
        const overlaps = labelOverlaps(truth, labels);
        const matches = matchObjects(overlaps, 0.5);
        scores[variant].push(matchStatistics(countMatches(overlaps, matches)).f1);
        const pairs = await table('instance_associations', `${stem}${suffix}_th_0.5_gt_assoc.csv`);
        expect(pairs.map(({ gt_id: id }) => Number(id))).toEqual(overlaps.truth.ids);
        expect(pairs.filter(({ tag }) => tag === 'TP').length).toBe(matches.length);
        const wrong = await table('instance_associations', `${stem}${suffix}_th_0.5_fp.csv`);
        expect(wrong.length + matches.length).toBe(overlaps.prediction.ids.length);
        const painted = await read(results('instance_associations', `${stem}${suffix}_th_0.5.tif`), job.ndim);
        expect(painted.shape).toEqual([...truth.shape.slice(0, -1), 3]);
        if (variant === 'per image') found += overlaps.prediction.ids.length;
        else {
          const left = await table('per_image_post_processing', `${stem}_filtered_stats.csv`);
          const regions = measureRegions(labels, ['npixels']);
          expect(left.map(({ npixels }) => Number(npixels))).toEqual(regions.map(({ count }) => count));
          for (const { count } of regions) expect(count).toBeGreaterThanOrEqual(30);
          const all = await table('per_image_instances', `${stem}_full_stats.csv`);
          expect(all.filter(({ comment }) => comment === 'Correct').length).toBe(left.length);
        }
      }
    }
    expect(found).toBeGreaterThan(0);
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    for (const [variant, values] of Object.entries(scores))
      expect((metrics as Record<string, number>)[`f1 (IoU 0.5) (${variant})`]).toBeCloseTo(mean(values), 12);
    expect(Object.keys(metrics as object)).toEqual(
      expect.arrayContaining(['IoU (F channel) (per patch)', 'IoU (C channel) (merge patches)']),
    );
    await expectNumbers();
    expect(await readFile(results('report.html'), 'utf8')).toContain('green is found, red is missed, blue is too much');
  }, 120_000);
});

/** A copy of the planes with changed labels. */
async function withLabels(change: (labels: Image, part: string) => Image, parts = ['train', 'test']): Promise<string> {
  const folder = bench.file('data');
  await cp(path.join(FIXTURES, PLANES.data), folder, { recursive: true });
  for (const part of parts)
    for (const name of await readdir(path.join(folder, part, 'label'))) {
      const file = path.join(folder, part, 'label', name);
      await tiff.write!(file, change(await read(file, '2D'), part), {});
    }
  return folder;
}

describe.each<[string, Case, string]>([
  ['embeddings', PLANES, '[E_offset,E_sigma,E_seediness]'],
  ['affinities', VOLUMES, '[A]'],
])('%s', (_, job, channels) => {
  it('are learned, and objects are made of them', async () => {
    const ways = [`PROBLEM.INSTANCE_SEG.DATA_CHANNELS=${channels}`, 'TRAIN.EPOCHS=2'];
    const { code, err } = await start(job, ways);
    expect(err).toBe('');
    expect(code).toBe(0);
    await expectNumbers();
    for (const raw of await readdir(path.join(FIXTURES, job.data, 'test/raw'))) {
      const stem = path.parse(raw).name;
      const truth = await read(path.join(FIXTURES, job.data, 'test/label', `${stem}.tif`), job.ndim);
      const labels = await read(results('per_image_instances', `${stem}.tif`), job.ndim);
      expect(labels.shape).toEqual([...truth.shape.slice(0, -1), 1]);
    }
    const [head, ...epochs] = (await readFile(bench.file('out', 'job', 'logs', 'job_1_training.csv'), 'utf8'))
      .trim()
      .split('\r\n');
    expect(epochs).toHaveLength(2);
    for (const epoch of epochs)
      expect(Number(epoch.split(',')[head.split(',').indexOf('train_loss')])).toBeGreaterThan(0);
  }, 240_000);
});

describe('classes', () => {
  it('of objects are learned and written beside their labels', async () => {
    // Odd and even objects are of different kinds.
    const folder = await withLabels(({ data, shape }) => {
      const both = new Uint8Array(2 * data.length);
      for (let i = 0; i < data.length; i++) both.set([data[i], data[i] === 0 ? 0 : 1 + (data[i] % 2)], 2 * i);
      return image(both, [...shape.slice(0, -1), 2]);
    });
    const { code, err } = await start(PLANES, ['DATA.N_CLASSES=3', 'TRAIN.EPOCHS=3'], folder);
    expect(err).toBe('');
    expect(code).toBe(0);
    const labels = await read(results('per_image_instances', 'nuc_001.tif'), '2D');
    expect(labels.shape).toEqual([96, 96, 2]);
    const classes = new Map<number, Set<number>>();
    for (let at = 0; at < labels.data.length; at += 2)
      classes.set(labels.data[at], (classes.get(labels.data[at]) ?? new Set()).add(labels.data[at + 1]));
    expect(classes.size).toBeGreaterThan(1);
    for (const [label, ids] of classes) {
      expect(ids.size).toBe(1);
      expect(label === 0 ? [0] : [1, 2]).toContain([...ids][0]);
    }
    expect((await read(results('per_image_post_processing', 'nuc_001.tif'), '2D')).shape).toEqual([96, 96, 2]);
    expect((await expectNumbers())[0]).toHaveProperty('IoU (classes) (merge patches)');
  }, 120_000);

  it('that there are not are refused, and so are labels without classes', async () => {
    const wrong = await withLabels(({ data, shape }) =>
      image(
        Uint8Array.from({ length: 2 * data.length }, (_, i) => (i % 2 === 0 ? data[i / 2] : 3)),
        [...shape.slice(0, -1), 2],
      ),
    );
    const strange = await start(PLANES, ['DATA.N_CLASSES=3'], wrong);
    expect(strange.code).not.toBe(0);
    expect(strange.err).toMatch(/label\/nuc_\d+\.tif: expected classes from 0, the background, to 2 .*found 3/);
    const missing = await start(PLANES, ['DATA.N_CLASSES=3']);
    expect(missing.code).not.toBe(0);
    expect(missing.err).toMatch(/the target has 1 channel, expected 2/);
  }, 120_000);
});

describe('bad input', () => {
  it('labels that are no whole numbers are refused by their file', async () => {
    const folder = await withLabels(({ data, shape }) =>
      image(
        Float32Array.from(data, (label) => label / 2),
        shape,
      ),
    );
    const { code, err } = await start(PLANES, [], folder);
    expect(code).not.toBe(0);
    expect(err).toMatch(/label\/nuc_\d+\.tif: labels are whole numbers from 0 on, found \d*\.5/);
  }, 120_000);

  it('only background, and nothing found, have zeros and no NaN', async () => {
    const folder = await withLabels(({ shape }) => image(new Uint8Array(sizeOf(shape)), shape));
    const never = ['PROBLEM.INSTANCE_SEG.WATERSHED.SEED_CHANNELS_THRESH=[1, 0]', 'TRAIN.EPOCHS=1'];
    const { code, err } = await start(PLANES, never, folder);
    expect([code, err]).toEqual([0, '']);
    const [row] = await expectNumbers();
    expect(row).toMatchObject({ 'f1 (IoU 0.5) (per image)': '0', 'fp (IoU 0.5) (per image)': '0' });
    const labels = await read(results('per_image_instances', 'nuc_001.tif'), '2D');
    expect(labels.data.every((label) => label === 0)).toBe(true);
    expect(await table('instance_associations', 'nuc_001_th_0.5_gt_assoc.csv')).toEqual([]);
  }, 120_000);

  it('one giant object that fills every image has a defined result, of floating-point labels too', async () => {
    const folder = await withLabels(({ shape }) => image(new Float32Array(sizeOf(shape)).fill(1), shape));
    const { code, err } = await start(
      PLANES,
      ['TRAIN.EPOCHS=1', 'PROBLEM.INSTANCE_SEG.DATA_CHANNELS=[F, C, Db]'],
      folder,
    );
    expect([code, err]).toEqual([0, '']);
    await expectNumbers();
  }, 120_000);
});
