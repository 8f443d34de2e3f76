/** Images as people look at them: one plane, 8 bits, one or three channels. */
import { percentiles } from '../nd/percentile.js';
import { channelCount, type Image, image, sizeOf } from './image.js';

/** Black and white. */
export type DisplayRange = readonly [black: number, white: number];

/** The plane in the middle of a volume; a plane itself. */
export function middlePlane(picture: Image): Image {
  if (picture.shape.length === 3) return picture;
  const plane = sizeOf(picture.shape.slice(1));
  const z = Math.floor(picture.shape[0] / 2);
  return image(picture.data.subarray(z * plane, (z + 1) * plane), picture.shape.slice(1));
}

/** What is shown black and white: percentiles 1 and 99.8 of all channels together, so that a few hot pixels do not count. */
export function displayRange(picture: Image): DisplayRange {
  const [black, white] = percentiles(picture.data, [1, 99.8]);
  return [black, white];
}

/** `[y, x, 1]` or `[y, x, 3]` in 8 bits; of other numbers of channels the first is shown. */
export function displayed(plane: Image, [black, white]: DisplayRange): Image {
  const channels = channelCount(plane);
  const shown = channels === 3 ? 3 : 1;
  const scale = white > black ? 255 / (white - black) : 0;
  const pixels = plane.data.length / channels;
  const data = new Uint8Array(pixels * shown);
  for (let pixel = 0; pixel < pixels; pixel++)
    for (let c = 0; c < shown; c++) {
      const value = (plane.data[pixel * channels + c] - black) * scale;
      data[pixel * shown + c] = Math.min(Math.max(Math.round(value), 0), 255);
    }
  return image(data, [...plane.shape.slice(0, -1), shown]);
}

/** Every pixel of a plane as a square of `[y, x]` pixels. */
export function enlarge(plane: Image, [sy, sx]: readonly number[]): Image {
  if (sy === 1 && sx === 1) return plane;
  const [height, width, channels] = plane.shape;
  const data = new (plane.data.constructor as new (length: number) => Image['data'])(plane.data.length * sy * sx);
  let to = 0;
  for (let y = 0; y < height * sy; y++)
    for (let x = 0; x < width * sx; x++) {
      const from = (Math.floor(y / sy) * width + Math.floor(x / sx)) * channels;
      for (let c = 0; c < channels; c++) data[to++] = plane.data[from + c];
    }
  return image(data, [height * sy, width * sx, channels]);
}
