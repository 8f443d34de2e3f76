/**
 * Smooths predictions with median filters (TEST.POST_PROCESSING.MEDIAN_FILTER).
 */
import { map } from 'rxjs';
import { Type } from 'typebox';
import { bytesPerValue, type Image } from '../../core/image/image.js';
import { mapWithHalo } from '../../core/image/made-in-parts.js';
import { productOf } from '../../core/image/sample.js';
import { VOLUME_SHARES } from '../../core/image/volume-shares.js';
import { type MedianAxes, medianFilter, medianSides } from '../../core/nd/median.js';
import { defineNode } from '../../core/plugin/define.js';
import { services } from '../../core/plugin/services.js';

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
  needs: { memory: services.memory },
  create({ filters }, { memory }, place) {
    // Of several filters each has parts at work while it reads those of the one before.
    const budget = (memory.budget * VOLUME_SHARES.surroundings) / Math.max(filters.length, 1);
    const smooth = (picture: Image, axes: MedianAxes, size: number) =>
      mapWithHalo(picture, (part) => medianFilter(part, axes, size), {
        what: `a median filter of ${size} pixels along ${axes}`,
        halo: medianSides(picture, axes, size).map((side) => side >> 1),
        bytesPerValue: 2 * bytesPerValue(picture.dtype),
        budget,
      });
    return ({ main }) =>
      main.pipe(
        map((sample) => {
          const prediction = productOf(sample, 'channels', place.name);
          const smoothed = filters.reduce((picture, { axes, size }) => smooth(picture, axes, size), prediction);
          return { ...sample, products: { ...sample.products, smoothed } };
        }),
      );
  },
});
