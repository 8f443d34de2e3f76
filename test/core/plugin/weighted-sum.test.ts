import { describe, it } from 'vitest';
import { weightedSum } from '../../../core/plugin/weighted-sum.js';
import { crossEntropy } from '../../../plugins/loss/cross-entropy.js';
import { dice } from '../../../plugins/loss/dice.js';
import { expectReference } from '../../plugins/loss/reference.js';

describe('a weighted sum of losses', () => {
  it.each([
    ['W_CE_DICE', 0.66, 0.34],
    ['W_CE_DICE_half', 0.5, 0.5],
  ])('%s', (name, diceWeight, crossEntropyWeight) => {
    const loss = weightedSum([
      { weight: diceWeight, loss: dice() },
      { weight: crossEntropyWeight, loss: crossEntropy({ classes: 2 }) },
    ]);
    return expectReference(name, loss, ['binary_logits'], 'binary_target');
  });
});
