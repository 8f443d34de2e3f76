import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readImage } from '../../core/image/format.js';
import type { Image } from '../../core/image/image.js';
import { readManifest } from '../../core/job/manifest.js';
import { meanAbsoluteError, peakSignalToNoise } from '../../core/nd/image-error.js';
import { tiff } from '../../plugins/format/tiff.js';
import { Workbench } from './small-job.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let bench: Workbench;
beforeEach(async () => {
  bench = await Workbench.open();
});
afterEach(() => bench.close());

const results = (job: string, ...parts: string[]) => bench.file('out', job, 'results', `${job}_1`, ...parts);

async function run(template: string, sets: string[], job = 'job') {
  const file = path.join(ROOT, 'templates', `${template}.yaml`);
  return bench.run('run', file, '--name', job, ...sets.flatMap((set) => ['--set', set]));
}

const DATA = ['DATA.TRAIN.PATH=data/train/raw', 'DATA.TEST.PATH=data/test/raw', 'DATA.VAL.SPLIT_TRAIN=0.3'];

async function settings(ndim: '2D' | '3D', sets: string[]): Promise<string[]> {
  if (ndim === '2D') await bench.crops({ train: 4, test: 1, side: 64 });
  else await bench.volumes({ depth: 16, side: 32 });
  const at = (name: string) => bench.file(name);
  const data = DATA.map((set) => set.replace('data/', `${at('data')}/`));
  return [...data, 'TRAIN.EPOCHS=2', 'TRAIN.BATCH_SIZE=4', ...sets];
}

const SMALL = [
  'MODEL.VIT_TOKEN_SIZE=8',
  'MODEL.VIT_EMBED_DIM=16',
  'MODEL.VIT_NUM_LAYERS=3',
  'MODEL.VIT_NUM_HEADS=2',
  'MODEL.VIT_MLP_RATIO=2',
];
const MAE = [
  ...SMALL,
  'MODEL.MAE_DEC_HIDDEN_SIZE=8',
  'MODEL.MAE_DEC_NUM_LAYERS=1',
  'MODEL.MAE_DEC_NUM_HEADS=2',
  'MODEL.MAE_DEC_MLP_DIMS=16',
];

async function images(folder: string, end: string, ndim: '2D' | '3D'): Promise<Image> {
  const name = (await readdir(folder)).find((each) => each.endsWith(`${end}.tif`))!;
  return readImage(path.join(folder, name), [tiff], { ndim });
}

describe.each([
  { ndim: '2D' as const, patch: '(32,32,1)', cube: '(32,32,1)' },
  { ndim: '3D' as const, patch: '(8,16,16,1)', cube: '(16,16,16,1)' },
])('$ndim', ({ ndim, patch, cube }) => {
  const end = ndim.toLowerCase();

  it('restores degraded images and measures them against what they were', async () => {
    const network = [
      'MODEL.FEATURE_MAPS=[4,8,8]',
      `DATA.PATCH_SIZE=${patch}`,
      `DATA.TEST.PADDING=${ndim === '2D' ? '(4,4)' : '(1,2,2)'}`,
    ];
    const sets = await settings(ndim, ndim === '3D' ? [...network, 'MODEL.Z_DOWN=[1,1]'] : network);
    const { code, err } = await run(`self-supervision-${end}`, sets);
    expect(err).toBe('');
    expect(code).toBe(0);
    const { metrics } = await readManifest(results('job', 'manifest.json'));
    const prediction = await images(results('job', 'per_image'), '', ndim);
    const folder = bench.file('data/test/raw');
    const [name] = await readdir(folder);
    const { png } = await import('../../plugins/format/raster.js');
    const raw = await readImage(path.join(folder, name), [tiff, png], { ndim });
    expect([prediction.shape, prediction.dtype]).toEqual([raw.shape, 'uint8']);
    expect(metrics['PSNR (merge patches)']).toBeCloseTo(peakSignalToNoise(prediction, raw), 6);
  }, 120_000);

  it('guesses hidden parts, and its encoder starts a segmentation', async () => {
    const sets = await settings(ndim, [...MAE, `DATA.PATCH_SIZE=${cube}`]);
    const { code, err } = await run(`self-supervision-masking-${end}`, sets);
    expect(err).toBe('');
    expect(code).toBe(0);
    const checks = results('job', 'MAE_checks');
    const read = (name: string) => images(checks, name, ndim);
    const [original, masked, guessed, joined] = [
      await read('_original'),
      await read('_masked'),
      await read('_reconstruction'),
      await read('_reconstruction_and_visible'),
    ];
    const { metrics } = await readManifest(results('job', 'manifest.json'));
    expect(metrics['MAE (merge patches)']).toBeCloseTo(meanAbsoluteError(guessed, original), 6);
    // What is visible is the image itself; what is hidden is guessed, and shown as one grey level where it is masked.
    let [visible, hidden] = [0, 0];
    for (let i = 0; i < original.data.length; i++) {
      if (joined.data[i] === guessed.data[i]) hidden++;
      else expect(joined.data[i]).toBe(original.data[i]);
      if (masked.data[i] === original.data[i]) visible++;
    }
    expect(visible / original.data.length).toBeGreaterThan(0.45);
    expect(hidden / original.data.length).toBeGreaterThan(0.45);

    const segmentation = [
      `DATA.TRAIN.GT_PATH=${bench.file('data/train/label')}`,
      `DATA.TEST.GT_PATH=${bench.file('data/test/label')}`,
      'MODEL.ARCHITECTURE=unetr',
      'MODEL.UNETR_VIT_NUM_FILTERS=4',
      'MODEL.UNETR_VIT_HIDD_MULT=1',
      'MODEL.LOAD_CHECKPOINT=True',
      `PATHS.CHECKPOINT_FILE=${bench.file('out/job/checkpoints/job_1-checkpoint-best.safetensors')}`,
      'DATA.NORMALIZATION.TYPE=zero_mean_unit_variance',
      `DATA.TEST.PADDING=${ndim === '2D' ? '(4,4)' : '(2,2,2)'}`,
    ];
    const started = await run(
      `semantic-segmentation-${end}`,
      [...sets.filter((set) => !set.includes('MAE_')), ...segmentation],
      'segmentation',
    );
    expect(started.code).toBe(0);
    const log = await readFile(results('segmentation', 'report.html'), 'utf8');
    expect(log).toMatch(/tensors of the network are taken from the checkpoint/);
    expect((await readManifest(results('segmentation', 'manifest.json'))).status).toBe('finished');
  }, 180_000);
});
