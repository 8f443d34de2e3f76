/**
 * U-Net, O. Ronneberger, P. Fischer, T. Brox, MICCAI 2015, as BiaPy defines it: double convolutions with
 * normalisation and activation, max pooling, transposed convolution or interpolation, `[upsampled, skip]`.
 */
import Type, { type Static } from 'typebox';
import type { Module, Tensor } from '../../core/tensor/index.js';
import { DoubleConvBlock } from './blocks.js';
import { UpBlock } from './blocks-up.js';
import { defineNetwork } from './define-network.js';
import { EncoderDecoder, encoderDecoderFromConfig, encoderDecoderProperties } from './encoder-decoder.js';

export const UNetParameters = Type.Object(encoderDecoderProperties);
export type UNetParameters = Static<typeof UNetParameters>;

/**
 * Builds the network; see {@link EncoderDecoder} for its images and outputs.
 *
 * @throws TensorError when factors, channels or activations do not fit.
 */
export function buildUNet(parameters: UNetParameters): Module<Tensor[]> {
  return new EncoderDecoder(parameters, {
    name: 'U-Net',
    down: ({ inputs, outputs, options, dropout }) => new DoubleConvBlock(inputs, outputs, options, { dropout }),
    bottleneck: ({ inputs, outputs, options, dropout }) => new DoubleConvBlock(inputs, outputs, options, { dropout }),
    up: ({ inputs, outputs, options, dropout }, factors) => new UpBlock(inputs, outputs, factors, options, { dropout }),
  });
}

export const unet = defineNetwork({
  id: 'unet',
  summary: 'U-Net (Ronneberger et al. 2015) as BiaPy builds it, 2D and 3D.',
  schema: UNetParameters,
  fromConfig: encoderDecoderFromConfig,
  build: buildUNet,
});
