/**
 * Grows objects from detected points (TEST.POST_PROCESSING.DET_WATERSHED).
 */
import { map } from 'rxjs';
import { Type } from 'typebox';
import { foundPointsOf } from '../../core/image/found-points.js';
import type { Image } from '../../core/image/image.js';
import { growPoints } from '../../core/instances/grow-points.js';
import { defineNode } from '../../core/plugin/define.js';
import { labelBytes } from './label-bytes.js';
import { smallestLabels } from './smallest-labels.js';

const Rings = Type.Object(
  {
    classes: Type.Array(Type.Integer(), { minItems: 1, description: 'Classes of cells that may be rings.' }),
    patch: Type.Array(Type.Integer({ minimum: 1 }), {
      description: 'Sides that hold the largest one, [y, x] or [z, y, x].',
    }),
    diameter: Type.Integer({ minimum: 0, description: 'Pixels between the rims from which on a seed is made larger.' }),
  },
  { additionalProperties: false },
);

export const growPointsNode = defineNode({
  id: 'postprocessor/grow-points',
  role: 'postprocessor',
  summary: 'Grows an object from each point over the edges in the image; its label is the number of the point.',
  inputs: { main: ['points'] },
  output: 'labels',
  parameters: Type.Object(
    {
      seed: Type.Array(Type.Integer({ minimum: 1 }), {
        default: [],
        description: 'Sides of the box that a point is first made, [y, x] or [z, y, x]; empty for one pixel.',
      }),
      rings: Type.Union([Type.Null(), Rings], {
        default: null,
        description: 'Cells that are bright around a dark nucleus.',
      }),
      check: Type.Boolean({
        default: false,
        description: 'Keep what objects grow from and over as products: seed_map, topografic_surface.',
      }),
    },
    { additionalProperties: false },
  ),
  keys: ['TEST.POST_PROCESSING.DET_WATERSHED', 'PROBLEM.DETECTION.DATA_CHECK_MW'],
  fromConfig({ PROBLEM, TEST: { POST_PROCESSING: settings } }, part) {
    if (part !== 'test' || !settings.DET_WATERSHED) return undefined;
    const classes = settings.DET_WATERSHED_DONUTS_CLASSES as number[];
    const seed = settings.DET_WATERSHED_FIRST_DILATION as number[];
    return {
      // As in BiaPy, a side of 0 leaves the points as they are.
      seed: seed.some((side) => side < 1) ? [] : [...seed],
      rings: classes.includes(-1)
        ? null
        : {
            classes: [...classes],
            patch: [...(settings.DET_WATERSHED_DONUTS_PATCH as number[])],
            diameter: settings.DET_WATERSHED_DONUTS_NUCLEUS_DIAMETER,
          },
      check: PROBLEM.DETECTION.DATA_CHECK_MW,
    };
  },
  // The image in double precision and bytes, its extremes, seeds, and the queue of the flood.
  memory: (_, { shape }) => labelBytes(shape, 24),
  create:
    ({ seed, rings, check }, _, place) =>
    ({ main }) =>
      main.pipe(
        map((sample) => {
          const { coordinates, ids, classes } = foundPointsOf(sample, place.name);
          const { labels, seeds, edges } = growPoints(sample.products.raw ?? sample.image, coordinates, ids, {
            ...(seed.length > 0 && { seed }),
            ...(rings && { rings: { ...rings, among: (i) => rings.classes.includes(classes?.[i] ?? 1) } }),
          });
          const made: Record<string, Image> = check
            ? { seed_map: smallestLabels(seeds), topografic_surface: edges }
            : {};
          return { ...sample, products: { ...sample.products, labels: smallestLabels(labels), ...made } };
        }),
      ),
});
