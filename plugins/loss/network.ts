/** The loss of networks that compute their own. */
import Type from 'typebox';
import { TensorError } from '../../core/errors.js';
import { defineLoss } from '../../core/plugin/define.js';
import type { NetworkOutput, Scalar } from '../../core/tensor/index.js';

export const networkLoss = defineLoss({
  id: 'network',
  summary: 'The first output of a network that computes its own loss, such as mae; needs no target.',
  parameters: Type.Object({}, { additionalProperties: false }),
  needsTarget: false,
  build: () => firstOutput,
});

function firstOutput(output: NetworkOutput): Scalar {
  const [loss] = output;
  if (loss.rank !== 0)
    throw new TensorError(
      `the loss 'network' is for networks that give their loss as one number before all else, such as mae; the first output ` +
        `of this one has the shape ${loss.shape.join('×')}. Take another loss.`,
      { where: { key: 'LOSS.TYPE' } },
    );
  return loss as Scalar;
}
