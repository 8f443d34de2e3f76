/**
 * Brings predictions back to the grid that images had before DATA.PREPROCESS.ZOOM.
 */
import { map } from 'rxjs';
import { Type } from 'typebox';
import { type Image, sizeOf, spatialShape } from '../../core/image/image.js';
import { productOf, type Sample } from '../../core/image/sample.js';
import { ZOOMED_FROM, zoomed } from '../../core/image/zoomed.js';
import { defineNode } from '../../core/plugin/define.js';

export const undoZoom = defineNode({
  id: 'postprocessor/undo-zoom',
  role: 'postprocessor',
  summary: 'Brings predictions and targets back to the grid that the image had before it was zoomed.',
  inputs: { main: ['channels'] },
  output: 'same',
  parameters: Type.Object(
    {
      product: Type.String({ default: 'channels', description: 'Prediction to bring back.' }),
      labels: Type.Array(Type.String(), {
        default: [],
        description: 'Products of labels that are brought back too, where they are there.',
      }),
      keep: Type.String({
        default: '',
        description: 'Product in which the prediction stays as it was; empty for none.',
      }),
    },
    { additionalProperties: false },
  ),
  reshape: (_, shape, loaded) => [...loaded.slice(0, -1), shape[shape.length - 1]],
  // The prediction, the image and the target, in the size of the file (which has at least a byte a pixel).
  memory: (_, { shape, bytes }) => Float32Array.BYTES_PER_ELEMENT * (3 * bytes + sizeOf(shape)),
  create:
    ({ product, labels, keep }, _, place) =>
    ({ main }) =>
      main.pipe(
        map((sample): Sample => {
          const size = sample.facts[ZOOMED_FROM] as number[] | undefined;
          if (!size) return sample;
          const now = spatialShape(sample.image);
          // Predictions and targets of a super-resolution have several pixels along one of the image.
          const back = (picture: Image) =>
            zoomed(
              picture,
              spatialShape(picture).map((side, axis) => Math.round((side / now[axis]) * size[axis])),
            );
          const { target, products } = sample;
          const prediction = productOf(sample, product, place.name);
          const kept = labels.filter((name) => products[name]).map((name) => [name, back(products[name])]);
          return {
            ...sample,
            image: back(sample.image),
            ...(target && { target: back(target) }),
            products: {
              ...products,
              ...Object.fromEntries(kept),
              ...(keep && { [keep]: prediction }),
              [product]: back(prediction),
            },
          };
        }),
      ),
});
