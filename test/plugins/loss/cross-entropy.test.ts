import { describe, expect, it } from 'vitest';
import type { Scalar } from '../../../core/tensor/index.js';
import { crossEntropy } from '../../../plugins/loss/cross-entropy.js';
import { runEager } from '../../core/tensor/run.js';
import { expectReference } from './reference.js';

const WEIGHTS = [0.5, 1, 2, 4];

describe('cross-entropy', () => {
  it('binary', () => expectReference('CE_binary', crossEntropy({ classes: 2 }), ['binary_logits'], 'binary_target'));

  it('binary, rebalanced', () =>
    expectReference(
      'CE_binary_rebalanced',
      crossEntropy({ classes: 2, rebalance: true }),
      ['binary_logits'],
      'binary_target',
    ));

  it('of several classes', () =>
    expectReference('CE_multi', crossEntropy({ classes: 4 }), ['multi_logits'], 'multi_target'));

  it('with class weights', () =>
    expectReference(
      'CE_multi_weights',
      crossEntropy({ classes: 4, classWeights: WEIGHTS }),
      ['multi_logits'],
      'multi_target',
    ));

  it('with an ignored label', () =>
    expectReference(
      'CE_multi_ignore',
      crossEntropy({ classes: 4, ignoreIndex: 255 }),
      ['multi_logits'],
      'multi_target_ignore',
    ));

  it('with class weights and an ignored label', () =>
    expectReference(
      'CE_multi_weights_ignore',
      crossEntropy({ classes: 4, classWeights: WEIGHTS, ignoreIndex: 255 }),
      ['multi_logits'],
      'multi_target_ignore',
    ));

  it('of a volume', () =>
    expectReference('CE_multi_3d', crossEntropy({ classes: 3 }), ['multi3d_logits'], 'multi3d_target'));

  it('with a class head', () =>
    expectReference('CE_multihead', crossEntropy({ classes: 2 }), ['mh_pred', 'mh_class_logits'], 'mh_target'));

  it('stays finite for extreme logits', () => {
    const inputs = new Map([
      ['logits', { data: Float32Array.of(200, -200, 200, -200), shape: [1, 2, 2, 1] }],
      ['target', { data: Float32Array.of(1, 0, 0, 1), shape: [1, 2, 2, 1] }],
    ]);
    const loss = crossEntropy({ classes: 2 });
    const results = runEager(
      inputs,
      (feeds) => new Map([['value', loss([feeds.get('logits')!], feeds.get('target')!) as Scalar]]),
    );
    expect(results.get('value')!.data[0]).toBeCloseTo(100, 4);
  });

  it('fits a target of another size by nearest neighbour', () => {
    const inputs = new Map([
      ['logits', { data: Float32Array.of(30, -30), shape: [1, 1, 2, 1] }],
      ['target', { data: Float32Array.of(1, 0, 0, 0, 0, 1, 1, 1), shape: [1, 2, 4, 1] }],
    ]);
    const loss = crossEntropy({ classes: 2 });
    const results = runEager(
      inputs,
      (feeds) => new Map([['value', loss([feeds.get('logits')!], feeds.get('target')!) as Scalar]]),
    );
    // The pixels kept are (0, 0) = 1 and (0, 2) = 0, and both logits are right.
    expect(results.get('value')!.data[0]).toBeLessThan(1e-6);
  });
});
