/**
 * UNETR, A. Hatamizadeh et al., UNETR: Transformers for 3D Medical Image Segmentation, WACV 2022, as BiaPy builds it: a
 * vision transformer as the encoder, a convolutional decoder.
 */
import Type, { type Static } from 'typebox';
import { TensorError } from '../../core/errors.js';
import {
  type Module,
  type Pass,
  Sequential,
  type Tensor,
  TransposedConvolution,
  tf,
  zeros,
} from '../../core/tensor/index.js';
import { type BlockOptions, ConvBlock, cube, DoubleConvBlock } from './blocks.js';
import {
  dropoutFromConfig,
  dropoutProperty,
  presetFromConfig,
  presetProperty,
  TokenNetwork,
  transformerFromConfig,
  transformerProperties,
  withoutClassToken,
  withPreset,
} from './blocks-transformer.js';
import { defineNetwork } from './define-network.js';
import { Heads, headProperties } from './heads.js';
import { imageProperties, levelProperties } from './levels.js';

export const UNETRParameters = Type.Object({
  ...imageProperties,
  ...presetProperty,
  ...transformerProperties,
  epsilon: { ...transformerProperties.epsilon, default: 1e-5 },
  filters: Type.Integer({
    minimum: 1,
    default: 16,
    description: 'Feature maps at the size of the image, doubled at each smaller level.',
  }),
  skipEvery: Type.Integer({
    default: -1,
    description: 'Every how many blocks the decoder is given tokens; -1 spaces them evenly.',
  }),
  normalization: levelProperties.normalization,
  instanceNormAffine: levelProperties.instanceNormAffine,
  activation: { ...levelProperties.activation, default: 'relu' as const },
  kernelSize: levelProperties.kernelSize,
  dropout: { ...dropoutProperty.dropout, description: 'Dropout probability of the convolutions of the decoder.' },
  ...headProperties,
});
export type UNETRParameters = Static<typeof UNETRParameters>;

/**
 * Builds the network over channels-last images of one size. Outputs are those of the U-Net.
 *
 * @throws TensorError when images, tokens, attention heads, blocks and levels do not fit together.
 */
export function buildUNETR(parameters: UNETRParameters): Module<Tensor[]> {
  return new UNETR(withPreset(parameters));
}

class UNETR extends TokenNetwork {
  /** Blocks, counted from 1, whose tokens go to the decoder, the deepest first. */
  readonly skipAfter: number[];
  readonly bottleneck: TransposedConvolution;
  /** What brings the tokens of each skip to the size of its level. */
  readonly enlargers: Sequential[];
  readonly joiners: DoubleConvBlock[];
  readonly ups: TransposedConvolution[];
  readonly ofImage: DoubleConvBlock;
  readonly last: DoubleConvBlock;
  readonly heads: Heads;

  constructor(parameters: UNETRParameters) {
    super('unetr', parameters, {
      classToken: zeros,
      // As in BiaPy, where places that start at zero and are not trained stay at zero unless a checkpoint brings them.
      positions: zeros,
      fixedPositions: true,
      projection: 'xavier',
      dense: 'xavier',
    });
    const { ndim, inputChannels, tokenSize, embedDim, filters, dropout } = parameters;
    const levels = Math.log2(tokenSize);
    if (!Number.isInteger(levels) || levels < 1)
      throw new TensorError(
        `unetr doubles tokens up to the size of the image, which ${tokenSize} pixels do not allow. Take 16.`,
        {
          where: { key: 'MODEL.VIT_TOKEN_SIZE' },
        },
      );
    this.skipAfter = skipsOf(parameters, levels);
    const options = {
      ...parameters,
      kernel: cube(parameters.kernelSize, ndim),
      upsampleLayer: 'convtranspose' as const,
    };
    const width = (level: number) => filters * 2 ** level;
    const twice = (inputs: number, outputs: number) =>
      new TransposedConvolution(inputs, outputs, cube(2, ndim), { bias: false });
    const double = (inputs: number, outputs: number) => new DoubleConvBlock(inputs, outputs, options, { dropout });

    this.bottleneck = this.child('bottleneck', twice(embedDim, width(levels - 1)));
    const deepestFirst = this.skipAfter.map((_, i) => levels - 1 - i);
    this.enlargers = deepestFirst.map((level, i) =>
      this.child(`mid_blue_block.${i}`, enlarger(embedDim, width(level), levels - level, twice, options, dropout)),
    );
    const joiners = deepestFirst.map((level) => double(width(level) * 2, width(level)));
    this.ofImage = double(inputChannels, filters);
    this.last = double(filters * 2, filters);
    [...joiners, this.ofImage, this.last].forEach((block, i) => {
      this.child(`two_yellow_layers.${i}`, block);
    });
    this.joiners = joiners;
    this.ups = deepestFirst.map((level, i) =>
      this.child(`up_green_layers.${i}`, twice(width(level), width(level - 1))),
    );
    this.heads = this.child('heads', new Heads(filters, ndim, parameters));
  }

