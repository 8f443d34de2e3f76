/**
 * Enlarging by sub-pixel convolution, W. Shi et al., CVPR 2016: a convolution makes the pixels of the larger image as
 * channels of the smaller one.
 */
import Type from 'typebox';
import type { Config } from '../../core/config/index.js';
import { TensorError } from '../../core/errors.js';
import { Convolution } from '../../core/tensor/index.js';
import { cube } from './blocks.js';

export const enlargingProperties = {
  upscaling: Type.Optional(
    Type.Array(Type.Integer({ minimum: 1 }), {
      minItems: 2,
      maxItems: 3,
      description: 'How much larger the result is, per spatial axis; ones unless given.',
    }),
  ),
};

/** Only the super-resolution workflow enlarges; in the others such networks keep the size. */
export function enlargingFromConfig({ PROBLEM: problem }: Config): { upscaling?: number[] } {
  return problem.TYPE === 'SUPER_RESOLUTION' ? { upscaling: problem.SUPER_RESOLUTION.UPSCALING as number[] } : {};
}

/** A factor per axis. @throws TensorError when there are not as many as axes. */
export function enlargingFactors(network: string, ndim: number, upscaling?: readonly number[]): number[] {
  const factors = upscaling ?? cube(1, ndim);
  if (factors.length === ndim) return [...factors];
  throw new TensorError(
    `${network}: upscaling has ${factors.length} factors (${factors.join(', ')}), and images have ${ndim} axes. Give one per axis.`,
    { where: { key: 'PROBLEM.SUPER_RESOLUTION.UPSCALING' } },
  );
}

/** @throws TensorError for volumes, which the network is not defined for. */
export function requirePlanes(network: string, ndim: number, advice: string): void {
  if (ndim === 3) throw new TensorError(`${network} is 2D. ${advice}`, { where: { key: 'MODEL.ARCHITECTURE' } });
}

/**
 * The convolution of side 3 that makes as many channels as the larger image has pixels for one; a pixel shuffle by the
 * same factors follows it.
 */
export function subPixelConvolution(channels: number, factors: readonly number[]): Convolution {
  const pixels = factors.reduce((product, factor) => product * factor, 1);
  return new Convolution(channels, channels * pixels, { kernel: cube(3, factors.length) });
}
