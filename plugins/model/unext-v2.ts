/** U-NeXt V2: a U-Net of ConvNeXt V2 blocks (S. Woo et al., CVPR 2023), as BiaPy defines it. */
import Type, { type Static } from 'typebox';
import type { Module, Tensor } from '../../core/tensor/index.js';
import {
  ConvNeXtEncoderDecoder,
  convNeXtDivisors,
  convNeXtFromConfig,
  convNeXtProperties,
} from './convnext-encoder-decoder.js';
import { defineNetwork } from './define-network.js';

export const UNeXtV2Parameters = Type.Object(convNeXtProperties);
export type UNeXtV2Parameters = Static<typeof UNeXtV2Parameters>;

/**
 * Builds the network; see {@link ConvNeXtEncoderDecoder} for its images and outputs.
 *
 * @throws TensorError when the lists do not fit the levels, or an activation is not known.
 */
export function buildUNeXtV2(parameters: UNeXtV2Parameters): Module<Tensor[]> {
  return new ConvNeXtEncoderDecoder('U-NeXt V2', parameters, { version: 2, layerScale: 0 });
}

export const unextV2 = defineNetwork({
  id: 'unext_v2',
  summary: 'U-NeXt V2: a U-Net of ConvNeXt V2 blocks (Woo et al. 2023) as BiaPy builds it, 2D and 3D.',
  schema: UNeXtV2Parameters,
  fromConfig: convNeXtFromConfig,
  divisors: convNeXtDivisors,
  build: buildUNeXtV2,
});
