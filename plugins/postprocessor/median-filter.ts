/**
 * Smooths predictions with median filters (TEST.POST_PROCESSING.MEDIAN_FILTER).
 */
import { map } from 'rxjs';
import { Type } from 'typebox';
import { productOf } from '../../core/image/sample.js';
import { type MedianAxes, medianFilter } from '../../core/nd/median.js';
import { defineNode } from '../../core/plugin/define.js';

const AXES = ['xy', 'yx', 'zy', 'yz', 'zx', 'xz', 'z'] as const;

export const medianPostprocessor = defineNode({
  id: 'postprocessor/median-filter',
  role: 'postprocessor',
  summary: 'Smooths predictions with median filters, one after the other.',
  inputs: { main: ['channels'] },
  output: 'channels',
  parameters: Type.Object(
    {
      filters: Type.Array(
        Type.Object(
          {
            axes: Type.Enum(AXES, { description: 'Plane or line of the filter.' }),
            size: Type.Integer({ minimum: 1, description: 'Side in pixels; odd.' }),
          },
          { additionalProperties: false },
        ),
        { default: [] },
      ),
    },
    { additionalProperties: false },
  ),
  keys: ['TEST.POST_PROCESSING.MEDIAN_FILTER'],
  fromConfig({ TEST: { POST_PROCESSING: settings } }, part) {
    if (part !== 'test' || !settings.MEDIAN_FILTER) return undefined;
    const sizes = settings.MEDIAN_FILTER_SIZE as number[];
    return {
      filters: (settings.MEDIAN_FILTER_AXIS as MedianAxes[]).map((axes, i) => ({ axes, size: sizes[i] })),
    };
  },
  memory: (_, { shape }) => shape.reduce((product, side) => product * side, Float32Array.BYTES_PER_ELEMENT),
  create:
    ({ filters }, _, place) =>
    ({ main }) =>
      main.pipe(
        map((sample) => {
          const smoothed = filters.reduce(
            (picture, { axes, size }) => medianFilter(picture, axes, size),
            productOf(sample, 'channels', place.name),
          );
          return { ...sample, products: { ...sample.products, smoothed } };
        }),
      ),
});
