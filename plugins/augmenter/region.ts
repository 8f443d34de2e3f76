/** Boxes inside patches: where they lie, and filling and copying them. */
import type { Image } from '../../core/image/image.js';
import type { Box } from '../../core/image/patch.js';
import type { RandomStream } from '../../core/image/random.js';

/** A box of the given sides somewhere inside a patch, every place being equally likely. */
export function placeBox(sides: readonly number[], size: readonly number[], random: RandomStream): Box {
  const fitting = size.map((length, axis) => Math.min(length, sides[axis]));
  return { start: fitting.map((length, axis) => random.integer(0, sides[axis] - length + 1)), size: fitting };
}

/** A box of a share of the height and width, over all planes of a volume. */
export function planeBox(sides: readonly number[], share: number, random: RandomStream): Box {
  const leading = sides.length - 2;
  return placeBox(
    sides,
    sides.map((side, axis) => (axis < leading ? side : Math.round(side * share))),
    random,
  );
}

/** Calls with the offset and length of every row of a box, channels included. */
export function eachRow(picture: Image, box: Box, visit: (offset: number, length: number, row: number) => void): void {
  const channels = picture.shape[picture.shape.length - 1];
  const volume = picture.shape.length === 4;
  const [, height, width] = volume ? picture.shape : [1, ...picture.shape];
  const [z0, y0, x0] = volume ? box.start : [0, ...box.start];
  const [depth, rows, columns] = volume ? box.size : [1, ...box.size];
  let row = 0;
  for (let z = z0; z < z0 + depth; z++)
    for (let y = y0; y < y0 + rows; y++) visit(((z * height + y) * width + x0) * channels, columns * channels, row++);
}

/** Fills a box in place. */
export function fillBox(picture: Image, box: Box, value: number): void {
  eachRow(picture, box, (offset, length) => picture.data.fill(value, offset, offset + length));
}

/** Copies a box of one image into a box of the same sides of another, in place. */
export function copyBox(from: Image, fromBox: Box, to: Image, toBox: Box, change?: (value: number) => number): void {
  const rows: number[] = [];
  eachRow(from, fromBox, (offset) => rows.push(offset));
  eachRow(to, toBox, (offset, length, row) => {
    const source = rows[row];
    if (!change) to.data.set(from.data.subarray(source, source + length), offset);
    else for (let i = 0; i < length; i++) to.data[offset + i] = change(from.data[source + i]);
  });
}
