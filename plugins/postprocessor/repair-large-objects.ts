/**
 * Joins large objects with the pieces that fell off them (TEST.POST_PROCESSING.REPARE_LARGE_BLOBS_SIZE).
 */
import { map } from 'rxjs';
import { Type } from 'typebox';
import { productOf } from '../../core/image/sample.js';
import { repairLargeObjects } from '../../core/instances/repair-large-objects.js';
import { defineNode } from '../../core/plugin/define.js';
import { labelBytes } from './label-bytes.js';

export const repairLargeObjectsNode = defineNode({
  id: 'postprocessor/repair-large-objects',
  role: 'postprocessor',
  summary: 'Large objects take over the objects that touch them and lie within their bounding box, and their holes.',
  inputs: { main: ['labels'] },
  output: 'labels',
  parameters: Type.Object(
    {
      pixels: Type.Integer({ minimum: 1, description: 'Size from which an object is large.' }),
    },
    { additionalProperties: false },
  ),
  keys: ['TEST.POST_PROCESSING.REPARE_LARGE_BLOBS_SIZE'],
  fromConfig({ TEST: { POST_PROCESSING: settings } }, part) {
    const pixels = settings.REPARE_LARGE_BLOBS_SIZE;
    return part === 'test' && pixels !== -1 ? { pixels } : undefined;
  },
  memory: (_, { shape }) => labelBytes(shape, 3),
  create:
    ({ pixels }, _, place) =>
    ({ main }) =>
      main.pipe(
        map((sample) => {
          const repaired = repairLargeObjects(productOf(sample, 'labels', place.name), pixels);
          return { ...sample, products: { ...sample.products, labels: repaired } };
        }),
      ),
});
