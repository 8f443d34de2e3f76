/**
 * Residual U-Net, Z. Zhang, Q. Liu, Y. Wang, IEEE Geoscience and Remote Sensing Letters 2018, as BiaPy defines it:
 * residual blocks with activation first in place of double convolutions.
 */
import Type, { type Static } from 'typebox';
import type { Module, Tensor } from '../../core/tensor/index.js';
import { ResConvBlock, ResUpBlock } from './blocks-residual.js';
import { defineNetwork } from './define-network.js';
import { EncoderDecoder, encoderDecoderFromConfig, encoderDecoderProperties } from './encoder-decoder.js';
import { anisotropyFromConfig, anisotropyProperties } from './levels.js';

export const ResUNetParameters = Type.Object({ ...encoderDecoderProperties, ...anisotropyProperties });
export type ResUNetParameters = Static<typeof ResUNetParameters>;

/**
 * Builds the network; see {@link EncoderDecoder} for its images and outputs.
 *
 * @throws TensorError when factors, channels or activations do not fit.
 */
export function buildResUNet(parameters: ResUNetParameters): Module<Tensor[]> {
  return new EncoderDecoder(parameters, {
    name: 'ResUNet',
    down: ({ inputs, outputs, options, dropout, level }) =>
      new ResConvBlock(inputs, outputs, options, { dropout, first: level === 0 }),
    bottleneck: ({ inputs, outputs, options, dropout }) => new ResConvBlock(inputs, outputs, options, { dropout }),
    up: ({ inputs, outputs, options, dropout }, factors) =>
      new ResUpBlock(inputs, outputs, outputs, factors, options, { dropout }),
  });
}

export const resunet = defineNetwork({
  id: 'resunet',
  summary: 'Residual U-Net (Zhang et al. 2018) as BiaPy builds it, 2D and 3D.',
  schema: ResUNetParameters,
  fromConfig: (config) => ({ ...encoderDecoderFromConfig(config), ...anisotropyFromConfig(config) }),
  build: buildResUNet,
});