  forward(image: Tensor, pass: Pass): Tensor[] {
    const skips: Tensor[] = [];
    let tokens = this.embed(image, pass);
    this.blocks.forEach((block, i) => {
      tokens = block.forward(tokens, pass);
      if (this.skipAfter.includes(i + 1)) skips.unshift(this.asImage(tokens));
    });
    let x = this.bottleneck.forward(this.asImage(tokens), pass);
    skips.forEach((skip, i) => {
      const enlarged = this.enlargers[i].forward(skip, pass);
      x = this.ups[i].forward(this.joiners[i].forward(tf.concat([x, enlarged], -1), pass), pass);
    });
    const joined = tf.concat([this.ofImage.forward(image, pass), x], -1);
    return this.heads.forward(this.last.forward(joined, pass), pass);
  }

  /** Tokens as the pixels of a small image, the class token left out. */
  private asImage(tokens: Tensor): Tensor {
    return tf.reshape(withoutClassToken(tokens), [tokens.shape[0], ...this.grid, tokens.shape[2] as number]);
  }
}

/** `times` pairs of a doubling and a {@link ConvBlock}. */
function enlarger(
  inputs: number,
  outputs: number,
  times: number,
  twice: (inputs: number, outputs: number) => TransposedConvolution,
  options: BlockOptions,
  dropout: number,
): Sequential {
  const pairs = Array.from({ length: times }, (_, i) => [
    twice(i === 0 ? inputs : outputs, outputs),
    new ConvBlock(outputs, outputs, options, { dropout }),
  ]);
  return new Sequential(pairs.flat());
}

function skipsOf({ layers, skipEvery }: UNETRParameters, levels: number): number[] {
  const every = skipEvery === -1 ? Math.floor(layers / levels) : skipEvery;
  const skips = Array.from({ length: levels - 1 }, (_, i) => (levels - 1 - i) * every);
  if (every < 1 || (skips[0] ?? 0) > layers)
    throw new TensorError(
      `unetr: the decoder takes tokens after every ${every} blocks, ${levels - 1} times, and there are ${layers} blocks. ` +
        'Take -1 to space them evenly, more blocks, or smaller tokens.',
      { where: { key: 'MODEL.UNETR_VIT_HIDD_MULT' } },
    );
  return skips;
}

export const unetr = defineNetwork({
  id: 'unetr',
  summary: 'UNETR (Hatamizadeh et al. 2022), a transformer encoder with a convolutional decoder, 2D and 3D.',
  schema: UNETRParameters,
  fromConfig: (config) => {
    const { MODEL: model } = config;
    // The layer norms of the encoder have an epsilon of their own in BiaPy.
    const { epsilon: _, ...transformer } = transformerFromConfig(config);
    return {
      ...transformer,
      preset: presetFromConfig('MODEL.UNETR_VIT_MODEL', model.UNETR_VIT_MODEL),
      filters: model.UNETR_VIT_NUM_FILTERS,
      skipEvery: model.UNETR_VIT_HIDD_MULT,
      normalization: model.NORMALIZATION,
      activation: model.ACTIVATION.toLowerCase(),
      kernelSize: model.KERNEL_SIZE,
      dropout: dropoutFromConfig(config),
    };
  },
  build: buildUNETR,
});
