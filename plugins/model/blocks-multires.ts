/** Blocks of MultiResUNet, N. Ibtehaz and M. S. Rahman, Neural Networks 2020. Weights start as PyTorch's do. */
import { BatchNormalization, Convolution, Module, type Pass, type Tensor, tf } from '../../core/tensor/index.js';
import { cube } from './blocks.js';

/** Convolution and batch normalisation, and ReLU where asked. */
class ConvBatchNorm extends Module<Tensor> {
  readonly convolution: Convolution;
  readonly batchNorm: BatchNormalization;

  constructor(
    inputs: number,
    outputs: number,
    side: number,
    ndim: number,
    readonly rectified: boolean,
  ) {
    super();
    this.convolution = this.child('conv1', new Convolution(inputs, outputs, { kernel: cube(side, ndim) }));
    this.batchNorm = this.child('batchnorm', new BatchNormalization(outputs));
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const y = this.batchNorm.forward(this.convolution.forward(x, pass), pass);
    return this.rectified ? tf.relu(y) : y;
  }
}

/**
 * Three convolutions in a chain, all their results side by side, and a shortcut: what kernels of side 3, 5 and 7 see.
 * A sixth, a third and a half of `alpha · filters` channels.
 */
export class MultiResBlock extends Module<Tensor> {
  readonly outputs: number;
  readonly shortcut: ConvBatchNorm;
  readonly chain: ConvBatchNorm[];
  readonly joined: BatchNormalization;
  readonly summed: BatchNormalization;

  constructor(inputs: number, filters: number, alpha: number, ndim: number) {
    super();
    const width = alpha * filters;
    const widths = [0.167, 0.333, 0.5].map((share) => Math.floor(width * share));
    this.outputs = widths.reduce((a, b) => a + b);
    this.shortcut = this.child('shortcut', new ConvBatchNorm(inputs, this.outputs, 1, ndim, false));
    this.chain = ['conv_3x3', 'conv_5x5', 'conv_7x7'].map((name, i) => {
      const before = i === 0 ? inputs : widths[i - 1];
      return this.child(name, new ConvBatchNorm(before, widths[i], 3, ndim, true));
    });
    this.joined = this.child('batch_norm1', new BatchNormalization(this.outputs));
    this.summed = this.child('batch_norm2', new BatchNormalization(this.outputs));
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const past = this.shortcut.forward(x, pass);
    const seen: Tensor[] = [];
    for (const link of this.chain) seen.push(link.forward(seen[seen.length - 1] ?? x, pass));
    const joined = this.joined.forward(tf.concat(seen, -1), pass);
    return tf.relu(this.summed.forward(tf.add(joined, past), pass));
  }
}

/** The way of a skip connection: residual convolutions that bring the encoder's features nearer to the decoder's. */
export class ResPath extends Module<Tensor> {
  readonly shortcuts: ConvBatchNorm[] = [];
  readonly convolutions: ConvBatchNorm[] = [];
  readonly norms: BatchNormalization[] = [];

  constructor(inputs: number, filters: number, length: number, ndim: number) {
    super();
    for (let i = 0; i < length; i++) {
      const before = i === 0 ? inputs : filters;
      this.shortcuts.push(this.child(`shortcuts.${i}`, new ConvBatchNorm(before, filters, 1, ndim, false)));
      this.convolutions.push(this.child(`convs.${i}`, new ConvBatchNorm(before, filters, 3, ndim, true)));
      this.norms.push(this.child(`bns.${i}`, new BatchNormalization(filters)));
    }
  }

  forward(x: Tensor, pass: Pass): Tensor {
    return this.norms.reduce((input, norm, i) => {
      const past = this.shortcuts[i].forward(input, pass);
      const seen = tf.relu(norm.forward(this.convolutions[i].forward(input, pass), pass));
      // The same normalisation a second time, as in BiaPy: its running statistics move twice each step.
      return tf.relu(norm.forward(tf.add(seen, past), pass));
    }, x);
  }
}
