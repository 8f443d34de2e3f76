/** What networks over tokens share: the image cut into tokens, their places, and a stack of transformer blocks. */
import Type, { type Static } from 'typebox';
import type { Config } from '../../core/config/index.js';
import { ConfigError, TensorError } from '../../core/errors.js';
import {
  Dropout,
  type Initialiser,
  Module,
  type Pass,
  PatchEmbedding,
  type Slot,
  type Start,
  type Tensor,
  TransformerBlock,
  type TransformerBlockOptions,
  tf,
} from '../../core/tensor/index.js';
import { cube } from './blocks.js';
import { checkImageSize, imageSizeFromConfig, imageSizeProperty, requireImageSize } from './image-size.js';
import { imageProperties } from './levels.js';

/** Sizes of the networks of A. Dosovitskiy et al., ICLR 2021. */
const PRESETS = {
  vit_base_patch16: { tokenSize: 16, embedDim: 768, layers: 12, attentionHeads: 12, mlpRatio: 4 },
  vit_large_patch16: { tokenSize: 16, embedDim: 1024, layers: 24, attentionHeads: 16, mlpRatio: 4 },
  vit_huge_patch14: { tokenSize: 14, embedDim: 1280, layers: 32, attentionHeads: 16, mlpRatio: 4 },
};

export type PresetName = 'custom' | keyof typeof PRESETS;

export const transformerProperties = {
  ...imageSizeProperty,
  tokenSize: Type.Integer({ minimum: 1, default: 16, description: 'Side of a token in pixels.' }),
  embedDim: Type.Integer({ minimum: 1, default: 768, description: 'Width of a token.' }),
  layers: Type.Integer({ minimum: 1, default: 12, description: 'Transformer blocks.' }),
  attentionHeads: Type.Integer({ minimum: 1, default: 12, description: 'Attention heads; must divide the width.' }),
  mlpRatio: Type.Number({
    exclusiveMinimum: 0,
    default: 4,
    description: 'Width of the hidden layer of a block beside that of a token.',
  }),
  epsilon: Type.Number({ exclusiveMinimum: 0, default: 1e-6, description: 'Epsilon of the layer norms.' }),
};

export const presetProperty = {
  preset: Type.Enum(['custom', ...(Object.keys(PRESETS) as (keyof typeof PRESETS)[])], {
    default: 'custom',
    description: 'Sizes of a published network, which go before tokenSize, embedDim, layers, attentionHeads, mlpRatio.',
  }),
};

export const dropoutProperty = {
  dropout: Type.Number({ minimum: 0, exclusiveMaximum: 1, default: 0, description: 'Dropout probability.' }),
};

const TransformerParameters = Type.Object({ ...imageProperties, ...transformerProperties });
export type TransformerParameters = Static<typeof TransformerParameters>;

/** The parameters with the sizes of their preset. */
export function withPreset<P extends TransformerParameters & { preset: PresetName }>(parameters: P): P {
  return parameters.preset === 'custom' ? parameters : { ...parameters, ...PRESETS[parameters.preset] };
}

/** {@link transformerProperties} from the MODEL section. */
export function transformerFromConfig(config: Config) {
  const { MODEL: model } = config;
  return {
    imageSize: imageSizeFromConfig(config),
    tokenSize: model.VIT_TOKEN_SIZE,
    embedDim: model.VIT_EMBED_DIM,
    layers: model.VIT_NUM_LAYERS,
    attentionHeads: model.VIT_NUM_HEADS,
    mlpRatio: model.VIT_MLP_RATIO,
    epsilon: model.VIT_NORM_EPS,
  };
}

/**
 * {@link presetProperty} from its key.
 *
 * @throws ConfigError for the pretrained encoders of others, whose weights and layers Biagraph does not have.
 */
export function presetFromConfig(key: 'MODEL.VIT_MODEL' | 'MODEL.UNETR_VIT_MODEL', written: string): PresetName {
  if (written === 'custom' || written in PRESETS) return written as PresetName;
  const advice = `Available: custom, ${Object.keys(PRESETS).join(', ')}.`;
  throw new ConfigError([
    { severity: 'error', key, message: `the encoder '${written}' is not available in this version.`, advice },
  ]);
}

/** Transformers take one dropout probability, the first of the list. */
export function dropoutFromConfig({ MODEL: model }: Config): number {
  return (model.DROPOUT_VALUES as number[])[0] ?? 0;
}

