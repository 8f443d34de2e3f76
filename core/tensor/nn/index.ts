/** Layers to build networks from. */
export { ACTIVATION_NAMES, Activation, type ActivationName, activate } from './activation.js';
export { Convolution, type ConvolutionOptions } from './convolution.js';
export { ChannelDropout, Dropout, DropPath } from './dropout.js';
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
export { interpolateLinear, linearWeights, Upsampling } from './interpolation.js';
export { Linear } from './linear.js';
export { Module, type NetworkOutput, type Pass, parameterCount, type Slot } from './module.js';
export {
  BatchNormalization,
  GroupNormalization,
  InstanceNormalization,
  LayerNormalization,
  standardise,
} from './normalization.js';
export { AveragePooling, GlobalPooling, MaxPooling, type PoolingOptions } from './pooling.js';
export { Sequential } from './sequential.js';
export { TransposedConvolution, type TransposedConvolutionOptions } from './transposed-convolution.js';
