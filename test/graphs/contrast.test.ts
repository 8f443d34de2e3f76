import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { parseCsv } from '../../core/job/csv.js';
import { sizeWork } from '../../core/job/plan-network.js';
import type { NetworkWork } from '../../core/plugin/forecast.js';
import { catalog } from '../plugins/nodes.js';
import { attempt, Data, expectNumbers, expectTold, grey, type Tree, textured } from './bad-input/attempt.js';

const stripes = (classes: number) => grey((x) => Math.floor(x / 4) % classes);

async function train(settings: Tree, classes = 2) {
  const data = new Data();
  for (const [i, name] of ['train/raw/a', 'train/raw/b', 'train/raw/c', 'train/raw/d', 'test/raw/a'].entries()) {
    await data.picture(`${name}.tif`, textured(i));
    await data.picture(`${name.replace('raw', 'label')}.tif`, stripes(classes));
  }
  const outcome = await attempt(data, {
    'PROBLEM.TYPE': 'SEMANTIC_SEG',
    'DATA.N_CLASSES': classes,
    'TRAIN.EPOCHS': 3,
    ...settings,
  });
  expectNumbers(outcome);
  const [head, ...rows] = parseCsv(readFileSync(path.join(data.path('out/job/logs'), 'job_1_training.csv'), 'utf8'));
  const losses = rows.map((row) => Number(row[head.indexOf('train_loss')]));
  expect(losses.every(Number.isFinite)).toBe(true);
  return { losses, ...outcome };
}

const contrast = (size: number): Tree => ({
  'LOSS.CONTRAST.ENABLE': true,
  'LOSS.CONTRAST.MEMORY_SIZE': size,
  'LOSS.CONTRAST.PROJ_DIM': 8,
  'LOSS.CONTRAST.PIXEL_UPD_FREQ': 4,
});

it('the contrast is added to the loss once the memory is full, and changes nothing before', async () => {
  const plain = await train({});
  const waiting = await train(contrast(50));
  expect(waiting.losses).toEqual(plain.losses);
  expect(waiting.metrics).toEqual(plain.metrics);
  // One step an epoch: the third one counts.
  const counting = await train(contrast(2));
  expect(counting.losses.slice(0, 2)).toEqual(plain.losses.slice(0, 2));
  expect(counting.losses[2]).toBeGreaterThan(plain.losses[2]);
});

it('several classes, with classes that are left out', async () => {
  const { losses } = await train({ ...contrast(1), 'PROBLEM.SEMANTIC_SEG.IGNORE_CLASS_ID': 2 }, 3);
  expect(losses).toHaveLength(3);
});

it('points and objects are told from their surroundings', async () => {
  const data = new Data();
  for (const name of ['train/raw/a', 'train/raw/b', 'test/raw/a']) {
    await data.picture(`${name}.tif`, textured());
    data.text(`${name.replace('raw', 'points')}.csv`, 'axis-0,axis-1,class\n8,8,1\n20,22,2\n');
    const cells = grey((x, y) => Number(x % 16 > 3 && y % 16 > 3) * (1 + (x >> 4) + 2 * (y >> 4)));
    await data.picture(`${name.replace('raw', 'label')}.tif`, cells);
  }
  const detection = {
    'PROBLEM.TYPE': 'DETECTION',
    'DATA.N_CLASSES': 3,
    'DATA.TRAIN.GT_PATH': 'train/points',
    'DATA.TEST.GT_PATH': 'test/points',
  };
  const objects = { 'PROBLEM.TYPE': 'INSTANCE_SEG', 'PROBLEM.INSTANCE_SEG.DATA_CHANNELS': ['F', 'C'] };
  for (const settings of [detection, objects]) expectNumbers(await attempt(data, { ...settings, ...contrast(1) }));
});

it('a network without feature vectors is told', async () => {
  const data = new Data();
  for (const name of ['train/raw/a', 'train/raw/b', 'test/raw/a']) {
    await data.picture(`${name}.tif`, textured());
    await data.picture(`${name.replace('raw', 'label')}.tif`, stripes(2));
  }
  const settings = { 'PROBLEM.TYPE': 'SEMANTIC_SEG', 'MODEL.ARCHITECTURE': 'edsr', ...contrast(2) };
  expectTold(await attempt(data, settings), 'gives no feature vectors for LOSS.CONTRAST');
});

it('a plan knows what the memory takes', () => {
  const work: NetworkWork = {
    node: 'trainer',
    network: { architecture: 'unet', parameters: { contrast: 8 }, ndim: 2, inputChannels: 1, outputChannels: [1] },
    calls: [{ shape: [2, 32, 32, 1], count: 1 }],
    training: {
      losses: [{ id: 'CE', weight: 1, parameters: {} }],
      metrics: [{ id: 'iou', parameters: {} }],
      optimizer: { name: 'SGD' },
      frozen: [],
      accumulates: false,
      contrast: { classes: 2, memory: 1000, dims: 8, pixels: 4, start: 0 },
      target: { channels: 1, scale: [1, 1] },
      validation: [],
    },
  };
  const [small, large] = [1000, 3000].map((memory) => {
    const contrast = { ...work.training!.contrast!, memory };
    return sizeWork({ ...work, training: { ...work.training!, contrast } }, catalog);
  });
  // Regions and pixels of two classes, vectors of eight numbers of four bytes.
  expect(large.weights - small.weights).toBe(2000 * 2 * 2 * 8 * 4);
  expect(large.activations).toBeGreaterThan(small.activations);
});
