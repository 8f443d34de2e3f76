import { describe, expect, it } from 'vitest';
import {
  biasUniform,
  Convolution,
  heNormal,
  heUniform,
  type Initialiser,
  kaimingUniform,
  normal,
  orthogonal,
  TransposedConvolution,
  truncatedNormal,
  xavierMatrix,
  xavierNormal,
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
    ['He', heUniform, [32, 16, 3, 3], Math.sqrt(6 / (16 * 9))],
    ['Xavier of a matrix', xavierMatrix, [32, 16, 3, 3], Math.sqrt(6 / (32 + 16 * 9))],
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

  it.each<[string, Initialiser, number]>([
    ['normal', normal(0.3), 0.3],
    ['truncated normal, far limits', truncatedNormal(0.02), 0.02],
    ['truncated normal at one deviation', truncatedNormal(1, 1), 0.5396],
    ['He by inputs', heNormal(), Math.sqrt(2 / (16 * 9))],
    ['He by outputs', heNormal('out'), Math.sqrt(2 / (64 * 9))],
    ['Xavier', xavierNormal, Math.sqrt(2 / (16 * 9 + 64 * 9))],
  ])('%s have mean 0 and the deviation', (_name, initialise, deviation) => {
    const values = initialise([64, 16, 3, 3], KEY);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const square = values.reduce((sum, value) => sum + value * value, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(deviation * 0.04);
    expect(Math.abs(Math.sqrt(square) / deviation - 1)).toBeLessThan(0.03);
  });

  it('truncated stay within reach', () => {
    expect(largest(truncatedNormal(1, 0.5)([4000], KEY))).toBeLessThanOrEqual(0.5);
  });

  it.each([
    [6, 10],
    [10, 6],
    [7, 7],
  ])('orthogonal %i by %i are orthonormal along the shorter side', (rows, columns) => {
    const values = orthogonal(2)([rows, columns], KEY);
    const few = Math.min(rows, columns);
    const at = (vector: number, i: number) =>
      rows <= columns ? values[vector * columns + i] : values[i * columns + vector];
    for (let a = 0; a < few; a++)
      for (let b = 0; b < few; b++) {
        let dot = 0;
        for (let i = 0; i < Math.max(rows, columns); i++) dot += at(a, i) * at(b, i);
        expect(dot).toBeCloseTo(a === b ? 4 : 0, 5);
      }
  });
});
