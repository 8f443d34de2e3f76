/** Points as images: numbers painted for other programs, and rings over the raw image for people. */

import { ball, ellipse, type Footprint } from '../nd/footprint.js';
import { paintPoints } from '../nd/paint-points.js';
import { displayed, displayRange } from './display.js';
import { allocate, channelCount, type Image, image, sizeOf } from './image.js';
import type { Colour } from './overlay.js';
import type { Points } from './points.js';

/** How points are told apart: hits, missed ones, made-up ones, and those that do not count. */
export type PointTag = 'TP' | 'FN' | 'FP' | 'NC';

export const TAG_COLOURS: Readonly<Record<PointTag, Colour>> = {
  TP: [0, 200, 80],
  FN: [230, 60, 60],
  FP: [70, 120, 255],
  NC: [160, 160, 160],
};

/** Radius, in the plane, by which points are painted. */
const RADIUS = 3;

function spot(axes: number): Footprint {
  return axes === 2 ? ball(RADIUS, 2) : ellipse([0, RADIUS, RADIUS]);
}

/**
 * `[[z,] y, x, 1]` with the number of each point on a disk in its plane, and with classes a second channel of these. uint16,
 * or uint32 from 65536 points on.
 */
export function paintIds(shape: readonly number[], { coordinates, classes }: Points, ids: readonly number[]): Image {
  const dtype = ids.some((id) => id > 65535) ? 'uint32' : 'uint16';
  const layer = (valueFor: (i: number) => number) => {
    const pixels = allocate(dtype, sizeOf(shape));
    // The strongest point comes first and must lie above.
    const order = [...coordinates.keys()].reverse();
    paintPoints(
      pixels,
      shape,
      order.map((i) => coordinates[i]),
      spot(shape.length),
      (i) => valueFor(order[i]),
    );
    return pixels;
  };
  const numbers = layer((i) => ids[i]);
  if (!classes) return image(numbers, [...shape, 1]);
  const kinds = layer((i) => classes[i]);
  const both = allocate(dtype, 2 * numbers.length);
  for (let i = 0; i < numbers.length; i++) {
    both[2 * i] = numbers[i];
    both[2 * i + 1] = kinds[i];
  }
  return image(both, [...shape, 2]);
}

export interface TaggedPoint {
  readonly at: readonly number[];
  readonly tag: PointTag;
}

/** RGB uint8 `[[z,] y, x, 3]`: each point as a disk in its plane, in the colour of its tag, on black. */
export function paintTags(shape: readonly number[], points: readonly TaggedPoint[]): Image {
  const tags = new Uint8Array(sizeOf(shape));
  paintPoints(
    tags,
    shape,
    points.map(({ at }) => at),
    spot(shape.length),
    (i) => ORDER.indexOf(points[i].tag) + 1,
  );
  const data = new Uint8Array(3 * tags.length);
  for (let i = 0; i < tags.length; i++) if (tags[i] > 0) data.set(TAG_COLOURS[ORDER[tags[i] - 1]], 3 * i);
  return image(data, [...shape, 3]);
}

const ORDER: readonly PointTag[] = ['TP', 'FN', 'FP', 'NC'];

/** RGB uint8 `[y, x, 3]`: a ring around each point over the raw image, of a volume over the brightest along z. */
export function drawRings(
  raw: Image,
  points: readonly (TaggedPoint | { at: readonly number[]; colour: Colour })[],
): Image {
  const plane = brightest(raw);
  const shown = displayed(plane, displayRange(plane));
  const [height, width] = shown.shape;
  const grey = channelCount(shown) === 1;
  const data = new Uint8Array(height * width * 3);
  for (let i = 0; i < data.length; i++) data[i] = shown.data[grey ? Math.floor(i / 3) : i];
  const radius = Math.max(4, Math.round(Math.min(height, width) / 64));
  for (const point of points) {
    const colour = 'tag' in point ? TAG_COLOURS[point.tag] : point.colour;
    const [y, x] = point.at.slice(-2);
    for (let dy = -radius - 1; dy <= radius + 1; dy++)
      for (let dx = -radius - 1; dx <= radius + 1; dx++) {
        const distance = Math.hypot(dy, dx);
        if (Math.abs(distance - radius) > 0.8 && distance > 0.5) continue;
        if (y + dy < 0 || y + dy >= height || x + dx < 0 || x + dx >= width) continue;
        data.set(colour, 3 * ((y + dy) * width + x + dx));
      }
  }
  return image(data, [height, width, 3]);
}

/** The greatest value along z of each pixel; a plane itself. */
function brightest(picture: Image): Image {
  if (picture.shape.length === 3) return picture;
  const plane = sizeOf(picture.shape.slice(1));
  const data = picture.data.slice(0, plane);
  for (let i = plane; i < picture.data.length; i++)
    if (picture.data[i] > data[i % plane]) data[i % plane] = picture.data[i];
  return image(data, picture.shape.slice(1));
}
