/**
 * EDSR, B. Lim et al., Enhanced Deep Residual Networks for Single Image Super-Resolution, CVPR workshops 2017, as BiaPy
 * builds it. Weights start as PyTorch's do.
 */
import Type, { type Static } from 'typebox';
import { Convolution, Module, type Pass, pixelShuffle, type Tensor, tf } from '../../core/tensor/index.js';
import { cube } from './blocks.js';
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

export const EDSRParameters = Type.Object({
  ...imageProperties,
  filters: Type.Integer({ minimum: 1, default: 64, description: 'Feature maps.' }),
  blocks: Type.Integer({ minimum: 1, default: 16, description: 'Residual blocks.' }),
  ...enlargingProperties,
  ...headProperties,
});
export type EDSRParameters = Static<typeof EDSRParameters>;

/**
 * Builds the network over channels-last images of any size. The output is an image `upscaling` times as large, not
 * clipped.
 *
 * @throws TensorError for volumes.
 */
export function buildEDSR(parameters: EDSRParameters): Module<Tensor[]> {
  return new EDSR(parameters);
}

/**
 * Two convolutions beside an identity. Unlike the paper's block it has no ReLU between them: BiaPy leaves it out, and a
 * checkpoint needs the same.
 */
class ResBlock extends Module<Tensor> {
  readonly convolutions: Convolution[];

  constructor(filters: number) {
    super();
    this.convolutions = ['conv1', 'conv2'].map((name) =>
      this.child(name, new Convolution(filters, filters, { kernel: cube(3, 2) })),
    );
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const y = this.convolutions.reduce((input, convolution) => convolution.forward(input, pass), x);
    return tf.add(y, x);
  }
}

class EDSR extends Module<Tensor[]> {
  readonly first: Convolution;
  readonly blocks: ResBlock[];
  readonly skip: Convolution;
  readonly steps: { convolution: Convolution; factors: number[] }[];
  readonly last: Convolution;
  readonly head: SingleHead;

  constructor(parameters: EDSRParameters) {
    super();
    const { ndim, inputChannels, filters, blocks, upscaling } = parameters;
    requirePlanes('edsr', ndim, 'In 3D take rcan without its upscaling layer, or unet.');
    this.head = new SingleHead('edsr', parameters);
    const convolution = (inputs: number, outputs: number) => new Convolution(inputs, outputs, { kernel: cube(3, 2) });
    this.first = this.child('first_conv_of_block', convolution(inputChannels, filters));
    this.blocks = Array.from({ length: blocks }, (_, i) => this.child(`resblock.${i}`, new ResBlock(filters)));
    this.skip = this.child('last_conv_of_block', convolution(filters, filters));
    this.steps = stepsOf(enlargingFactors('edsr', ndim, upscaling)).map((factors, i) => ({
      convolution: this.child(`heads.0.conv${i + 1}`, subPixelConvolution(filters, factors)),
      factors,
    }));
    this.last = this.child('heads.1', convolution(filters, this.head.channels));
  }

  forward(image: Tensor, pass: Pass): Tensor[] {
    const start = this.first.forward(image, pass);
    const body = this.blocks.reduce((x, block) => block.forward(x, pass), start);
    // The convolution is one of the start, not of the body as in the paper; BiaPy's checkpoints are trained so.
    const features = tf.add(body, this.skip.forward(start, pass));
    const enlarged = this.steps.reduce(
      (x, { convolution, factors }) => pixelShuffle(convolution.forward(x, pass), factors),
      features,
    );
    return this.head.finish(this.last.forward(enlarged, pass));
  }
}

/** Four times as large in two steps, all else in one. */
function stepsOf(factors: readonly number[]): number[][] {
  return factors.every((factor) => factor === 4) ? [cube(2, 2), cube(2, 2)] : [[...factors]];
}

export const edsr = defineNetwork({
  id: 'edsr',
  summary: 'EDSR (Lim et al. 2017), residual super-resolution, 2D.',
  schema: EDSRParameters,
  fromConfig: enlargingFromConfig,
  build: buildEDSR,
});
