/**
 * From probabilities to points (TEST.DET_*).
 */
import { map } from 'rxjs';
import { type Static, Type } from 'typebox';
import { FOUND, type FoundPoints } from '../../core/image/found-points.js';
import { channelCount, type Image, image, spatialShape } from '../../core/image/image.js';
import { pickChannels } from '../../core/image/pick-channels.js';
import { productOf } from '../../core/image/sample.js';
import { blobLog } from '../../core/nd/blob-log.js';
import { localPeaks } from '../../core/nd/local-peaks.js';
import { otsu } from '../../core/nd/otsu.js';
import { defineNode } from '../../core/plugin/define.js';

const Parameters = Type.Object(
  {
    method: Type.Enum(['peak_local_max', 'blob_log'] as const, { default: 'peak_local_max' }),
    threshold: Type.Union([Type.Literal('otsu'), Type.Number()], {
      default: 0.2,
      description: 'Least probability of a point, or the threshold of each image.',
    }),
    minDistance: Type.Integer({ minimum: 1, default: 1, description: 'Pixels that keep two peaks apart.' }),
    excludeBorder: Type.Boolean({ default: false, description: 'Leave out points as close to the edge.' }),
    blobs: Type.Object(
      {
        minSigma: Type.Number({ exclusiveMinimum: 0, default: 5 }),
        maxSigma: Type.Number({ exclusiveMinimum: 0, default: 10 }),
        scales: Type.Integer({ minimum: 1, default: 2 }),
      },
      { default: {}, additionalProperties: false, description: 'Standard deviations that blob_log tries, in pixels.' },
    ),
    classes: Type.Integer({ minimum: 2, default: 2, description: 'Above 2, the last channel holds class ids.' }),
    product: Type.String({ default: 'channels', description: 'Probabilities to use: the first channel.' }),
  },
  { additionalProperties: false },
);

type FindParameters = Static<typeof Parameters>;

export const findPointsNode = defineNode({
  id: 'postprocessor/find-points',
  role: 'postprocessor',
  summary: 'Finds the points that probabilities peak at, and their classes.',
  inputs: { main: ['channels'] },
  output: 'points',
  parameters: Parameters,
  fromConfig: ({ TEST: test, DATA: data }) => ({
    method: test.DET_POINT_CREATION_FUNCTION as FindParameters['method'],
    threshold: test.DET_TH_TYPE === 'auto' ? ('otsu' as const) : test.DET_MIN_TH_TO_BE_PEAK,
    minDistance: test.DET_PEAK_LOCAL_MAX_MIN_DISTANCE,
    excludeBorder: test.DET_EXCLUDE_BORDER,
    blobs: {
      minSigma: test.DET_BLOB_LOG_MIN_SIGMA,
      maxSigma: test.DET_BLOB_LOG_MAX_SIGMA,
      scales: test.DET_BLOB_LOG_NUM_SIGMA,
    },
    classes: Math.max(data.N_CLASSES, 2),
    product: 'channels',
  }),
  // The channel alone, its greatest neighbours, and for blobs a response in double precision at each scale.
  memory: ({ method, blobs }, { shape }) =>
    shape.slice(0, -1).reduce((product, side) => product * side, method === 'blob_log' ? 8 * (blobs.scales + 4) : 12),
  create:
    (parameters, _, place) =>
    ({ main }) =>
      main.pipe(
        map((sample) => {
          const prediction = productOf(sample, parameters.product, place.name);
          const found = onGridOf(sample.image, prediction, findPoints(prediction, parameters));
          return { ...sample, facts: { ...sample.facts, [FOUND]: found } };
        }),
      ),
});

/**
 * Points of a prediction in pixels of its image, where the image was zoomed for the network: divided by the zoom and rounded, so that they lie
 * on whole pixels inside of the image.
 */
export function onGridOf(picture: Image, prediction: Image, found: FoundPoints): FoundPoints {
  const [sides, from] = [spatialShape(picture), spatialShape(prediction)];
  if (sides.every((side, axis) => side === from[axis])) return found;
  const back = (at: number, axis: number) => Math.min(Math.round((at * sides[axis]) / from[axis]), sides[axis] - 1);
  return { ...found, coordinates: found.coordinates.map((point) => point.map(back)) };
}

/** Points of `[[z,] y, x, probability(, class id)]`, the strongest first. */
export function findPoints(
  picture: Image,
  { method, threshold, minDistance, excludeBorder, blobs, classes }: Omit<FindParameters, 'product'>,
): FoundPoints {
  const probability = pickChannels(picture, 0, 1);
  const limit = threshold === 'otsu' ? otsu(probability.data) : threshold;
  const border = excludeBorder ? minDistance : 0;
  // BiaPy hands blob_log probabilities from 0 to 255.
  const coordinates =
    method === 'blob_log'
      ? blobLog(
          image(
            Float32Array.from(probability.data, (value) => 255 * value),
            probability.shape,
          ),
          {
            minSigma: blobs.minSigma,
            maxSigma: blobs.maxSigma,
            sigmas: blobs.scales,
            threshold: limit,
          },
        )
          .map(({ position }) => [...position])
          .filter((at) => at.every((place, axis) => place >= border && place < probability.shape[axis] - border))
      : localPeaks(probability, { threshold: limit, minDistance, excludeBorder: border }).map(({ position }) => [
          ...position,
        ]);
  const sides = spatialShape(picture);
  const indexOf = (point: readonly number[]) => point.reduce((sum, at, axis) => sum * sides[axis] + at, 0);
  return {
    coordinates,
    ids: coordinates.map((_, i) => i + 1),
    probabilities: coordinates.map((point) => probability.data[indexOf(point)]),
    ...(classes > 2 && { classes: coordinates.map((point) => classAt(picture, point)) }),
  };
}

/** Pixels before a point, and after it with itself, that are asked for its class: 1 along z, 2 along y and x. */
const REACH = { z: 1, yx: 2 };

/**
 * The most frequent class that is not background in the window `[z−1, z+1) × [y−2, y+2) × [x−2, x+2)`; the smallest of
 * equally frequent ones, 1 where there is none.
 */
export function classAt(picture: Image, point: readonly number[]): number {
  const channels = channelCount(picture);
  const sides = spatialShape(picture);
  const counts = new Map<number, number>();
  const visit = (axis: number, offset: number) => {
    if (axis === sides.length) {
      const id = picture.data[offset * channels + channels - 1];
      if (id > 0) counts.set(id, (counts.get(id) ?? 0) + 1);
      return;
    }
    const reach = axis === sides.length - 3 ? REACH.z : REACH.yx;
    for (let at = Math.max(point[axis] - reach, 0); at < Math.min(point[axis] + reach, sides[axis]); at++)
      visit(axis + 1, offset * sides[axis] + at);
  };
  visit(0, 0);
  return [...counts].sort(([a, m], [b, n]) => n - m || a - b)[0]?.[0] ?? 1;
}
