/**
 * Masked autoencoder, K. He et al., Masked Autoencoders Are Scalable Vision Learners, CVPR 2022: the encoder sees some of
 * the tokens, and a small decoder guesses the pixels of the others. Needs no target; what it learns is the encoder.
 */
import Type, { type Static } from 'typebox';
import { TensorError } from '../../core/errors.js';
import {
  allTokens,
  biasUniform,
  fixedMask,
  LayerNormalization,
  Linear,
  type Module,
  normal,
  type Pass,
  pixelUnshuffle,
  randomMask,
  type Slot,
  seenTokens,
  type Tensor,
  type TokenMask,
  type TransformerBlock,
  tf,
  truncatedNormal,
  xavierMatrix,
} from '../../core/tensor/index.js';
import { cube } from './blocks.js';
import {
  dropoutFromConfig,
  dropoutProperty,
  TokenNetwork,
  transformerFromConfig,
  transformerProperties,
  withClassToken,
  withoutClassToken,
} from './blocks-transformer.js';
import { defineNetwork } from './define-network.js';
import { headProperties } from './heads.js';
import { imageProperties } from './levels.js';
import { gridMask, type TokenSets } from './token-grid.js';

export const MAEParameters = Type.Object({
  ...imageProperties,
  ...transformerProperties,
  ...dropoutProperty,
  decoderEmbedDim: Type.Integer({ minimum: 1, default: 512, description: 'Width of a token in the decoder.' }),
  decoderLayers: Type.Integer({ minimum: 1, default: 8, description: 'Transformer blocks of the decoder.' }),
  decoderHeads: Type.Integer({ minimum: 1, default: 16, description: 'Attention heads of the decoder.' }),
  decoderMlpRatio: Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      description: 'As mlpRatio, for the decoder; that of the encoder unless given.',
    }),
  ),
  maskType: Type.Enum(['grid', 'random', 'grid-biapy'], {
    default: 'grid',
    description:
      'Which tokens are hidden: a checkerboard, or others in each step. grid-biapy is what BiaPy does in 3D: of all tokens ' +
      'the encoder sees half, and the loss counts the quarter whose places are all even or all odd.',
  }),
  visibleTokens: Type.Optional(
    Type.Array(Type.Integer({ minimum: 0 }), {
      description:
        'Tokens that the encoder sees with grid-biapy in 3D; the first half of those not counted unless given.',
    }),
  ),
  maskRatio: Type.Number({ minimum: 0, maximum: 1, default: 0.5, description: 'Share of hidden tokens of `random`.' }),
  normalizePixels: Type.Boolean({
    default: false,
    description: 'Guess the pixels of a token with their own mean and deviation taken out.',
  }),
  heads: headProperties.heads,
});
export type MAEParameters = Static<typeof MAEParameters>;

/**
 * Builds the network over channels-last images of one size. Outputs, as in BiaPy:
 *
 * 1. the loss, one number: the mean squared error of each token, averaged over the hidden tokens;
 * 2. guesses `[n, tokens, values]`, for all tokens in raster order; values of a token are ordered (z,) y, x, channel;
 * 3. the mask `[n, tokens]`, 1 where the loss counts.
 *
 * @throws TensorError when images, tokens and attention heads do not fit together, or nothing is hidden or seen.
 */
export function buildMAE(parameters: MAEParameters): Module<Tensor[]> {
  return new MAE(parameters);
}

class MAE extends TokenNetwork {
  readonly norm: LayerNormalization;
  readonly maskToken: Slot;
  readonly decoderPositions: Slot;
  readonly decoderEmbedding: Linear;
  readonly decoderBlocks: TransformerBlock[];
  readonly decoderNorm: LayerNormalization;
  readonly guess: Linear;
  readonly fixed: TokenSets | undefined;

  constructor(readonly parameters: MAEParameters) {
    const { ndim, inputChannels, tokenSize, embedDim, mlpRatio, epsilon, dropout } = parameters;
    const bias = biasUniform([embedDim, inputChannels, ...cube(tokenSize, ndim)]);
    super(
      'mae',
      parameters,
      {
        classToken: normal(0.02),
        positions: truncatedNormal(0.02),
        fixedPositions: true,
        projection: { weight: xavierMatrix, bias },
        dense: 'xavier',
      },
      dropout,
    );
    const { decoderEmbedDim: width, decoderLayers, decoderHeads, decoderMlpRatio = mlpRatio } = parameters;
    this.norm = this.child('norm', new LayerNormalization(embedDim, epsilon));
    this.maskToken = this.parameter('mask_token', [1, 1, width], normal(0.02));
    this.decoderPositions = this.fixedParameter(
      'decoder_pos_embed',
      [1, this.tokens + 1, width],
      truncatedNormal(0.02),
    );
    this.decoderEmbedding = this.child('decoder_embed', new Linear(embedDim, width, { init: 'xavier' }));
    const options = { mlpRatio: decoderMlpRatio, epsilon, dropout, init: 'xavier' } as const;
    this.decoderBlocks = this.stack('decoder_blocks', decoderLayers, width, decoderHeads, options);
    this.decoderNorm = this.child('decoder_norm', new LayerNormalization(width, epsilon));
    const values = tokenSize ** ndim * inputChannels;
    this.guess = this.child('decoder_pred', new Linear(width, values, { init: 'xavier' }));
    this.fixed =
      parameters.maskType === 'random' ? undefined : gridMask(this.grid, parameters.maskType, parameters.visibleTokens);
    const seen = this.fixed ? this.fixed.seen.length : Math.floor(this.tokens * (1 - parameters.maskRatio));
    if (seen === 0 || seen === this.tokens)
      throw new TensorError(
        `mae: of ${this.tokens} tokens ${seen === 0 ? 'none is seen' : 'none is hidden'}, and nothing can be learned. ` +
          'Take another share of hidden tokens, or smaller tokens.',
        { where: { key: this.fixed ? 'MODEL.VIT_TOKEN_SIZE' : 'MODEL.MAE_MASK_RATIO' } },
      );
  }

