/** Super-resolution with the U-Net family: a transposed convolution before the network or on its last feature map. */
import Type from 'typebox';
import type { Config } from '../../core/config/index.js';
import { type Module, Sequential, type Tensor, TransposedConvolution } from '../../core/tensor/index.js';

export const upscalingProperties = {
  upscaling: Type.Optional(
    Type.Array(Type.Integer({ minimum: 1 }), { description: 'Super-resolution factor per spatial axis.' }),
  ),
  upscalingPosition: Type.Union([Type.Literal('pre'), Type.Literal('post')], {
    default: 'pre',
    description: 'Whether the image or the last feature map is enlarged.',
  }),
};

export interface UpscalingParameters {
  upscaling?: number[];
  upscalingPosition: 'pre' | 'post';
}

/** The layer that enlarges at this position; one that does nothing where the network does not enlarge there. */
export function upscalingAt(
  position: 'pre' | 'post',
  channels: number,
  { upscaling, upscalingPosition }: UpscalingParameters,
): Module<Tensor> {
  return upscaling && upscalingPosition === position
    ? new TransposedConvolution(channels, channels, upscaling)
    : new Sequential([]);
}

/** Only the super-resolution workflow enlarges; the others leave PROBLEM.SUPER_RESOLUTION.UPSCALING at ones. */
export function upscalingFromConfig({ PROBLEM: problem, MODEL: model }: Config): {
  upscaling?: number[];
  upscalingPosition?: string;
} {
  if (problem.TYPE !== 'SUPER_RESOLUTION') return {};
  return {
    upscaling: problem.SUPER_RESOLUTION.UPSCALING as number[],
    upscalingPosition: model.UNET_SR_UPSAMPLE_POSITION,
  };
}
