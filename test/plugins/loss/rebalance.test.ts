import { describe, expect, it } from 'vitest';
import { rebalanceMap } from '../../../plugins/loss/rebalance.js';
import { relativeError, runEager } from '../../core/tensor/run.js';
import { reference } from './reference.js';

function mapOf(data: Float32Array, shape: readonly number[]): Float32Array {
  const results = runEager(
    new Map([['target', { data, shape }]]),
    (feeds) => new Map([['map', rebalanceMap(feeds.get('target')!)]]),
  );
  return results.get('map')!.data;
}

describe('rebalancing weights', () => {
  it('equal the reference', () => {
    const target = reference('loss/in/binary_target');
    const wanted = reference('loss/CE_binary_rebalanced/weight_map');
    expect(relativeError(mapOf(target.data, target.shape), wanted.data)).toBeLessThan(1e-6);
  });

  it('weigh rare background up as well', () => {
    expect([...mapOf(Float32Array.of(1, 1, 1, 0), [4])]).toEqual([1, 1, 1, 3]);
  });

  it.each([0, 1])('are 1 where all targets are %i', (value) => {
    expect([...mapOf(new Float32Array(6).fill(value), [6])]).toEqual([1, 1, 1, 1, 1, 1]);
  });
});
