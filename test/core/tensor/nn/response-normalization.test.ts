import { describe, expect, it } from 'vitest';
import { GlobalResponseNormalization } from '../../../../core/tensor/index.js';
import { pattern, runEager } from '../run.js';
import { expectLayerSame, trainingFunction } from './both-ways.js';

describe('global response normalisation', () => {
  it('is the same compiled and eager', async () => {
    await expectLayerSame(new GlobalResponseNormalization(3), [2, 4, 5, 3]);
    await expectLayerSame(new GlobalResponseNormalization(4), [2, 3, 4, 5, 4]);
  });

  it('compares the channels of each column along x of a volume', () => {
    const layer = new GlobalResponseNormalization(2);
    const x = pattern([1, 2, 3, 2, 2]);
    const inputs = new Map([
      ['x', x],
      ['gamma', { data: Float32Array.of(1, 1), shape: [1, 1, 1, 2] }],
      ['beta', { data: Float32Array.of(0.5, 0), shape: [1, 1, 1, 2] }],
    ]);
    const { data } = runEager(inputs, trainingFunction(layer)).get('output')!;
    const norm = (column: number, channel: number) => {
      let sum = 0;
      for (let row = 0; row < 6; row++) sum += x.data[(row * 2 + column) * 2 + channel] ** 2;
      return Math.sqrt(sum);
    };
    for (let i = 0; i < data.length; i++) {
      const [channel, column] = [i % 2, Math.floor(i / 2) % 2];
      const mean = (norm(column, 0) + norm(column, 1)) / 2;
      const wanted = x.data[i] * (1 + norm(column, channel) / mean) + (channel === 0 ? 0.5 : 0);
      expect(data[i]).toBeCloseTo(wanted, 4);
    }
  });

  it('has finite slopes for a channel that is silent', () => {
    const { data, shape } = pattern([1, 2, 2, 2]);
    const silent = { data: data.map((value, i) => (i % 2 === 0 ? 0 : value)), shape };
    const inputs = new Map([
      ['x', silent],
      ['gamma', { data: Float32Array.of(1, 1), shape: [1, 1, 1, 2] }],
      ['beta', { data: Float32Array.of(0, 0), shape: [1, 1, 1, 2] }],
    ]);
    const results = runEager(inputs, trainingFunction(new GlobalResponseNormalization(2)));
    for (const { data } of results.values()) expect([...data].every(Number.isFinite)).toBe(true);
  });
});