  forward(image: Tensor, pass: Pass): Tensor[] {
    const mask = this.mask(image.shape[0], pass);
    const guessed = this.decode(this.encode(image, mask.tokens, pass), mask.tokens, pass);
    const wanted = this.wanted(image);
    const errors = tf.mean(tf.squaredDifference(guessed, wanted), -1);
    // As many tokens count in every sample, so the mean of the samples is that of all tokens.
    const loss = tf.mean(tf.div(tf.sum(tf.mul(errors, mask.counted), 1), tf.sum(mask.counted, 1)));
    return [loss, guessed, mask.counted];
  }

  /** What the encoder sees, and `[n, tokens]`, 1 where the loss counts. */
  private mask(samples: number, pass: Pass): { tokens: TokenMask; counted: Tensor } {
    if (!this.fixed) {
      const tokens = randomMask(pass, samples, this.tokens, this.parameters.maskRatio);
      return { tokens, counted: tokens.hidden };
    }
    const { seen, counted } = this.fixed;
    return {
      tokens: fixedMask(samples, this.tokens, seen),
      counted: tf.tile(tf.tensor2d([...counted], [1, this.tokens]), [samples, 1]),
    };
  }

  private encode(image: Tensor, mask: TokenMask, pass: Pass): Tensor {
    const positions = pass.value(this.positions);
    const placed = tf.add(this.cut(image, pass), withoutClassToken(positions));
    const classToken = tf.add(pass.value(this.classToken), tf.slice(positions, [0, 0, 0], [1, 1, -1]));
    const start = this.dropout.forward(withClassToken(classToken, seenTokens(placed, mask)), pass);
    return this.norm.forward(
      this.blocks.reduce((x, block) => block.forward(x, pass), start),
      pass,
    );
  }

  private decode(encoded: Tensor, mask: TokenMask, pass: Pass): Tensor {
    const narrowed = this.decoderEmbedding.forward(encoded, pass);
    const all = allTokens(withoutClassToken(narrowed), mask, pass.value(this.maskToken));
    const joined = tf.concat([tf.slice(narrowed, [0, 0, 0], [-1, 1, -1]), all], 1);
    const placed = tf.add(joined, pass.value(this.decoderPositions));
    const decoded = this.decoderBlocks.reduce((x, block) => block.forward(x, pass), placed);
    // The norm and the layer after it are those of each token, so the class token can go before them.
    return this.guess.forward(this.decoderNorm.forward(withoutClassToken(decoded), pass), pass);
  }

  /** The pixels of each token as the decoder should guess them, `[n, tokens, values]`. */
  private wanted(image: Tensor): Tensor {
    const { ndim, inputChannels, tokenSize, normalizePixels } = this.parameters;
    const pixels = tokenSize ** ndim;
    const values = pixels * inputChannels;
    const shape = [image.shape[0], this.tokens, inputChannels, pixels];
    const byChannel = tf.reshape(pixelUnshuffle(image, cube(tokenSize, ndim)), shape);
    const channelsLast = inputChannels === 1 ? byChannel : tf.transpose(byChannel, [0, 1, 3, 2]);
    const wanted = tf.reshape(channelsLast, [image.shape[0], this.tokens, values]);
    if (!normalizePixels) return wanted;
    const centred = tf.sub(wanted, tf.mean(wanted, -1, true));
    const variance = tf.div(tf.sum(tf.square(centred), -1, true), Math.max(values - 1, 1));
    return tf.mul(centred, tf.rsqrt(tf.add(variance, 1e-6)));
  }
}

export const mae = defineNetwork({
  id: 'mae',
  summary: 'Masked autoencoder (He et al. 2022), which learns from images without targets, 2D and 3D.',
  schema: MAEParameters,
  fromConfig: (config) => {
    const { MODEL: model } = config;
    return {
      ...transformerFromConfig(config),
      dropout: dropoutFromConfig(config),
      decoderEmbedDim: model.MAE_DEC_HIDDEN_SIZE,
      decoderLayers: model.MAE_DEC_NUM_LAYERS,
      decoderHeads: model.MAE_DEC_NUM_HEADS,
      decoderMlpRatio: model.MAE_DEC_MLP_DIMS / model.MAE_DEC_HIDDEN_SIZE,
      maskType: model.MAE_MASK_TYPE,
      maskRatio: model.MAE_MASK_RATIO,
    };
  },
  build: buildMAE,
});
