/** U-NeXt: a U-Net of ConvNeXt blocks (Z. Liu et al., A ConvNet for the 2020s, CVPR 2022), as BiaPy defines it. */
import Type, { type Static } from 'typebox';
import type { Module, Tensor } from '../../core/tensor/index.js';
import {
  ConvNeXtEncoderDecoder,
  convNeXtDivisors,
  convNeXtFromConfig,
  convNeXtProperties,
} from './convnext-encoder-decoder.js';
import { defineNetwork } from './define-network.js';

export const UNeXtV1Parameters = Type.Object({
  ...convNeXtProperties,
  layerScale: Type.Number({
    minimum: 0,
    default: 1e-6,
    description: 'Starting value of the factor per channel at the end of each block; 0 for none.',
  }),
});
export type UNeXtV1Parameters = Static<typeof UNeXtV1Parameters>;

/**
 * Builds the network; see {@link ConvNeXtEncoderDecoder} for its images and outputs.
 *
 * @throws TensorError when the lists do not fit the levels, or an activation is not known.
 */
export function buildUNeXtV1(parameters: UNeXtV1Parameters): Module<Tensor[]> {
  return new ConvNeXtEncoderDecoder('U-NeXt', parameters, { version: 1, layerScale: parameters.layerScale });
}

export const unextV1 = defineNetwork({
  id: 'unext_v1',
  summary: 'U-NeXt: a U-Net of ConvNeXt blocks (Liu et al. 2022) as BiaPy builds it, 2D and 3D.',
  schema: UNeXtV1Parameters,
  fromConfig: (config) => ({ ...convNeXtFromConfig(config), layerScale: config.MODEL.CONVNEXT_LAYER_SCALE }),
  divisors: convNeXtDivisors,
  build: buildUNeXtV1,
});
