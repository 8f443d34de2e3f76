/**
 * Measures objects, and removes those that meet conditions (TEST.POST_PROCESSING.MEASURE_PROPERTIES).
 */
import { map } from 'rxjs';
import { Type } from 'typebox';
import type { Config } from '../../core/config/index.js';
import { productOf } from '../../core/image/sample.js';
import { voxelSizeOf } from '../../core/image/voxel-size.js';
import {
  commonMeasures,
  judge,
  type MeasureCondition,
  measureOf,
  removeJudged,
} from '../../core/instances/filter-objects.js';
import { OBJECTS } from '../../core/instances/object-table.js';
import { flatMeasures, measureRegions } from '../../core/nd/region-properties.js';
import { defineNode } from '../../core/plugin/define.js';
import { labelBytes } from './label-bytes.js';

const Condition = Type.Object(
  {
    property: Type.String({ description: 'Measure; area is the volume and perimeter the surface in a volume.' }),
    sign: Type.Enum(['gt', 'ge', 'lt', 'le'] as const),
    value: Type.Number(),
  },
  { additionalProperties: false },
);

export const measureObjectsNode = defineNode({
  id: 'postprocessor/measure-objects',
  role: 'postprocessor',
  summary: 'Measures objects, and removes those for which all conditions of a group hold.',
  inputs: { main: ['labels'] },
  output: 'labels',
  parameters: Type.Object(
    {
      measures: Type.Array(Type.String(), {
        default: [],
        description: 'Measures beside size, form and diameter, by the names of scikit-image.',
      }),
      spacing: Type.Array(Type.Number({ exclusiveMinimum: 0 }), {
        default: [],
        description: 'Length of a pixel, [y, x] or [z, y, x], for areas and volumes; empty for ones.',
      }),
      removeIf: Type.Array(Type.Array(Condition), {
        default: [],
        description: 'Groups of conditions; an object that meets all of any group is removed.',
      }),
    },
    { additionalProperties: false },
  ),
  keys: ['TEST.POST_PROCESSING.MEASURE_PROPERTIES.ENABLE'],
  fromConfig({ TEST: { POST_PROCESSING: settings }, DATA }: Config, part) {
    const { ENABLE, EXTRA_PROPS, REMOVE_BY_PROPERTIES: removal } = settings.MEASURE_PROPERTIES;
    if (part !== 'test' || !ENABLE) return undefined;
    const properties = removal.PROPS as MeasureCondition['property'][][];
    const signs = removal.SIGNS as MeasureCondition['sign'][][];
    const values = removal.VALUES as number[][];
    return {
      measures: [...(EXTRA_PROPS as string[])],
      spacing: [...(DATA.TEST.RESOLUTION as number[])],
      removeIf: removal.ENABLE
        ? properties.map((group, i) =>
            group.map((property, j) => ({ property, sign: signs[i][j], value: values[i][j] })),
          )
        : [],
    };
  },
  memory: (_, { shape }) => labelBytes(shape, 3),
  create:
    ({ measures, spacing, removeIf }, _, place) =>
    ({ main }) =>
      main.pipe(
        map((sample) => {
          const labels = productOf(sample, 'labels', place.name);
          const axes = (labels.shape.length - 1) as 2 | 3;
          const lengths = voxelSizeOf(sample, spacing);
          // What a volume does not have is left out of its table; the configuration is one for both.
          const wanted = [...commonMeasures(axes), ...measures.map((name) => measureOf(name, axes))];
          const names = [...new Set(wanted)].filter((name) => axes === 2 || !flatMeasures.includes(name));
          const regions = measureRegions(labels, names, {
            intensity: sample.products.raw ?? sample.image,
            ...(lengths.length > 0 && { spacing: lengths }),
          });
          const judgements = regions.map((region) => judge(region, removeIf));
          const left = removeJudged(labels, regions, judgements);
          return {
            ...sample,
            products: { ...sample.products, labels: left },
            facts: { ...sample.facts, [OBJECTS]: { regions, judgements } },
          };
        }),
      ),
});
