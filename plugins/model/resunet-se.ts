/**
 * Residual U-Net with squeeze-and-excitation of every residual sum, as BiaPy defines it after K. Lee et al., Superhuman
 * Accuracy on the SNEMI3D Connectomics Challenge, 2017: a convolution leads each residual block.
 */
import Type, { type Static } from 'typebox';
import type { Module, Tensor } from '../../core/tensor/index.js';
import { ResConvBlock, ResUpBlock } from './blocks-residual.js';
import { defineNetwork } from './define-network.js';
import { EncoderDecoder, encoderDecoderFromConfig, encoderDecoderProperties } from './encoder-decoder.js';
import { anisotropyFromConfig, anisotropyProperties } from './levels.js';

export const ResUNetSEParameters = Type.Object({
  ...encoderDecoderProperties,
  ...anisotropyProperties,
  extraConv: Type.Boolean({
    default: true,
    description: 'A convolution before each residual block, whose shortcut then is the identity.',
  }),
});
export type ResUNetSEParameters = Static<typeof ResUNetSEParameters>;

/**
 * Builds the network; see {@link EncoderDecoder} for its images and outputs.
 *
 * @throws TensorError when factors, channels or activations do not fit.
 */
export function buildResUNetSE(parameters: ResUNetSEParameters): Module<Tensor[]> {
  const residual = { extraConv: parameters.extraConv, squeezeExcitation: true };
  return new EncoderDecoder(parameters, {
    name: 'SE-ResUNet',
    down: ({ inputs, outputs, options, dropout, level }) =>
      new ResConvBlock(inputs, outputs, options, { ...residual, dropout, first: level === 0 }),
    bottleneck: ({ inputs, outputs, options, dropout }) =>
      new ResConvBlock(inputs, outputs, options, { ...residual, dropout }),
    up: ({ inputs, outputs, options, dropout }, factors) =>
      new ResUpBlock(inputs, outputs, outputs, factors, options, { ...residual, dropout }),
  });
}

export const resunetSE = defineNetwork({
  id: 'resunet_se',
  summary: 'Residual U-Net with squeeze-and-excitation (Lee et al. 2017) as BiaPy builds it, 2D and 3D.',
  schema: ResUNetSEParameters,
  fromConfig: (config) => ({ ...encoderDecoderFromConfig(config), ...anisotropyFromConfig(config) }),
  build: buildResUNetSE,
});
