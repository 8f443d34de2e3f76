/** Resampling of images. */
import { channelsFirst } from '../layout.js';
import { RESAMPLE, type Resampling } from '../resample/resample.js';
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

/** In 2D and 3D; ONNX's linear interpolation repeats the edges as PyTorch's does. */
const resampling: KernelRule = {
  infer: ({ images }, attributes) => {
    const { size } = attributes as unknown as Resampling;
    return [{ shape: [images.shape[0], ...size, images.shape[images.shape.length - 1]], dtype: 'float32' }];
  },
  lower: (emitter, inputs, attributes, outputs) =>
    resize('linear').lower(
      emitter,
      inputs,
      { size: attributes.size, alignCorners: attributes.alignCorners, halfPixelCenters: !attributes.alignCorners },
      outputs,
    ),
};

export const resizeRules: KernelRules = {
  [RESAMPLE]: resampling,
  ResizeBilinear: resize('linear'),
  ResizeNearestNeighbor: resize('nearest'),
};
