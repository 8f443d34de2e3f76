/** Objects as pictures: each in a colour of its own, or in the colours of what was found, missed and made up. */

import type { TaggedObjects } from '../instances/matched-objects.js';
import { volumeOf } from '../nd/volume.js';
import { displayed, displayRange } from './display.js';
import { channelCount, type Image, image, spatialShape } from './image.js';
import { type Colour, labelColour } from './overlay.js';
import { TAG_COLOURS } from './point-pictures.js';

/** Share of the colour inside of an object; its outline has the colour alone. */
const INSIDE = 0.35;

/** RGB uint8 `[y, x, 3]`: objects `[y, x, c]` over the raw image, neighbours in unlike colours. */
export function drawObjects(raw: Image, labels: Image): Image {
  const data = greyPicture(raw);
  const { values, width, height } = volumeOf(labels);
  for (let at = 0; at < values.length; at++) {
    if (values[at] === 0) continue;
    const share = isOutline(values, at, width, height) ? 1 : INSIDE;
    mix(data, at, labelColour(values[at]), share);
  }
  return image(data, [...spatialShape(raw), 3]);
}

/**
 * RGB uint8 `[y, x, 3]`: outlines over the raw image. Predicted objects are green where they were wanted and blue where not, annotated ones
 * that were missed are red.
 */
export function drawMatches(raw: Image, truth: Image, labels: Image, { hits, right }: TaggedObjects): Image {
  const data = greyPicture(raw);
  const outlines = (picture: Image, colourOf: (label: number) => Colour | undefined) => {
    const { values, width, height } = volumeOf(picture);
    for (let at = 0; at < values.length; at++) {
      if (values[at] === 0) continue;
      const colour = colourOf(values[at]);
      if (colour && isOutline(values, at, width, height)) mix(data, at, colour, 1);
    }
  };
  outlines(truth, (label) => (hits.has(label) ? undefined : TAG_COLOURS.FN));
  outlines(labels, (label) => (right.has(label) ? TAG_COLOURS.TP : TAG_COLOURS.FP));
  return image(data, [...spatialShape(raw), 3]);
}

/**
 * RGB uint8 `[[z,] y, x, 3]` on black: annotated objects green where they were found, red where they were missed, and predicted ones
 * that are too many blue, below them.
 */
export function paintMatches(truth: Image, labels: Image, { hits, right }: TaggedObjects): Image {
  const [wanted, found] = [volumeOf(truth).values, volumeOf(labels).values];
  const data = new Uint8Array(3 * wanted.length);
  for (let at = 0; at < wanted.length; at++) {
    const colour =
      wanted[at] !== 0
        ? TAG_COLOURS[hits.has(wanted[at]) ? 'TP' : 'FN']
        : found[at] !== 0 && !right.has(found[at])
          ? TAG_COLOURS.FP
          : undefined;
    if (colour) data.set(colour, 3 * at);
  }
  return image(data, [...spatialShape(truth), 3], truth.metadata);
}

function greyPicture(raw: Image): Uint8Array {
  const shown = displayed(raw, displayRange(raw));
  const grey = channelCount(shown) === 1;
  return Uint8Array.from(
    { length: 3 * (shown.data.length / channelCount(shown)) },
    (_, i) => shown.data[grey ? Math.floor(i / 3) : i],
  );
}

/** Whether a pixel of an object has one of another, or the edge of the image, among its 4 neighbours. */
function isOutline(values: ArrayLike<number>, at: number, width: number, height: number): boolean {
  const [x, y] = [at % width, Math.floor(at / width)];
  const label = values[at];
  return (
    x === 0 ||
    x === width - 1 ||
    y === 0 ||
    y === height - 1 ||
    values[at - 1] !== label ||
    values[at + 1] !== label ||
    values[at - width] !== label ||
    values[at + width] !== label
  );
}

function mix(data: Uint8Array, at: number, colour: Colour, share: number): void {
  for (let c = 0; c < 3; c++) data[3 * at + c] = Math.round(data[3 * at + c] * (1 - share) + colour[c] * share);
}
