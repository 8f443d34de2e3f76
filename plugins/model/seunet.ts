/**
 * U-Net with squeeze-and-excitation (J. Hu, L. Shen, G. Sun, CVPR 2018) after every convolution of the encoder and the
 * decoder, as BiaPy defines it. The bottleneck has none.
 */
import Type, { type Static } from 'typebox';
import type { Module, Tensor } from '../../core/tensor/index.js';
import { DoubleConvBlock } from './blocks.js';
import { UpBlock } from './blocks-up.js';
import { defineNetwork } from './define-network.js';
import { EncoderDecoder, encoderDecoderFromConfig, encoderDecoderProperties } from './encoder-decoder.js';
import { anisotropyFromConfig, anisotropyProperties } from './levels.js';

export const SEUNetParameters = Type.Object({ ...encoderDecoderProperties, ...anisotropyProperties });
export type SEUNetParameters = Static<typeof SEUNetParameters>;

/**
 * Builds the network; see {@link EncoderDecoder} for its images and outputs.
 *
 * @throws TensorError when factors, channels or activations do not fit.
 */
export function buildSEUNet(parameters: SEUNetParameters): Module<Tensor[]> {
  return new EncoderDecoder(parameters, {
    name: 'SE-U-Net',
    down: ({ inputs, outputs, options, dropout }) =>
      new DoubleConvBlock(inputs, outputs, options, { dropout, squeezeExcitation: true }),
    bottleneck: ({ inputs, outputs, options, dropout }) => new DoubleConvBlock(inputs, outputs, options, { dropout }),
    up: ({ inputs, outputs, options, dropout }, factors) =>
      new UpBlock(inputs, outputs, factors, options, { dropout, squeezeExcitation: true }),
  });
}

export const seunet = defineNetwork({
  id: 'seunet',
  summary: 'U-Net with squeeze-and-excitation (Hu et al. 2018) as BiaPy builds it, 2D and 3D.',
  schema: SEUNetParameters,
  fromConfig: (config) => ({ ...encoderDecoderFromConfig(config), ...anisotropyFromConfig(config) }),
  build: buildSEUNet,
});
