/** Objects that fill a predicted mask (TEST.POST_PROCESSING.VORONOI_ON_MASK). */

import { type Image, image } from '../image/image.js';
import { fillHoles } from '../nd/fill-holes.js';
import { ball } from '../nd/footprint.js';
import { erode } from '../nd/morphology.js';
import { voronoiOnMask } from '../nd/nearest-objects.js';
import { otsu } from '../nd/otsu.js';
import { volumeOf } from '../nd/volume.js';

/** Radius of the erosion where only contours are predicted: the mask would hold half of them. */
const CONTOUR_RADIUS = 2;

/**
 * Every pixel of the mask without an object gets the label of the nearest one, and objects lose what lies outside of the mask (J. A.
 * Andrés-San Román et al., "CartoCell", Cell Reports Methods 2023).
 *
 * @param labels first channel of `[[z,] y, x, c]`.
 * @param mask of the same sides, first channel; not 0 is inside.
 * @returns uint32 `[[z,] y, x, 1]`.
 */
export function growOverMask(labels: Image, mask: Image): Image {
  const own = Uint32Array.from(volumeOf(labels).values);
  const inside = volumeOf(mask).values;
  if (inside.length !== own.length)
    throw new RangeError(`a mask of ${inside.length} pixels does not fit labels of ${own.length}`);
  for (let at = 0; at < own.length; at++) if (inside[at] === 0) own[at] = 0;
  return voronoiOnMask(image(own, [...labels.shape.slice(0, -1), 1], labels.metadata), mask);
}

/**
 * Where objects may grow, out of a prediction `[[z,] y, x, c]`: M above the threshold, else F together with C, else what is
 * not B, else C; holes are filled, and with C alone the mask is eroded by a ball of 2 pixels.
 *
 * @param places place of the first channel of each letter.
 * @param threshold from 0 to 1; 0 for that of Otsu.
 * @throws RangeError for a prediction without M, F, B and C.
 */
export function maskForGrowth(prediction: Image, places: Readonly<Record<string, number>>, threshold: number): Image {
  const { data, shape, metadata } = prediction;
  const channels = shape[shape.length - 1];
  const sides = [...shape.slice(0, -1), 1];
  const values = new Float32Array(data.length / channels);
  const { M, F, B, C } = places;
  const take = (value: (at: number) => number) => {
    for (let i = 0, at = 0; i < values.length; i++, at += channels) values[i] = value(at);
  };
  if (M !== undefined) take((at) => data[at + M]);
  else if (F !== undefined) take(C === undefined ? (at) => data[at + F] : (at) => data[at + F] + data[at + C]);
  else if (B !== undefined) take((at) => 1 - data[at + B]);
  else if (C !== undefined) take((at) => data[at + C]);
  else throw new RangeError('a mask needs one of the channels M, F, B and C in the prediction');
  const limit = threshold === 0 ? otsu(values) : threshold;
  const above = Uint8Array.from(values, (value) => Number(value > limit));
  const filled = fillHoles(image(above, sides, metadata));
  const contoursAlone = M === undefined && F === undefined && B === undefined;
  return contoursAlone ? erode(filled, ball(CONTOUR_RADIUS, (shape.length - 1) as 2 | 3)) : filled;
}
