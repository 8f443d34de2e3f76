/**
 * RCAN, Y. Zhang et al., Image Super-Resolution Using Very Deep Residual Channel Attention Networks, ECCV 2018, as BiaPy
 * builds it. Weights start as PyTorch's do.
 */
import Type, { type Static } from 'typebox';
import { TensorError } from '../../core/errors.js';
import { activate, Convolution, Module, type Pass, pixelShuffle, type Tensor, tf } from '../../core/tensor/index.js';
import { cube } from './blocks.js';
import { enlargingFactors, enlargingFromConfig, enlargingProperties, subPixelConvolution } from './blocks-sub-pixel.js';
import { defineNetwork } from './define-network.js';
import { headProperties } from './heads.js';
import { imageProperties } from './levels.js';
import { SingleHead } from './single-head.js';

export const RCANParameters = Type.Object({
  ...imageProperties,
  filters: Type.Integer({ minimum: 1, default: 16, description: 'Feature maps.' }),
  groups: Type.Integer({ minimum: 1, default: 10, description: 'Residual groups.' }),
  blocks: Type.Integer({ minimum: 1, default: 20, description: 'Channel attention blocks in a group.' }),
  reduction: Type.Integer({
    minimum: 1,
    default: 16,
    description: 'How many times fewer channels the middle of a channel attention has.',
  }),
  activation: Type.Enum(['silu', 'relu'], {
    default: 'silu',
    description: 'Activation of the blocks; early releases of BiaPy had relu.',
  }),
  upscalingLayer: Type.Boolean({
    default: true,
    description: 'Enlarge with a layer before the last one; without it the size stays, in 3D too.',
  }),
  ...enlargingProperties,
  ...headProperties,
});
export type RCANParameters = Static<typeof RCANParameters>;

type BlockParameters = Pick<RCANParameters, 'ndim' | 'filters' | 'reduction' | 'activation'>;

/**
 * Builds the network over channels-last images of any size. The output is not clipped.
 *
 * @throws TensorError when volumes are to be enlarged, or the reduction leaves no channel.
 */
export function buildRCAN(parameters: RCANParameters): Module<Tensor[]> {
  return new RCAN(parameters);
}

function convolution(inputs: number, outputs: number, ndim: number, side = 3): Convolution {
  return new Convolution(inputs, outputs, { kernel: cube(side, ndim) });
}

/** Channels weighted by what the whole image holds. */
class ChannelAttention extends Module<Tensor> {
  readonly down: Convolution;
  readonly up: Convolution;

  constructor(readonly parameters: BlockParameters) {
    super();
    const { ndim, filters, reduction } = parameters;
    const hidden = Math.floor(filters / reduction);
    this.down = this.child('module.1', convolution(filters, hidden, ndim, 1));
    this.up = this.child('module.3', convolution(hidden, filters, ndim, 1));
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const space = x.shape.slice(1, -1).map((_, axis) => axis + 1);
    const hidden = activate(this.parameters.activation, this.down.forward(tf.mean(x, space, true), pass));
    return tf.mul(x, tf.sigmoid(this.up.forward(hidden, pass)));
  }
}

/** Residual channel attention block (RCAB). */
class AttentionBlock extends Module<Tensor> {
  readonly first: Convolution;
  readonly second: Convolution;
  readonly attention: ChannelAttention;

  constructor(readonly parameters: BlockParameters) {
    super();
    const { ndim, filters } = parameters;
    this.first = this.child('module.0', convolution(filters, filters, ndim));
    this.second = this.child('module.2', convolution(filters, filters, ndim));
    this.attention = this.child('module.3', new ChannelAttention(parameters));
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const y = this.second.forward(activate(this.parameters.activation, this.first.forward(x, pass)), pass);
    return tf.add(this.attention.forward(y, pass), x);
  }
}

class ResidualGroup extends Module<Tensor> {
  readonly blocks: AttentionBlock[];
  readonly last: Convolution;

  constructor(blocks: number, parameters: BlockParameters) {
    super();
    const { ndim, filters } = parameters;
    this.blocks = Array.from({ length: blocks }, (_, i) => this.child(`module.${i}`, new AttentionBlock(parameters)));
    this.last = this.child(`module.${blocks}`, convolution(filters, filters, ndim));
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const y = this.blocks.reduce((input, block) => block.forward(input, pass), x);
    return tf.add(this.last.forward(y, pass), x);
  }
}

class RCAN extends Module<Tensor[]> {
  readonly first: Convolution;
  readonly groups: ResidualGroup[];
  readonly body: Convolution;
  readonly factors: number[];
  readonly enlarger: Convolution | undefined;
  readonly last: Convolution;
  readonly head: SingleHead;

  constructor(parameters: RCANParameters) {
    super();
    const { ndim, inputChannels, filters, groups, blocks, reduction, upscalingLayer, upscaling } = parameters;
    this.head = new SingleHead('rcan', parameters);
    this.factors = enlargingFactors('rcan', ndim, upscaling);
    if (ndim === 3 && upscalingLayer && this.factors.some((factor) => factor > 1))
      throw new TensorError('rcan enlarges images in 2D only. In 3D switch its upscaling layer off, or take unet.', {
        where: { key: 'MODEL.RCAN_UPSCALING_LAYER' },
      });
    if (reduction > filters)
      throw new TensorError(
        `rcan: ${filters} feature maps cannot be reduced ${reduction} times. Take more filters, or a smaller reduction.`,
        { where: { key: 'MODEL.RCAN_REDUCTION_RATIO' } },
      );
    this.first = this.child('sf', convolution(inputChannels, filters, ndim));
    this.groups = Array.from({ length: groups }, (_, i) =>
      this.child(`rgs.${i}`, new ResidualGroup(blocks, parameters)),
    );
    this.body = this.child('conv1', convolution(filters, filters, ndim));
    // BiaPy has the layer at factor 1 too.
    this.enlarger = upscalingLayer ? this.child('upscale.0', subPixelConvolution(filters, this.factors)) : undefined;
    this.last = this.child('conv2', convolution(filters, this.head.channels, ndim));
  }

  forward(image: Tensor, pass: Pass): Tensor[] {
    const start = this.first.forward(image, pass);
    const deep = this.groups.reduce((x, group) => group.forward(x, pass), start);
    const features = tf.add(this.body.forward(deep, pass), start);
    const enlarged = this.enlarger ? pixelShuffle(this.enlarger.forward(features, pass), this.factors) : features;
    return this.head.finish(this.last.forward(enlarged, pass));
  }
}

export const rcan = defineNetwork({
  id: 'rcan',
  summary: 'RCAN (Zhang et al. 2018), very deep super-resolution with channel attention; in 3D it keeps the size.',
  schema: RCANParameters,
  fromConfig: (config) => ({
    filters: config.MODEL.RCAN_CONV_FILTERS,
    groups: config.MODEL.RCAN_RG_BLOCK_NUM,
    blocks: config.MODEL.RCAN_RCAB_BLOCK_NUM,
    reduction: config.MODEL.RCAN_REDUCTION_RATIO,
    upscalingLayer: config.MODEL.RCAN_UPSCALING_LAYER,
    ...enlargingFromConfig(config),
  }),
  build: buildRCAN,
});