/** How the parts of a network over tokens start. */
export interface TokenStarts {
  classToken: Initialiser;
  positions: Initialiser;
  /** Positions keep their start. */
  fixedPositions?: boolean;
  projection: Start;
  dense: Start;
}

/**
 * Base of networks over tokens: `patch_embed.proj`, `cls_token`, `pos_embed` and `blocks.<i>`.
 *
 * Dropout is where the paper has it: after the positions are added, and after every dense layer but the joint projection.
 */
export abstract class TokenNetwork extends Module<Tensor[]> {
  /** Tokens per axis. */
  readonly grid: number[];
  readonly tokens: number;
  readonly classToken: Slot;
  readonly positions: Slot;
  readonly patchEmbedding: PatchEmbedding;
  readonly dropout: Dropout;
  readonly blocks: TransformerBlock[];

  /** @throws TensorError when images cannot be cut into tokens, or tokens into heads. */
  constructor(
    readonly network: string,
    readonly transformer: TransformerParameters,
    starts: TokenStarts,
    dropout = 0,
  ) {
    super();
    const { ndim, inputChannels, imageSize, tokenSize, embedDim, layers } = transformer;
    checkImageSize(network, imageSize, ndim);
    this.grid = imageSize.map((side) => tokensAlong(network, side, tokenSize));
    this.tokens = this.grid.reduce((product, side) => product * side, 1);
    this.classToken = this.parameter('cls_token', [1, 1, embedDim], starts.classToken);
    const places = [1, this.tokens + 1, embedDim];
    this.positions = starts.fixedPositions
      ? this.fixedParameter('pos_embed', places, starts.positions)
      : this.parameter('pos_embed', places, starts.positions);
    this.patchEmbedding = this.child(
      'patch_embed',
      new PatchEmbedding(inputChannels, embedDim, cube(tokenSize, ndim), { init: starts.projection }),
    );
    this.dropout = new Dropout(dropout);
    const { mlpRatio, epsilon } = transformer;
    const options = { mlpRatio, epsilon, dropout, init: starts.dense };
    this.blocks = this.stack('blocks', layers, embedDim, transformer.attentionHeads, options);
  }

  /** Transformer blocks, one after the other. @throws TensorError when tokens cannot be cut into heads. */
  protected stack(
    name: string,
    count: number,
    width: number,
    heads: number,
    options: TransformerBlockOptions,
  ): TransformerBlock[] {
    if (width % heads !== 0)
      throw new TensorError(
        `${this.network}: tokens of width ${width} cannot be cut into ${heads} equal attention heads. Take a multiple.`,
        { where: { key: 'MODEL.VIT_NUM_HEADS' } },
      );
    return Array.from({ length: count }, (_, i) =>
      this.child(`${name}.${i}`, new TransformerBlock(width, heads, options)),
    );
  }

  /** The image as tokens without places, `[n, tokens, width]`. @throws TensorError for an image of another size. */
  protected cut(image: Tensor, pass: Pass): Tensor {
    requireImageSize(this.network, this.transformer.imageSize, image);
    return this.patchEmbedding.forward(image, pass);
  }

  /** Class token and tokens at their places, `[n, 1 + tokens, width]`. */
  protected embed(image: Tensor, pass: Pass): Tensor {
    const joined = withClassToken(pass.value(this.classToken), this.cut(image, pass));
    return this.dropout.forward(tf.add(joined, pass.value(this.positions)), pass);
  }
}

/** The class token `[1, 1, width]` before the tokens of every sample. */
export function withClassToken(classToken: Tensor, tokens: Tensor): Tensor {
  return tf.concat([tf.tile(classToken, [tokens.shape[0], 1, 1]), tokens], 1);
}

/** Without the class token. */
export function withoutClassToken(x: Tensor): Tensor {
  return tf.slice(x, [0, 1, 0], [-1, (x.shape[1] as number) - 1, -1]);
}

function tokensAlong(network: string, side: number, tokenSize: number): number {
  if (side % tokenSize === 0) return side / tokenSize;
  const near = Math.max(1, Math.round(side / tokenSize)) * tokenSize;
  throw new TensorError(
    `${network}: a side of ${side} pixels cannot be cut into tokens of ${tokenSize}. ` +
      `Take a side of ${near}, or other tokens (MODEL.VIT_TOKEN_SIZE).`,
    { where: { key: 'DATA.PATCH_SIZE' } },
  );
}
