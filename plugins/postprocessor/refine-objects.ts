/**
 * Refines objects step by step (TEST.POST_PROCESSING.INSTANCE_REFINEMENT).
 */
import { map } from 'rxjs';
import { Type } from 'typebox';
import { productOf } from '../../core/image/sample.js';
import { type RefinementStep, refineObjects } from '../../core/instances/refine-objects.js';
import { defineNode } from '../../core/plugin/define.js';
import { labelBytes } from './label-bytes.js';

const Step = Type.Object(
  {
    operation: Type.Enum([
      'dilation',
      'erosion',
      'fill_holes',
      'clear_border',
      'remove_small_objects',
      'remove_big_objects',
    ] as const),
    size: Type.Optional(
      Type.Union([Type.Integer({ minimum: 1 }), Type.Array(Type.Integer({ minimum: 1 }))], {
        description: 'dilation, erosion: one side in pixels, or one for each axis.',
      }),
    ),
    pixels: Type.Optional(
      Type.Integer({
        minimum: 1,
        description: 'remove_small_objects, remove_big_objects: the most, or the least, that is removed.',
      }),
    ),
  },
  { additionalProperties: false },
);

export const refineObjectsNode = defineNode({
  id: 'postprocessor/refine-objects',
  role: 'postprocessor',
  summary: 'Refines objects: holes, borders, sizes, dilation and erosion, in the order given.',
  inputs: { main: ['labels'] },
  output: 'labels',
  parameters: Type.Object({ steps: Type.Array(Step, { default: [] }) }, { additionalProperties: false }),
  keys: ['TEST.POST_PROCESSING.INSTANCE_REFINEMENT.ENABLE'],
  fromConfig({ TEST: { POST_PROCESSING: settings } }, part) {
    const { ENABLE, OPERATIONS, VALUES } = settings.INSTANCE_REFINEMENT;
    if (part !== 'test' || !ENABLE) return undefined;
    return {
      steps: (OPERATIONS as RefinementStep['operation'][]).map((operation, i) => {
        const value = VALUES[i] as number | number[];
        if (operation === 'dilation' || operation === 'erosion') return { operation, size: value };
        return operation.startsWith('remove') ? { operation, pixels: value as number } : { operation };
      }),
    };
  },
  memory: (_, { shape }) => labelBytes(shape, 3),
  create:
    ({ steps }, _, place) =>
    ({ main }) =>
      main.pipe(
        map((sample) => {
          const refined = refineObjects(productOf(sample, 'labels', place.name), steps as RefinementStep[]);
          return { ...sample, products: { ...sample.products, labels: refined } };
        }),
      ),
});
