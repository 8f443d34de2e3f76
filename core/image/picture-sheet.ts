import { allocate, type Image, image } from './image.js';

/** Grey pixels between pictures. */
const GAP = 4;

/**
 * Pictures in rows on one grey sheet, from the upper left corner on.
 *
 * @param rows `[y, x, 1]` or `[y, x, 3]` in 8 bits; with one in colour the sheet is.
 */
export function pictureSheet(rows: readonly (readonly Image[])[]): Image {
  const widths = rows.map((row) => row.reduce((sum, { shape }) => sum + shape[1] + GAP, -GAP));
  const heights = rows.map((row) => Math.max(...row.map(({ shape }) => shape[0])));
  const [width, height] = [Math.max(...widths), heights.reduce((sum, rowHeight) => sum + rowHeight + GAP, -GAP)];
  const colour = rows.some((row) => row.some(({ shape }) => shape[2] === 3)) ? 3 : 1;
  const sheet = allocate('uint8', height * width * colour).fill(128);
  let top = 0;
  rows.forEach((row, r) => {
    let left = 0;
    for (const { data, shape } of row) {
      const [h, w, channels] = shape;
      for (let y = 0; y < h; y++)
        for (let x = 0; x < w; x++)
          for (let c = 0; c < colour; c++)
            sheet[((top + y) * width + left + x) * colour + c] = data[(y * w + x) * channels + (c % channels)];
      left += w + GAP;
    }
    top += heights[r] + GAP;
  });
  return image(sheet, [height, width, colour]);
}
