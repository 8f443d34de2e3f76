/** Resampling of images. */
import { channelsFirst } from '../layout.js';
import type { Attributes, KernelRule, KernelRules } from './rule.js';

function coordinates(attributes: Attributes): string {
  if (attributes.alignCorners) return 'align_corners';
  return attributes.halfPixelCenters ? 'half_pixel' : 'asymmetric';
}

function resize(mode: 'linear' | 'nearest'): KernelRule {
  return {
    infer: ({ images }, { size }) => [
      { shape: [images.shape[0], ...(size as number[]), images.shape[images.shape.length - 1]], dtype: 'float32' },
    ],
    lower(emitter, { images }, attributes, [output]) {
      const order = channelsFirst(images.shape.length);
      const target = emitter.ints(order.map((axis) => output.shape[axis]));
      const [name] = emitter.node('Resize', [emitter.full(images, order), '', '', target], {
        mode,
        coordinate_transformation_mode: coordinates(attributes),
        ...(mode === 'nearest'
          ? { nearest_mode: attributes.alignCorners || attributes.halfPixelCenters ? 'round_prefer_ceil' : 'floor' }
          : {}),
      });
      return [emitter.stored(name, output.shape, order)];
    },
  };
}

export const resizeRules: KernelRules = {
  ResizeBilinear: resize('linear'),
  ResizeNearestNeighbor: resize('nearest'),
};
