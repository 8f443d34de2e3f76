/**
 * WDSR, J. Yu et al., Wide Activation for Efficient and Accurate Image Super-Resolution, CVPR workshops 2018, variant A, as
 * BiaPy builds it.
 */
import Type, { type Static } from 'typebox';
import {
  constant,
  convolution,
  type Initialiser,
  kaimingUniform,
  Module,
  type Pass,
  pixelShuffle,
  type Slot,
  type Tensor,
  tf,
  zeros,
} from '../../core/tensor/index.js';
import { cube } from './blocks.js';
import { enlargingFactors, enlargingFromConfig, enlargingProperties, requirePlanes } from './blocks-sub-pixel.js';
import { defineNetwork } from './define-network.js';
import { headProperties } from './heads.js';
import { imageProperties } from './levels.js';
import { SingleHead } from './single-head.js';

export const WDSRParameters = Type.Object({
  ...imageProperties,
  filters: Type.Integer({ minimum: 1, default: 32, description: 'Feature maps between the blocks.' }),
  blocks: Type.Integer({ minimum: 1, default: 8, description: 'Residual blocks.' }),
  expansion: Type.Integer({
    minimum: 1,
    default: 6,
    description: 'How many times more feature maps there are inside a block, where the activation is.',
  }),
  ...enlargingProperties,
  ...headProperties,
});
export type WDSRParameters = Static<typeof WDSRParameters>;

/**
 * Builds the network over channels-last images of any size. The output is an image `upscaling` times as large, not
 * clipped.
 *
 * @throws TensorError for volumes.
 */
export function buildWDSR(parameters: WDSRParameters): Module<Tensor[]> {
  return new WDSR(parameters);
}

/**
 * A convolution whose weights are `g · v / ‖v‖` for each output channel, T. Salimans and D. P. Kingma, NeurIPS 2016:
 * `weight_g` `[out, 1, 1, 1]`, `weight_v` `[out, in, y, x]`, `bias`.
 */
class NormalizedConvolution extends Module<Tensor> {
  readonly bias: Slot;
  readonly gain: Slot;
  readonly direction: Slot;
  readonly kernel: number[];

  constructor(inputs: number, outputs: number, side: number, gain: Initialiser) {
    super();
    this.kernel = cube(side, 2);
    this.bias = this.parameter('bias', [outputs], zeros);
    this.gain = this.parameter('weight_g', [outputs, 1, 1, 1], gain);
    this.direction = this.parameter('weight_v', [outputs, inputs, ...this.kernel], kaimingUniform);
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const direction = pass.value(this.direction);
    const scale = tf.rsqrt(tf.sum(tf.square(direction), [1, 2, 3], true));
    const weight = tf.mul(direction, tf.mul(pass.value(this.gain), scale));
    return tf.add(convolution(x, weight, { kernel: this.kernel }), pass.value(this.bias));
  }
}

/** Many features at the activation, few between the blocks. */
class WideBlock extends Module<Tensor> {
  readonly widen: NormalizedConvolution;
  readonly narrow: NormalizedConvolution;

  constructor({ filters, blocks, expansion }: WDSRParameters) {
    super();
    const wide = filters * expansion;
    this.widen = this.child('body.0', new NormalizedConvolution(filters, wide, 3, constant(2)));
    this.narrow = this.child('body.2', new NormalizedConvolution(wide, filters, 3, constant(1 / Math.sqrt(blocks))));
  }

  forward(x: Tensor, pass: Pass): Tensor {
    return tf.add(this.narrow.forward(tf.relu(this.widen.forward(x, pass)), pass), x);
  }
}

class WDSR extends Module<Tensor[]> {
  readonly body: Module<Tensor>[];
  readonly skip: NormalizedConvolution;
  readonly factors: number[];
  readonly head: SingleHead;

  constructor(parameters: WDSRParameters) {
    super();
    const { ndim, inputChannels, filters, blocks, upscaling } = parameters;
    requirePlanes('wdsr', ndim, 'In 3D take rcan without its upscaling layer, or unet.');
    this.head = new SingleHead('wdsr', parameters);
    this.factors = enlargingFactors('wdsr', ndim, upscaling);
    const outputs = this.head.channels * this.factors.reduce((product, factor) => product * factor, 1);
    const body = [
      new NormalizedConvolution(inputChannels, filters, 3, constant(1)),
      ...Array.from({ length: blocks }, () => new WideBlock(parameters)),
      new NormalizedConvolution(filters, outputs, 3, constant(1)),
    ];
    this.body = body.map((part, i) => this.child(`body.${i}`, part));
    this.skip = this.child('skip.0', new NormalizedConvolution(inputChannels, outputs, 5, constant(1)));
  }

  forward(image: Tensor, pass: Pass): Tensor[] {
    const deep = this.body.reduce((x, part) => part.forward(x, pass), image);
    const features = tf.add(deep, this.skip.forward(image, pass));
    return this.head.finish(pixelShuffle(features, this.factors));
  }
}

export const wdsr = defineNetwork({
  id: 'wdsr',
  summary: 'WDSR (Yu et al. 2018), super-resolution with wide activations and normalised weights, 2D.',
  schema: WDSRParameters,
  fromConfig: enlargingFromConfig,
  build: buildWDSR,
});
