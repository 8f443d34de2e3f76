/**
 * Attention U-Net, O. Oktay et al., MIDL 2018, as BiaPy defines it: a U-Net with a gate on every skip connection.
 */
import Type, { type Static } from 'typebox';
import { TensorError } from '../../core/errors.js';
import type { Module, Tensor } from '../../core/tensor/index.js';
import { DoubleConvBlock } from './blocks.js';
import { UpBlock } from './blocks-up.js';
import { defineNetwork } from './define-network.js';
import { EncoderDecoder, encoderDecoderFromConfig, encoderDecoderProperties } from './encoder-decoder.js';

export const AttentionUNetParameters = Type.Object(encoderDecoderProperties);
export type AttentionUNetParameters = Static<typeof AttentionUNetParameters>;

/**
 * Builds the network; see {@link EncoderDecoder} for its images and outputs.
 *
 * @throws TensorError as {@link EncoderDecoder}, and for `gn`.
 */
export function buildAttentionUNet(parameters: AttentionUNetParameters): Module<Tensor[]> {
  if (parameters.normalization === 'gn')
    throw new TensorError(
      'Attention U-Net: a gate normalises a single channel, which group normalisation cannot. Take bn or in.',
      { where: { key: 'MODEL.NORMALIZATION' } },
    );
  return new EncoderDecoder(parameters, {
    name: 'Attention U-Net',
    down: ({ inputs, outputs, options, dropout }) => new DoubleConvBlock(inputs, outputs, options, { dropout }),
    bottleneck: ({ inputs, outputs, options, dropout }) => new DoubleConvBlock(inputs, outputs, options, { dropout }),
    up: ({ inputs, outputs, options, dropout }, factors) =>
      new UpBlock(inputs, outputs, factors, options, { dropout, attentionGate: true }),
  });
}

export const attentionUNet = defineNetwork({
  id: 'attention_unet',
  summary: 'Attention U-Net (Oktay et al. 2018) as BiaPy builds it, 2D and 3D.',
  schema: AttentionUNetParameters,
  fromConfig: encoderDecoderFromConfig,
  build: buildAttentionUNet,
});
