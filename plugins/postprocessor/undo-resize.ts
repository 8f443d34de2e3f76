/**
 * Brings predictions back to the size that images had before DATA.PREPROCESS.RESIZE.
 */
import { map } from 'rxjs';
import { Type } from 'typebox';
import { type Image, sizeOf, spatialShape } from '../../core/image/image.js';
import { resized } from '../../core/image/resized.js';
import { productOf, type Sample } from '../../core/image/sample.js';
import { VOLUME_SHARES } from '../../core/image/volume-shares.js';
import type { SplineOrder } from '../../core/nd/spline.js';
import { defineNode } from '../../core/plugin/define.js';
import { services } from '../../core/plugin/services.js';

const ORDERS = [0, 1, 2, 3, 4, 5] as const;
const BORDERS = ['constant', 'edge', 'symmetric', 'reflect', 'wrap'] as const;

export const undoResize = defineNode({
  id: 'postprocessor/undo-resize',
  role: 'postprocessor',
  summary: 'Brings predictions and targets back to the size that the image had before it was resized.',
  inputs: { main: ['channels'] },
  output: 'same',
  parameters: Type.Object(
    {
      product: Type.String({ default: 'channels', description: 'Prediction to bring back.' }),
      order: Type.Enum(ORDERS, { default: 1, description: 'Of the interpolation, as in preprocessor/resize.' }),
      border: Type.Enum(BORDERS, { default: 'reflect', description: 'What lies outside the image.' }),
      fill: Type.Number({ default: 0, description: 'Value outside with the border constant.' }),
      clip: Type.Boolean({ default: true, description: 'Keep to the range of the prediction.' }),
      antiAliasing: Type.Boolean({ default: false, description: 'Blur before shrinking.' }),
      imageTargets: Type.Boolean({ default: false, description: 'Targets are images, not masks.' }),
      labels: Type.Array(Type.String(), {
        default: [],
        description: 'Products of labels that are brought back too, where they are there.',
      }),
    },
    { additionalProperties: false },
  ),
  reshape: (_, shape, loaded) => [...loaded.slice(0, -1), shape[shape.length - 1]],
  // The prediction, the image and the target, in the size of the file (which has at least a byte a pixel), and one of them
  // in double precision.
  memory: (_, { shape, bytes }) => 3 * Float64Array.BYTES_PER_ELEMENT * (sizeOf(shape) + bytes),
  needs: { memory: services.memory },
  create:
    ({ product, imageTargets, labels, ...options }, { memory }, place) =>
    ({ main }) =>
      main.pipe(
        map((sample): Sample => {
          const size = sample.facts.sizeBefore as number[] | undefined;
          if (!size) return sample;
          const now = spatialShape(sample.image);
          const back = (picture: Image, order: SplineOrder) => {
            const sides = spatialShape(picture).map((side, axis) => Math.round((side / now[axis]) * size[axis]));
            return resized(picture, sides, { ...options, order }, (memory.budget * VOLUME_SHARES.surroundings) / 4);
          };
          const { target, products } = sample;
          const kept = labels.filter((name) => products[name]).map((name) => [name, back(products[name], 0)]);
          return {
            ...sample,
            image: back(sample.image, options.order),
            ...(target && { target: back(target, imageTargets ? options.order : 0) }),
            products: {
              ...products,
              ...Object.fromEntries(kept),
              [product]: back(productOf(sample, product, place.name), options.order),
            },
          };
        }),
      ),
});
