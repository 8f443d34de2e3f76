/** Networks that have one output: an image of their own making, or the classes of a whole image. */
import { TensorError } from '../../core/errors.js';
import { type Tensor, tf } from '../../core/tensor/index.js';
import { activateChannels, type HeadActivations, type HeadParameters, headActivations } from './heads.js';

/** The only head of a network. */
export class SingleHead {
  readonly channels: number;
  readonly activations: HeadActivations | undefined;

  /**
   * @param network its name, for messages.
   * @throws TensorError when there are further heads, or for an unknown activation.
   */
  constructor(network: string, parameters: HeadParameters) {
    const { heads } = parameters;
    if (heads.length > 1)
      throw new TensorError(
        `${network} has one output, and the workflow asks for ${heads.length}. Take a network with several heads, such as unet.`,
        { where: { key: 'MODEL.ARCHITECTURE' } },
      );
    this.channels = heads[0].channels;
    this.activations = headActivations(parameters);
  }

  /** The output as the workflow wants it: logits, or activated where the network does that itself. */
  finish(output: Tensor): Tensor[] {
    if (!this.activations) return [output];
    const { prediction, classes } = this.activations;
    return [activateChannels(output, prediction.length > 0 ? prediction : classes)];
  }
}

/**
 * An image in which every sample is one vector, as PyTorch flattens it: channel by channel, `[n, ...space, c]` to
 * `[n, c · pixels]`.
 */
export function flatten(x: Tensor): Tensor {
  const last = x.shape.length - 1;
  const space = x.shape.slice(1, -1).map((_, axis) => axis + 1);
  return tf.reshape(tf.transpose(x, [0, last, ...space]), [x.shape[0], x.size / x.shape[0]]);
}
