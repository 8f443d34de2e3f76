import { readdir, rm } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { smallJob, Workbench } from './small-job.js';

let bench: Workbench;
beforeEach(async () => {
  bench = await Workbench.open();
  await bench.crops({ train: 4, test: 2, side: 96 });
  await bench.yaml('job.yaml', smallJob({ epochs: 1 }));
});
afterEach(() => bench.close());

/** Every augmentation of images of one channel; random crops that are resized do not go with others. */
const AUGMENTATIONS = [
  ...['ROT90', 'RANDOM_ROT', 'SHEAR', 'ZOOM', 'SHIFT', 'VFLIP', 'HFLIP', 'ELASTIC', 'G_BLUR', 'MEDIAN_BLUR'],
  ...['MOTION_BLUR', 'GAMMA_CONTRAST', 'BRIGHTNESS', 'CONTRAST', 'DROPOUT', 'CUTOUT', 'CUTBLUR', 'CUTMIX', 'CUTNOISE'],
  ...['MISALIGNMENT', 'MISSING_SECTIONS', 'GRIDMASK', 'GAUSSIAN_NOISE', 'POISSON_NOISE', 'SALT', 'PEPPER'],
  'SALT_AND_PEPPER',
];

it('the number of workers changes no byte of augmented samples, checkpoints and predictions', async () => {
  const results: Record<string, string>[] = [];
  for (const workers of [0, 1, 2]) {
    const sets = [
      `SYSTEM.NUM_WORKERS=${workers}`,
      'DATA.CHECK_GENERATORS=True',
      ...AUGMENTATIONS.map((key) => `AUGMENTOR.${key}=True`),
    ].flatMap((set) => ['--set', set]);
    const { code, err } = await bench.run('run', 'job.yaml', '--result-dir', `out${workers}`, ...sets);
    expect(err).toBe('');
    expect(code).toBe(0);
    const hashes = Object.entries(await bench.hashes(`out${workers}`, 'job'));
    results.push(Object.fromEntries(hashes.filter(([name]) => /\.(tif|png|safetensors)$/.test(name))));
  }
  const count = (part: RegExp) => Object.keys(results[0]).filter((name) => part.test(name)).length;
  expect(count(/per_image.*tif$/)).toBe(4);
  expect(count(/safetensors$/)).toBe(2);
  expect(count(/gen_check/)).toBeGreaterThan(0);
  expect(count(/aug/)).toBeGreaterThan(0);
  expect(results[1]).toEqual(results[0]);
  expect(results[2]).toEqual(results[0]);
}, 240_000);

it('memory that is used again changes no byte, nor does what it held before', async () => {
  await bench.crops({ train: 4, test: 3, side: 96, tiff: true });
  for (const folder of ['train', 'test'].flatMap((part) => [`${part}/raw`, `${part}/label`]))
    for (const name of await readdir(bench.file('data', folder)))
      if (name.endsWith('.png')) await rm(bench.file('data', folder, name));
  const results: Record<string, string>[] = [];
  for (const spoil of ['0', '1']) {
    const sets = [
      'SYSTEM.NUM_WORKERS=2',
      'TRAIN.EPOCHS=1',
      'DATA.CHECK_GENERATORS=True',
      'DATA.NORMALIZATION.TYPE=scale_range',
    ];
    vi.stubEnv('BIAGRAPH_SPOIL_MEMORY', spoil);
    const args = sets.flatMap((set) => ['--set', set]);
    const { code, err } = await bench.run('run', 'job.yaml', '--result-dir', `spoiled${spoil}`, ...args);
    expect(err).toBe('');
    expect(code).toBe(0);
    const hashes = Object.entries(await bench.hashes(`spoiled${spoil}`, 'job'));
    results.push(Object.fromEntries(hashes.filter(([name]) => /\.(tif|png|safetensors)$/.test(name))));
  }
  vi.unstubAllEnvs();
  expect(Object.keys(results[0]).filter((name) => /per_image.*tif$/.test(name))).toHaveLength(6);
  expect(results[1]).toEqual(results[0]);
}, 240_000);

it('another seed gives another result', async () => {
  for (const seed of [0, 1]) {
    const args = ['--result-dir', `seed${seed}`, '--set', `SYSTEM.SEED=${seed}`, '--set', 'TEST.ENABLE=False'];
    expect((await bench.run('run', 'job.yaml', ...args)).code).toBe(0);
  }
  expect(await bench.hashes('seed0', 'job', 'checkpoints')).not.toEqual(
    await bench.hashes('seed1', 'job', 'checkpoints'),
  );
});
