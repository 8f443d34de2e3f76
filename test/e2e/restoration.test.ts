import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readImage } from '../../core/image/format.js';
import type { Image } from '../../core/image/image.js';
import { parseCsv } from '../../core/job/csv.js';
import { readManifest } from '../../core/job/manifest.js';
import { meanAbsoluteError, peakSignalToNoise } from '../../core/nd/image-error.js';
import { tiff } from '../../plugins/format/tiff.js';
import { Workbench } from './small-job.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FIXTURES = path.join(ROOT, 'test/fixtures/restoration');

let bench: Workbench;
beforeEach(async () => {
  bench = await Workbench.open();
});
afterEach(() => bench.close());

interface Case {
  /** Template, and the folder of its images. */
  name: string;
  ndim: '2D' | '3D';
  input: string;
  target?: string;
  patch: string;
  sets?: string[];
  dtype: string;
}

/** A template on the crops, with a tiny network. */
function settings({ name, ndim, input, target, patch, sets = [] }: Case): string[] {
  const folder = path.join(FIXTURES, name);
  return [
    `DATA.TRAIN.PATH=${folder}/train/${input}`,
    `DATA.TEST.PATH=${folder}/test/${input}`,
    ...(target ? [`DATA.TRAIN.GT_PATH=${folder}/train/${target}`, `DATA.TEST.GT_PATH=${folder}/test/${target}`] : []),
    `DATA.PATCH_SIZE=${patch}`,
    'DATA.VAL.SPLIT_TRAIN=0.3',
    'MODEL.FEATURE_MAPS=[4,8,8]',
    ...(ndim === '3D' ? ['MODEL.Z_DOWN=[1,1]', 'DATA.TEST.PADDING=(1,2,2)'] : ['DATA.TEST.PADDING=(4,4)']),
    'TRAIN.EPOCHS=2',
    'TRAIN.BATCH_SIZE=4',
    ...sets,
  ];
}

async function run(template: string, sets: string[], job = 'job'): Promise<Record<string, number>> {
  const file = path.join(ROOT, 'templates', `${template}.yaml`);
  const { code, err } = await bench.run('run', file, '--name', job, ...sets.flatMap((set) => ['--set', set]));
  expect(err).toBe('');
  expect(code).toBe(0);
  const manifest = await readManifest(results(job, 'manifest.json'));
  expect(manifest.status).toBe('finished');
  return manifest.metrics as Record<string, number>;
}

const results = (job: string, ...parts: string[]) => bench.file('out', job, 'results', `${job}_1`, ...parts);

async function images(folder: string, ndim: '2D' | '3D'): Promise<Image[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.tif')).sort();
  return Promise.all(names.map((name) => readImage(path.join(folder, name), [tiff], { ndim })));
}

const CASES: Case[] = [
  { name: 'image-to-image-2d', ndim: '2D', input: 'raw', target: 'target', patch: '(32,32,1)', dtype: 'uint8' },
  { name: 'image-to-image-3d', ndim: '3D', input: 'raw', target: 'target', patch: '(8,16,16,1)', dtype: 'uint16' },
  { name: 'super-resolution-2d', ndim: '2D', input: 'LR', target: 'HR', patch: '(24,24,1)', dtype: 'uint8' },
  { name: 'super-resolution-3d', ndim: '3D', input: 'LR', target: 'HR', patch: '(4,16,16,1)', dtype: 'uint8' },
];

describe.each(CASES)('$name', (job) => {
  it('trains, tests, measures what it wrote, and draws it', async () => {
    const metrics = await run(job.name, settings(job));
    const [prediction] = await images(results('job', 'per_image'), job.ndim);
    const [target] = await images(path.join(FIXTURES, job.name, 'test', job.target!), job.ndim);
    expect([prediction.shape, prediction.dtype]).toEqual([target.shape, job.dtype]);
    expect(metrics['PSNR (merge patches)']).toBeCloseTo(peakSignalToNoise(prediction, target), 6);
    expect(metrics['MAE (merge patches)']).toBeCloseTo(meanAbsoluteError(prediction, target), 6);
    const [head, row] = parseCsv(await readFile(results('job', 'test_results_metrics.csv'), 'utf8'));
    expect(head).toContain('SSIM (merge patches)');
    for (const value of row.slice(1)) expect(Number.isFinite(Number(value))).toBe(true);
    const report = await readFile(results('job', 'report.html'), 'utf8');
    for (const title of ['Input', 'Prediction', 'Target']) expect(report).toContain(title);
    expect(await readdir(results('job', 'per_image_panels'))).toHaveLength(3);
  }, 120_000);
});

