/** The losses under their names in LOSS.TYPE. */
import { Type } from 'typebox';
import { ignoredClass } from '../../core/config/index.js';
import { defineLoss } from '../../core/plugin/define.js';
import { crossEntropy } from './cross-entropy.js';
import { dice } from './dice.js';

export const crossEntropyLoss = defineLoss({
  id: 'CE',
  summary: 'Cross-entropy: binary with logits for two classes, softmax for more.',
  parameters: Type.Object(
    {
      classes: Type.Integer({ minimum: 1, default: 2, description: 'Number of classes, the background included.' }),
      classWeights: Type.Optional(Type.Array(Type.Number(), { description: 'One weight per class.' })),
      ignoreIndex: Type.Integer({ default: -1, description: 'Label that counts nowhere; -1 for none.' }),
      exclusive: Type.Optional(
        Type.Boolean({
          description: 'Two classes have a logit each, as those of whole images do, not one logit for both.',
        }),
      ),
      rebalance: Type.Boolean({ default: false, description: 'Weight the rarer of foreground and background up.' }),
    },
    { additionalProperties: false },
  ),
  fromConfig(config) {
    const { DATA, LOSS, PROBLEM } = config;
    return {
      classes: Math.max(DATA.N_CLASSES, 2),
      ...(LOSS.CLASS_REBALANCE === 'manual' && { classWeights: LOSS.CLASS_WEIGHTS as number[] }),
      ignoreIndex: ignoredClass(config),
      // Class weights of two classes have no meaning in a binary loss; BiaPy balances the two by their frequency then.
      rebalance: LOSS.CLASS_REBALANCE === 'manual' && DATA.N_CLASSES <= 2 && PROBLEM.TYPE !== 'CLASSIFICATION',
      ...(PROBLEM.TYPE === 'CLASSIFICATION' && { exclusive: true }),
    };
  },
  build: crossEntropy,
});

export const diceLoss = defineLoss({
  id: 'DICE',
  summary: 'One minus the Dice coefficient of the foreground, over the whole batch.',
  parameters: Type.Object({}, { additionalProperties: false }),
  build: dice,
});
