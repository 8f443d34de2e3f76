/**
 * Grows objects from detected points (TEST.POST_PROCESSING.DET_WATERSHED).
 */
import { type Static, Type } from 'typebox';
import { foundPointsOf } from '../../core/image/found-points.js';
import type { Image } from '../../core/image/image.js';
import { growPoints } from '../../core/instances/grow-points.js';
import { defineNode } from '../../core/plugin/define.js';
import { inThreads } from '../../core/plugin/in-threads.js';
import { services } from '../../core/plugin/services.js';
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

const Parameters = Type.Object(
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
);

export const growPointsNode = defineNode({
  id: 'postprocessor/grow-points',
  role: 'postprocessor',
  summary: 'Grows an object from each point over the edges in the image; its label is the number of the point.',
  inputs: { main: ['points'] },
  output: 'labels',
  parameters: Parameters,
  needs: { compute: services.compute },
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
  // The image in double precision and bytes, its extremes, seeds, the queue of the flood, and the image again for the thread.
  memory: (_, { shape }) => labelBytes(shape, 24 + shape[shape.length - 1]),
  create:
    (parameters, { compute }, place) =>
    ({ main }) =>
      main.pipe(
        inThreads<GrowthTask, Record<string, Image>>(compute, {
          procedure: { module: import.meta.url, name: 'objectsOfPoints' },
          input: (sample) => {
            const { coordinates, ids, classes } = foundPointsOf(sample, place.name);
            return { raw: sample.products.raw ?? sample.image, points: coordinates, ids, classes, parameters };
          },
          output: (sample, made) => ({ ...sample, products: { ...sample.products, ...made } }),
        }),
      ),
});

interface GrowthTask {
  raw: Image;
  points: readonly (readonly number[])[];
  ids: readonly number[];
  /** Of each point; all of the first one where there are none. */
  classes?: readonly number[];
  parameters: Static<typeof Parameters>;
}

/** Objects that grow from points, and with `check` what they grow from and over, in a thread. */
export function objectsOfPoints({ raw, points, ids, classes, parameters }: GrowthTask): Record<string, Image> {
  const { seed, rings, check } = parameters;
  const { labels, seeds, edges } = growPoints(raw, points, ids, {
    ...(seed.length > 0 && { seed }),
    ...(rings && { rings: { ...rings, among: (i) => rings.classes.includes(classes?.[i] ?? 1) } }),
  });
  const made = { labels: smallestLabels(labels) };
  return check ? { ...made, seed_map: smallestLabels(seeds), topografic_surface: edges } : made;
}
