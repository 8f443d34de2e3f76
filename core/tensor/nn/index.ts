/** Layers to build networks from. */

export { cubicWeights, linearWeights, nearestWeights } from '../resample/weights.js';
export { ACTIVATION_NAMES, Activation, type ActivationName, activate } from './activation.js';
export {
  attend,
  Mlp,
  MultiHeadAttention,
  TransformerBlock,
  type TransformerBlockOptions,
} from './attention.js';
export { BatchNormalization } from './batch-normalization.js';
export { Convolution, type ConvolutionOptions, convolution } from './convolution.js';
export { ChannelDropout, Dropout, DropPath } from './dropout.js';
export { Embedding, PatchEmbedding, sinCosPositions } from './embedding.js';
export {
  biasUniform,
  constant,
  heNormal,
  heUniform,
  type Initialiser,
  kaimingUniform,
  normal,
  ones,
  orthogonal,
  type Start,
  truncatedNormal,
  uniform,
  xavierMatrix,
  xavierNormal,
  xavierUniform,
  zeros,
} from './init.js';
export {
  type InterpolationMode,
  type InterpolationOptions,
  interpolate,
  interpolateLinear,
  Upsampling,
} from './interpolation.js';
export { Linear } from './linear.js';
export { allTokens, fixedMask, randomMask, seenTokens, type TokenMask } from './masking.js';
export { Module, type NetworkOutput, type Pass, parameterCount, type Slot } from './module.js';
export {
  GroupNormalization,
  InstanceNormalization,
  LayerNormalization,
  standardise,
} from './normalization.js';
export { PixelShuffle, PixelUnshuffle, pixelShuffle, pixelUnshuffle } from './pixel-shuffle.js';
export { AveragePooling, GlobalPooling, MaxPooling, type PoolingOptions } from './pooling.js';
export { GlobalResponseNormalization } from './response-normalization.js';
export { Sequential } from './sequential.js';
export { TransposedConvolution, type TransposedConvolutionOptions } from './transposed-convolution.js';