describe('denoising', () => {
  const planes: Case = { name: 'denoising-2d', ndim: '2D', input: 'raw', patch: '(32,32,1)', dtype: 'uint16' };
  const volumes: Case = { name: 'denoising-3d', ndim: '3D', input: 'raw', patch: '(8,16,16,1)', dtype: 'uint8' };

  async function learnsAlone(job: Case): Promise<void> {
    expect(await run(job.name, settings(job))).not.toHaveProperty('MAE (merge patches)');
    const [prediction] = await images(results('job', 'per_image'), job.ndim);
    const [raw] = await images(path.join(FIXTURES, job.name, 'test/raw'), job.ndim);
    expect([prediction.shape, prediction.dtype]).toEqual([raw.shape, job.dtype]);
    const [head] = parseCsv(await readFile(bench.file('out', 'job', 'logs', 'job_1_training.csv'), 'utf8'));
    expect(head).toEqual(expect.arrayContaining(['train_MAE', 'validation_MSE']));
  }

  it('learns from noisy volumes alone', () => learnsAlone(volumes), 120_000);

  it('learns from noisy images alone, and is compared with clean ones, by the same checkpoint', async () => {
    await learnsAlone(planes);
    const clean = path.join(FIXTURES, planes.name, 'test/clean');
    const checkpoint = bench.file('out/job/checkpoints/job_1-checkpoint-best.safetensors');
    const sets = [
      ...settings(planes),
      'TRAIN.ENABLE=False',
      'MODEL.LOAD_CHECKPOINT=True',
      `PATHS.CHECKPOINT_FILE=${checkpoint}`,
      'PROBLEM.DENOISING.LOAD_GT_DATA=True',
      'DATA.TEST.LOAD_GT=True',
      `DATA.TEST.GT_PATH=${clean}`,
    ];
    const metrics = await run(planes.name, sets, 'measured');
    const [prediction] = await images(results('measured', 'per_image'), '2D');
    expect(prediction.data).toEqual((await images(results('job', 'per_image'), '2D'))[0].data);
    const [target] = await images(clean, '2D');
    expect(metrics['PSNR (merge patches)']).toBeCloseTo(peakSignalToNoise(prediction, target), 6);
  }, 120_000);

  it('learns from clean images, whole images at the test', async () => {
    const job = { ...planes, target: 'raw', sets: ['PROBLEM.DENOISING.LOAD_GT_DATA=True', 'TEST.FULL_IMG=True'] };
    const sets = [...settings(job), 'DATA.TEST.LOAD_GT=True', 'TEST.AUGMENTATION=True'];
    expect(await run(job.name, sets)).toHaveProperty('MSE (per image)');
    expect((await images(results('job', 'full_image'), '2D'))[0].shape).toEqual([48, 48, 1]);
  }, 120_000);
});

describe('image to image', () => {
  const source = path.join(FIXTURES, 'image-to-image-2d');

  it('takes one of several versions of an image, balances groups, and predicts all versions at the test', async () => {
    for (const part of ['train', 'test'])
      for (const name of await readdir(path.join(source, part, 'raw'))) {
        const stem = path.parse(name).name;
        for (const [kind, copies] of [
          ['raw', ['a.tif', 'b.tif']],
          ['target', ['t.tif']],
        ] as const) {
          await mkdir(bench.file(part, kind, stem), { recursive: true });
          for (const copy of copies) await cp(path.join(source, part, kind, name), bench.file(part, kind, stem, copy));
        }
      }
    const metrics = await run('image-to-image-2d', [
      ...settings({ ...CASES[0], sets: [] }),
      ...['TRAIN', 'TEST'].flatMap((part) => [
        `DATA.${part}.PATH=${bench.file(part.toLowerCase(), 'raw')}`,
        `DATA.${part}.GT_PATH=${bench.file(part.toLowerCase(), 'target')}`,
      ]),
      'PROBLEM.IMAGE_TO_IMAGE.MULTIPLE_RAW_ONE_TARGET_LOADER=True',
      'PROBLEM.IMAGE_TO_IMAGE.BALANCE_GROUPS.ENABLE=True',
      'PROBLEM.IMAGE_TO_IMAGE.BALANCE_GROUPS.REGEX=field_(y\\d+)_',
    ]);
    expect(metrics).toHaveProperty('PCC (merge patches)');
    expect(await readdir(results('job', 'per_image'))).toEqual(['field_y0000_x1024_a.tif', 'field_y0000_x1024_b.tif']);
  }, 120_000);

  it('tells everything that is wrong with its images', async () => {
    await cp(path.join(source, 'train'), bench.file('train'), { recursive: true });
    const [first, second] = (await readdir(bench.file('train/target'))).sort();
    await cp(path.join(FIXTURES, 'super-resolution-2d/train/HR/actin20x_00.tif'), bench.file('train/target', first));
    const float = { data: new Float32Array(48 * 48).fill(Number.NaN), shape: [48, 48, 1], dtype: 'float32' as const };
    await tiff.write!(bench.file('train/raw', second), { ...float, metadata: {} }, {});
    const sets = [
      ...settings(CASES[0]),
      `DATA.TRAIN.PATH=${bench.file('train/raw')}`,
      `DATA.TRAIN.GT_PATH=${bench.file('train/target')}`,
    ];
    const start = () =>
      bench.run('run', path.join(ROOT, 'templates/image-to-image-2d.yaml'), ...sets.flatMap((set) => ['--set', set]));
    const size = await start();
    expect(size.code).not.toBe(0);
    expect(size.err).toMatch(/x0256\.tif: is 64×64, but its image .* is 48×48/);
    await cp(path.join(source, 'train/target', first), bench.file('train/target', first));
    const nan = await start();
    expect(nan.code).not.toBe(0);
    expect(nan.err).toMatch(/x0512\.tif.*NaN/);
    await writeFile(bench.file('train/target', 'one-more.tif'), '');
    expect((await start()).err).toMatch(/holds 3 images, but .* holds 4 targets/);
  }, 120_000);
});

it('a super-resolution whose images do not fit together is refused with both sizes', async () => {
  const job = CASES[2];
  const sets = [...settings(job), `DATA.TRAIN.GT_PATH=${path.join(FIXTURES, job.name, 'train/LR')}`];
  const { code, err } = await bench.run(
    'run',
    path.join(ROOT, 'templates/super-resolution-2d.yaml'),
    ...sets.flatMap((set) => ['--set', set]),
  );
  expect(code).not.toBe(0);
  expect(err).toMatch(
    /is 32×32, but its image .* \(32×32\) times PROBLEM\.SUPER_RESOLUTION\.UPSCALING \(2×2\) is 64×64/,
  );
});
