/** Networks that are made for images of one size. */
import Type from 'typebox';
import type { Config } from '../../core/config/index.js';
import { TensorError } from '../../core/errors.js';
import type { Tensor } from '../../core/tensor/index.js';

export const imageSizeProperty = {
  imageSize: Type.Array(Type.Integer({ minimum: 1 }), {
    minItems: 2,
    maxItems: 3,
    description: 'Sides of the images that the network is made for, [y, x] or [z, y, x].',
  }),
};

/** {@link imageSizeProperty} from the patch. */
export function imageSizeFromConfig({ DATA: data }: Config): number[] {
  return (data.PATCH_SIZE as number[]).slice(0, -1);
}

const where = { where: { key: 'DATA.PATCH_SIZE' } };

/** @throws TensorError when there is not one side per axis. */
export function checkImageSize(network: string, imageSize: readonly number[], ndim: number): void {
  if (imageSize.length !== ndim)
    throw new TensorError(
      `${network}: imageSize has ${imageSize.length} sides (${imageSize.join('×')}), and images have ${ndim} axes. Give one side per axis.`,
      where,
    );
}

/** @throws TensorError when an image has another size than the network is made for. */
export function requireImageSize(network: string, imageSize: readonly number[], x: Tensor): void {
  const space = x.shape.slice(1, -1);
  if (space.join() !== imageSize.join())
    throw new TensorError(
      `${network} is made for images of ${imageSize.join('×')} and got one of ${space.join('×')}. ` +
        'Cut patches of that size, or build and train it for the other size.',
      where,
    );
}
