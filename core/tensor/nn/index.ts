/** Layers to build networks from. */
export { ACTIVATION_NAMES, Activation, type ActivationName, activate } from './activation.js';
export { Convolution, type ConvolutionOptions, TransposedConvolution } from './convolution.js';
export { Dropout } from './dropout.js';
export {
  biasUniform,
  constant,
  type Initialiser,
  kaimingUniform,
  ones,
  uniform,
  xavierUniform,
  zeros,
} from './init.js';
export { interpolateLinear, linearWeights, Upsampling } from './interpolation.js';
export { Module, type NetworkOutput, type Pass, parameterCount, type Slot } from './module.js';
export {
  BatchNormalization,
  GroupNormalization,
  InstanceNormalization,
  LayerNormalization,
  standardise,
} from './normalization.js';
export { MaxPooling } from './pooling.js';
export { Sequential } from './sequential.js';
