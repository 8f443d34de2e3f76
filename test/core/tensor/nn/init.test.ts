import { describe, expect, it } from 'vitest';
import {
  biasUniform,
  Convolution,
  kaimingUniform,
  TransposedConvolution,
  xavierUniform,
} from '../../../../core/tensor/index.js';

const KEY = { seed: 5, name: 'down_path.0.weight' };
const largest = (data: Float32Array) => data.reduce((max, value) => Math.max(max, Math.abs(value)), 0);

describe('starting values', () => {
  it('are a function of the seed and the name', () => {
    const shape = [8, 4, 3, 3];
    const values = xavierUniform(shape, KEY);
    expect(xavierUniform(shape, KEY)).toEqual(values);
    expect(xavierUniform(shape, { ...KEY, seed: 6 })).not.toEqual(values);
    expect(xavierUniform(shape, { ...KEY, name: 'other' })).not.toEqual(values);
  });

  it.each([
    ['Xavier', xavierUniform, [32, 16, 3, 3], Math.sqrt(6 / (16 * 9 + 32 * 9))],
    ['Kaiming', kaimingUniform, [32, 16, 3, 3], 1 / Math.sqrt(16 * 9)],
    ['bias', biasUniform([32, 16, 3, 3]), [4000], 1 / Math.sqrt(16 * 9)],
  ] as const)('%s fill their range', (_name, initialise, shape, bound) => {
    const reach = largest(initialise(shape, KEY));
    expect(reach).toBeLessThanOrEqual(bound);
    expect(reach).toBeGreaterThan(bound * 0.99);
  });

  it('of a Xavier layer have zero biases, of a default one do not', () => {
    const bias = (init: 'xavier' | 'default') => {
      const layer = new Convolution(3, 8, { kernel: [3, 3], init });
      return largest(layer.bias!.initial(layer.bias!.shape, KEY));
    };
    expect(bias('xavier')).toBe(0);
    expect(bias('default')).toBeGreaterThan(0);
  });

  it('of a transposed convolution take the fan from its second axis', () => {
    const layer = new TransposedConvolution(64, 2, [2, 2]);
    const reach = largest(layer.weight.initial(layer.weight.shape, KEY));
    expect(reach).toBeLessThanOrEqual(1 / Math.sqrt(2 * 4));
    expect(reach).toBeGreaterThan(0.95 / Math.sqrt(2 * 4));
  });
});
