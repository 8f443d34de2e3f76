import { describe, expect, it } from 'vitest';
import { largestPiece, sizeWork, targetShape } from '../../../core/job/plan-network.js';
import type { NetworkWork } from '../../../core/plugin/forecast.js';
import { buildNetwork } from '../../../core/plugin/network.js';
import { createRegistry } from '../../../core/plugin/registry.js';
import { builtIns } from '../../../graphs/index.js';

const catalog = createRegistry(builtIns);
const network = {
  architecture: 'unet',
  parameters: { featureMaps: [8, 16] },
  ndim: 2 as const,
  inputChannels: 1,
  outputChannels: [1],
};
const prediction = (side: number): NetworkWork => ({
  node: 'model',
  network,
  calls: [{ shape: [2, side, side, 1], count: 3 }],
});
const training = (side: number): NetworkWork => ({
  ...prediction(side),
  training: {
    losses: [{ id: 'CE', weight: 1, parameters: {} }],
    metrics: [],
    optimizer: { name: 'ADAMW', betas: [0.9, 0.999], weightDecay: 0, clipNorm: 0 },
    frozen: [],
    accumulates: false,
    target: { channels: 1, scale: [] },
    validation: [],
  },
});

describe('sizeWork', () => {
  it('counts the parameters and their bytes', () => {
    const { parameters, weights, optimizer } = sizeWork(prediction(32), catalog);
    let [trained, all] = [0, 0];
    for (const [, { kind, shape }] of buildNetwork(network, catalog).slots()) {
      const size = shape.reduce((product, side) => product * side, 1);
      all += size;
      if (kind === 'parameter') trained += size;
    }
    expect({ parameters, weights, optimizer }).toEqual({ parameters: trained, weights: 4 * all, optimizer: 0 });
  });

  it('adds two values for each parameter for Adam', () => {
    const { parameters, optimizer } = sizeWork(training(32), catalog);
    expect(optimizer).toBe(2 * 4 * parameters);
  });

  it('holds at least the widest layer, and much more while training', () => {
    const widest = 2 * 32 * 32 * 8 * 4;
    const [predicting, learning] = [sizeWork(prediction(32), catalog), sizeWork(training(32), catalog)];
    expect(predicting.activations).toBeGreaterThanOrEqual(2 * widest);
    expect(learning.activations).toBeGreaterThan(3 * predicting.activations);
    expect(learning.bytes).toBe(learning.weights + learning.optimizer + learning.activations);
  });

  it('grows with the area', () => {
    const [small, large] = [prediction(32), prediction(64)].map((work) => sizeWork(work, catalog).activations);
    expect(large).toBe(4 * small);
  });
});

it('largestPiece compares the values of one piece, not of all', () => {
  expect(largestPiece([])).toBeUndefined();
  expect(
    largestPiece([
      { shape: [1, 8], count: 9 },
      { shape: [2, 8], count: 1 },
    ])?.shape,
  ).toEqual([2, 8]);
});

it('targetShape replaces the channels, and enlarges the sides', () => {
  expect(targetShape([4, 16, 32, 32, 3], { channels: 1, scale: [] })).toEqual([4, 16, 32, 32, 1]);
  expect(targetShape([4, 32, 32, 3], { channels: 2, scale: [2, 3] })).toEqual([4, 64, 96, 2]);
});
