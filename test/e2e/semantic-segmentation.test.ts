import { readdir, readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readImage } from '../../core/image/format.js';
import { parseCsv } from '../../core/job/csv.js';
import { readManifest } from '../../core/job/manifest.js';
import { png } from '../../plugins/format/raster.js';
import { tiff } from '../../plugins/format/tiff.js';
import { iouOfImages } from '../../plugins/metric/iou.js';
import { toClassIds } from '../../plugins/normalizer/class-labels.js';
import { type Finished, smallJob, Workbench } from './small-job.js';

let bench: Workbench;
beforeEach(async () => {
  bench = await Workbench.open();
});
afterEach(() => bench.close());

const RESULTS = ['out', 'job', 'results', 'job_1'];

describe('2D', () => {
  let trained: Workbench;
  let finished: Finished;
  beforeAll(async () => {
    trained = await Workbench.open();
    await trained.crops({ train: 6, test: 2, side: 128 });
    await trained.yaml('job.yaml', smallJob({ epochs: 30 }));
    finished = await trained.run('run', 'job.yaml');
  });
  afterAll(() => trained.close());

  it('trains, tests, measures and writes everything down', async () => {
    const { code, out, err } = finished;
    const bench = trained;
    expect(err).toBe('');
    expect(code).toBe(0);

    const manifest = await readManifest(bench.file(...RESULTS, 'manifest.json'));
    expect(manifest.status).toBe('finished');
    expect(manifest.inputs).toHaveLength(16);
    const iou = manifest.metrics['Foreground IoU (merge patches)']!;
    expect(out).toContain(`foreground IoU ${iou.toFixed(4)}`);
    // A hundred small steps on tiny crops: far from good, and far from nothing.
    expect(iou).toBeGreaterThan(0.2);

    // The number in the manifest is that of the files that were written.
    const formats = [tiff, png];
    const ious: number[] = [];
    for (const name of await readdir(bench.file('data/test/raw'))) {
      const stem = name.replace('.png', '');
      const predicted = await readImage(bench.file(...RESULTS, 'per_image', `${stem}.tif`), formats, { ndim: '2D' });
      const label = await readImage(bench.file('data/test/label', name), formats, { ndim: '2D' });
      expect(predicted.dtype).toBe('float32');
      ious.push(iouOfImages(predicted, toClassIds(label, 2, -1, name), { classes: 2, ignore: -1 }));
      const classes = await readImage(bench.file(...RESULTS, 'per_image_binarized', `${stem}.tif`), formats, {
        ndim: '2D',
      });
      expect(classes.dtype).toBe('uint8');
      expect(new Set(classes.data)).toEqual(new Set([0, 1]));
    }
    expect(ious.reduce((sum, value) => sum + value) / ious.length).toBeCloseTo(iou, 6);

    const rows = parseCsv(await readFile(bench.file(...RESULTS, 'test_results_metrics.csv'), 'utf8'));
    expect(rows[0]).toEqual(['file', 'IoU (per patch)', 'IoU (merge patches)']);
    expect(rows).toHaveLength(3);
    const training = parseCsv(await readFile(bench.file('out', 'job', 'logs', 'job_1_training.csv'), 'utf8'));
    expect(training).toHaveLength(31);
    const report = await readFile(bench.file(...RESULTS, 'report.html'), 'utf8');
    expect(report).toContain('data:image/png;base64,');
    expect(report).not.toMatch(/(src|href)="https?:/);
    expect(await readdir(bench.file(...RESULTS, 'charts'))).toEqual(['job_1_IoU.png', 'job_1_loss.png']);
    expect(await readdir(bench.file(...RESULTS, 'tensorboard'))).toHaveLength(1);
    expect(
      (await readdir(bench.file('out'), { recursive: true })).filter((name) => /\.tmp|writable/.test(name)),
    ).toEqual([]);
  });

  it('predicts whole images, with overlap, augmented and smoothed, from the same checkpoint', async () => {
    await bench.crops({ train: 4, test: 1, side: 100 });
    await bench.yaml('job.yaml', smallJob());
    const variants: Record<string, string[]> = {
      whole: ['TEST.FULL_IMG=True'],
      overlap: ['DATA.TEST.OVERLAP=(0.5,0.5)', 'DATA.TEST.PADDING=(8,8)'],
      augmented: ['TEST.AUGMENTATION=True'],
      smoothed: [
        'TEST.POST_PROCESSING.MEDIAN_FILTER=True',
        "TEST.POST_PROCESSING.MEDIAN_FILTER_AXIS=['xy']",
        'TEST.POST_PROCESSING.MEDIAN_FILTER_SIZE=[3]',
      ],
    };
    const checkpoint = trained.file('out/job/checkpoints/job_1-checkpoint-best.safetensors');
    for (const [name, sets] of Object.entries(variants)) {
      const all = ['TRAIN.ENABLE=False', 'MODEL.LOAD_CHECKPOINT=True', `PATHS.CHECKPOINT_FILE=${checkpoint}`, ...sets];
      const { code, err } = await bench.run('run', 'job.yaml', '--name', name, ...all.flatMap((set) => ['--set', set]));
      expect(err).toBe('');
      expect(code).toBe(0);
      const folder = name === 'whole' ? 'full_image' : 'per_image';
      const file = bench.file('out', name, 'results', `${name}_1`, folder, 'slice_24.tif');
      const predicted = await readImage(file, [tiff], { ndim: '2D' });
      expect(predicted.shape).toEqual([100, 100, 1]);
      expect(predicted.data.every((value) => value >= 0 && value <= 1)).toBe(true);
      const { metrics } = await readManifest(bench.file('out', name, 'results', `${name}_1`, 'manifest.json'));
      const variant = { whole: 'per image', smoothed: 'post-processing' }[name] ?? 'merge patches';
      expect(metrics).toHaveProperty(`Foreground IoU (${variant})`);
    }
  }, 120_000);

  it('tells more than two classes apart', async () => {
    await bench.crops({ train: 4, test: 1, side: 96 });
    // Label images of 0 and 255 with the ids of three classes: the membranes divided by halves of the image.
    const { image } = await import('../../core/image/image.js');
    for (const part of ['train', 'test'])
      for (const name of await readdir(bench.file('data', part, 'label'))) {
        const file = bench.file('data', part, 'label', name);
        const label = await readImage(file, [png], { ndim: '2D' });
        const ids = Uint8Array.from(label.data, (value, i) => (value === 0 ? 0 : i % 96 < 48 ? 1 : 2));
        await png.write!(file, image(ids, label.shape), { kind: 'labels' });
      }
    await bench.yaml('job.yaml', smallJob({ epochs: 1 }));
    const { code, err } = await bench.run('run', 'job.yaml', '--set', 'DATA.N_CLASSES=3');
    expect(err).toBe('');
    expect(code).toBe(0);
    const predicted = await readImage(bench.file(...RESULTS, 'per_image', 'slice_24.tif'), [tiff], { ndim: '2D' });
    expect(predicted.shape).toEqual([96, 96, 3]);
    for (let i = 0; i < predicted.data.length; i += 3)
      expect(predicted.data[i] + predicted.data[i + 1] + predicted.data[i + 2]).toBeCloseTo(1, 5);
  });
});

describe('3D', () => {
  it('trains on patches of one volume and tests another, with all sixteen symmetries', async () => {
    await bench.volumes({ depth: 12, side: 64 });
    const more = `
PROBLEM.NDIM: 3D
DATA.PATCH_SIZE: (8, 32, 32, 1)
MODEL.Z_DOWN: [2, 1]
AUGMENTOR.ZFLIP: True
TEST.AUGMENTATION: True
TRAIN.EPOCHS: 3
`;
    await bench.yaml('job.yaml', smallJob({ more }));
    const { code, err } = await bench.run('run', 'job.yaml');
    expect(err).toBe('');
    expect(code).toBe(0);
    const file = bench.file(...RESULTS, 'per_image', 'stack.tif');
    const predicted = await readImage(file, [tiff], { ndim: '3D' });
    expect(predicted.shape).toEqual([12, 64, 64, 1]);
    expect(predicted.metadata.unit).toBe('micron');
    expect(predicted.metadata.spacing![0]).toBeCloseTo(0.05, 6);
    expect(predicted.metadata.spacing![2]).toBeCloseTo(0.004, 6);
    const { metrics } = await readManifest(bench.file(...RESULTS, 'manifest.json'));
    expect(metrics['Foreground IoU (merge patches)']).toBeGreaterThan(0);
  }, 120_000);
});
