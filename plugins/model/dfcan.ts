/**
 * DFCAN, C. Qiao et al., Evaluation and development of deep neural networks for image super-resolution in optical
 * microscopy, Nature Methods 2021, as BiaPy builds it: channels weighted by their spectra. Weights start as PyTorch's do.
 */
import Type, { type Static } from 'typebox';
import { activate, Convolution, Module, type Pass, pixelShuffle, type Tensor, tf } from '../../core/tensor/index.js';
import { cube } from './blocks.js';
import { swappedSpectrum } from './blocks-fourier.js';
import {
  enlargingFactors,
  enlargingFromConfig,
  enlargingProperties,
  requirePlanes,
  subPixelConvolution,
} from './blocks-sub-pixel.js';
import { defineNetwork } from './define-network.js';
import { headProperties } from './heads.js';
import { imageProperties } from './levels.js';
import { SingleHead } from './single-head.js';

export const DFCANParameters = Type.Object({
  ...imageProperties,
  filters: Type.Integer({ minimum: 1, default: 64, description: 'Feature maps.' }),
  hidden: Type.Integer({ minimum: 1, default: 4, description: 'Channels in the middle of a channel attention.' }),
  groups: Type.Integer({ minimum: 1, default: 4, description: 'Residual groups.' }),
  blocks: Type.Integer({ minimum: 1, default: 4, description: 'Fourier channel attention blocks in a group.' }),
  ...enlargingProperties,
  ...headProperties,
});
export type DFCANParameters = Static<typeof DFCANParameters>;

/** Brings strong and weak frequencies nearer to each other. */
const GAMMA = 0.8;

/**
 * Builds the network over channels-last images of any size. The output is an image `upscaling` times as large, between 0
 * and 1 by the sigmoid that ends the network.
 *
 * @throws TensorError for volumes.
 */
export function buildDFCAN(parameters: DFCANParameters): Module<Tensor[]> {
  return new DFCAN(parameters);
}

function convolution(inputs: number, outputs: number, side = 3): Convolution {
  return new Convolution(inputs, outputs, { kernel: cube(side, 2) });
}

/** Fourier channel attention block: two convolutions, channels weighted by their spectra, beside the identity. */
class FourierAttentionBlock extends Module<Tensor> {
  readonly features: Convolution[];
  readonly spectral: Convolution;
  readonly down: Convolution;
  readonly up: Convolution;

  constructor({ filters, hidden }: DFCANParameters) {
    super();
    this.features = ['conv_gelu1.0', 'conv_gelu2.0'].map((name) => this.child(name, convolution(filters, filters)));
    this.spectral = this.child('conv_relu1.0', convolution(filters, filters));
    this.down = this.child('conv_relu2.0', convolution(filters, hidden, 1));
    this.up = this.child('conv_sigmoid.0', convolution(hidden, filters, 1));
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const y = this.features.reduce((input, layer) => activate('gelu', layer.forward(input, pass)), x);
    const magnitude = tf.add(swappedSpectrum(y), 1e-8);
    // A power by exponential and logarithm, which are quicker in the compiled graph.
    const spectrum = tf.exp(tf.mul(tf.log(magnitude), GAMMA));
    const response = tf.relu(this.spectral.forward(spectrum, pass));
    const hidden = tf.relu(this.down.forward(tf.mean(response, [1, 2], true), pass));
    return tf.add(tf.mul(y, tf.sigmoid(this.up.forward(hidden, pass))), x);
  }
}

class ResidualGroup extends Module<Tensor> {
  readonly blocks: FourierAttentionBlock[];

  constructor(parameters: DFCANParameters) {
    super();
    this.blocks = Array.from({ length: parameters.blocks }, (_, i) =>
      this.child(`RCABs.${i}`, new FourierAttentionBlock(parameters)),
    );
  }

  forward(x: Tensor, pass: Pass): Tensor {
    return tf.add(
      this.blocks.reduce((y, block) => block.forward(y, pass), x),
      x,
    );
  }
}

class DFCAN extends Module<Tensor[]> {
  readonly first: Convolution;
  readonly groups: ResidualGroup[];
  readonly factors: number[];
  readonly enlarger: Convolution;
  readonly last: Convolution;
  readonly head: SingleHead;

  constructor(parameters: DFCANParameters) {
    super();
    const { ndim, inputChannels, filters, groups, upscaling } = parameters;
    requirePlanes('dfcan', ndim, 'In 3D take rcan without its upscaling layer, or unet.');
    this.head = new SingleHead('dfcan', parameters);
    this.factors = enlargingFactors('dfcan', ndim, upscaling);
    this.first = this.child('input.0', convolution(inputChannels, filters));
    this.groups = Array.from({ length: groups }, (_, i) => this.child(`RGs.${i}`, new ResidualGroup(parameters)));
    this.enlarger = this.child('conv_gelu.0', subPixelConvolution(filters, this.factors));
    this.last = this.child('conv_sigmoid.0', convolution(filters, this.head.channels));
  }

  forward(image: Tensor, pass: Pass): Tensor[] {
    const start = activate('gelu', this.first.forward(image, pass));
    const deep = this.groups.reduce((x, group) => group.forward(x, pass), start);
    const enlarged = pixelShuffle(activate('gelu', this.enlarger.forward(deep, pass)), this.factors);
    return this.head.finish(tf.sigmoid(this.last.forward(enlarged, pass)));
  }
}

export const dfcan = defineNetwork({
  id: 'dfcan',
  summary: 'DFCAN (Qiao et al. 2021), super-resolution with attention to spectra, 2D.',
  schema: DFCANParameters,
  fromConfig: enlargingFromConfig,
  build: buildDFCAN,
});
