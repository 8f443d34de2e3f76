/** The block of NAFNet, L. Chen et al., Simple Baselines for Image Restoration, ECCV 2022. */
import {
  Convolution,
  GlobalPooling,
  LayerNormalization,
  Module,
  type Pass,
  type Slot,
  type Tensor,
  tf,
  zeros,
} from '../../core/tensor/index.js';

const PIXEL = [1, 1];

function pixelwise(inputs: number, outputs: number): Convolution {
  return new Convolution(inputs, outputs, { kernel: PIXEL });
}

/** The product of the two halves of the channels, in place of an activation. */
function simpleGate(x: Tensor): Tensor {
  const [left, right] = tf.split(x, 2, -1);
  return tf.mul(left, right);
}

/**
 * Two residual parts, each scaled per channel by a factor that starts at 0: norm, 1×1, depth-wise 3×3, gate, channel
 * attention, 1×1; and norm, 1×1, gate, 1×1.
 */
export class NAFBlock extends Module<Tensor> {
  readonly beta: Slot;
  readonly gamma: Slot;
  readonly widen: Convolution;
  readonly depthwise: Convolution;
  readonly narrow: Convolution;
  readonly attention: Convolution;
  readonly feedForward: [Convolution, Convolution];
  readonly norms: [LayerNormalization, LayerNormalization];
  readonly mean = new GlobalPooling();

  /** @param dwExpand width of the depth-wise convolution, @param ffnExpand of the second part, as multiples; even. */
  constructor(channels: number, dwExpand: number, ffnExpand: number) {
    super();
    const wide = channels * dwExpand;
    const hidden = channels * ffnExpand;
    this.beta = this.parameter('beta', [1, channels, 1, 1], zeros);
    this.gamma = this.parameter('gamma', [1, channels, 1, 1], zeros);
    this.widen = this.child('conv1', pixelwise(channels, wide));
    this.depthwise = this.child('conv2', new Convolution(wide, wide, { kernel: [3, 3], groups: wide }));
    this.narrow = this.child('conv3', pixelwise(wide / 2, channels));
    this.attention = this.child('sca.1', pixelwise(wide / 2, wide / 2));
    this.feedForward = [
      this.child('conv4', pixelwise(channels, hidden)),
      this.child('conv5', pixelwise(hidden / 2, channels)),
    ];
    this.norms = [
      this.child('norm1', new LayerNormalization(channels, 1e-6)),
      this.child('norm2', new LayerNormalization(channels, 1e-6)),
    ];
  }

  forward(image: Tensor, pass: Pass): Tensor {
    const scaled = (y: Tensor, factor: Slot) => tf.mul(y, tf.reshape(pass.value(factor), [-1]));
    const wide = this.widen.forward(this.norms[0].forward(image, pass), pass);
    const seen = simpleGate(this.depthwise.forward(wide, pass));
    const mean = tf.reshape(this.mean.forward(seen), [seen.shape[0], 1, 1, seen.shape[3] as number]);
    const attended = tf.mul(seen, this.attention.forward(mean, pass));
    const x = tf.add(image, scaled(this.narrow.forward(attended, pass), this.beta));
    const [first, last] = this.feedForward;
    const hidden = simpleGate(first.forward(this.norms[1].forward(x, pass), pass));
    return tf.add(x, scaled(last.forward(hidden, pass), this.gamma));
  }
}
