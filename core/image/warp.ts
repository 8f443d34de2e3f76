/**
 * Geometric changes of a patch and its target together: what is done to the pixels is described by where each pixel of
 * the result comes from, so that points and masks follow the image.
 */
import { mapCoordinates } from '../nd/map-coordinates.js';
import type { SplineBorder } from '../nd/spline.js';
import type { StepPixels } from '../plugin/define.js';
import { allocate, type Image, image } from './image.js';
import type { TargetKind } from './sample.js';
import { scaleBetween } from './scale.js';

/**
 * Where in the image the value of each place of the result is found: takes y and x of places of the result, in pixels
 * of the image, and writes y and x of places of the image in their stead.
 */
export type PlaneMap = (y: Float64Array, x: Float64Array) => void;

export interface WarpOptions {
  /** Interpolation of the image and of heat channels; masks and labels take the nearest pixel, image targets at most linear. */
  order: 1 | 3;
  border: SplineBorder;
  /** Sides `[y, x]` of the result in pixels of the image; those of the image by default. */
  size?: readonly number[];
}

/**
 * Moves the pixels of every plane alike. A target on a finer grid is moved by the same map in its own pixels; one of a
 * single pixel belongs to the image as a whole and stays.
 */
export function warpPixels(pixels: StepPixels, map: PlaneMap, options: WarpOptions): StepPixels {
  const { image: picture, target } = pixels;
  const size = options.size ?? picture.shape.slice(-3, -1);
  const { order, border } = options;
  const coordinates = gridOf(size, [1, 1], map);
  const changed = mapCoordinates(picture, coordinates, size, { order, border });
  const scale = target && scaleBetween(picture.shape, target.shape);
  if (!target || !scale) return { ...pixels, image: changed };
  const [sy, sx] = scale.slice(-2);
  const finer = sy !== 1 || sx !== 1;
  const places = finer ? gridOf(size, [sy, sx], map) : coordinates;
  const finerSize = [size[0] * sy, size[1] * sx];
  const moved = perKind(target, pixels.targetKinds, (channels, kind) =>
    mapCoordinates(channels, places, finerSize, { order: kind === 'heat' ? order : kind === 'image' ? 1 : 0, border }),
  );
  return { ...pixels, image: changed, target: moved };
}

/** Places of the source for every pixel of a result, on a grid `scale` times as fine as the image. */
function gridOf([height, width]: readonly number[], [sy, sx]: readonly number[], map: PlaneMap): Float64Array[] {
  const [rows, columns] = [height * sy, width * sx];
  const y = new Float64Array(rows * columns);
  const x = new Float64Array(rows * columns);
  for (let i = 0, at = 0; i < rows; i++) {
    const place = (i + 0.5) / sy - 0.5;
    for (let j = 0; j < columns; j++, at++) {
      y[at] = place;
      x[at] = (j + 0.5) / sx - 0.5;
    }
  }
  map(y, x);
  if (sy !== 1) for (let i = 0; i < y.length; i++) y[i] = (y[i] + 0.5) * sy - 0.5;
  if (sx !== 1) for (let i = 0; i < x.length; i++) x[i] = (x[i] + 0.5) * sx - 0.5;
  return [y, x];
}

/**
 * Applies a change to the channels of each kind together. Interpolated heat is brought back into its former range, which
 * a cubic interpolation leaves; interpolated channels make the target float32.
 */
export function perKind(
  target: Image,
  kinds: readonly TargetKind[] | undefined,
  change: (channels: Image, kind: TargetKind) => Image,
): Image {
  const channels = target.shape[target.shape.length - 1];
  const kindOf = (c: number): TargetKind => kinds?.[c] ?? 'mask';
  const groups = new Map<TargetKind, number[]>();
  for (let c = 0; c < channels; c++) groups.set(kindOf(c), [...(groups.get(kindOf(c)) ?? []), c]);
  const parts = [...groups].map(([kind, members]) => {
    const part = groups.size === 1 ? target : takeChannels(target, members);
    const changed = change(part, kind);
    return { members, changed: kind === 'heat' ? clipToRange(changed, part) : changed };
  });
  if (parts.length === 1) return parts[0].changed;
  const first = parts[0].changed;
  const float = parts.some(({ changed }) => changed.dtype !== target.dtype);
  const count = first.data.length / parts[0].members.length;
  const data = allocate(float ? 'float32' : target.dtype, count * channels);
  for (const { members, changed } of parts)
    members.forEach((channel, i) => {
      for (let pixel = 0; pixel < count; pixel++)
        data[pixel * channels + channel] = changed.data[pixel * members.length + i];
    });
  return image(data, [...first.shape.slice(0, -1), channels], target.metadata);
}

function takeChannels(picture: Image, members: readonly number[]): Image {
  const channels = picture.shape[picture.shape.length - 1];
  const count = picture.data.length / channels;
  const data = allocate(picture.dtype, count * members.length);
  for (let pixel = 0, to = 0; pixel < count; pixel++)
    for (const channel of members) data[to++] = picture.data[pixel * channels + channel];
  return image(data, [...picture.shape.slice(0, -1), members.length], picture.metadata);
}

/** In place: `changed` is new. */
function clipToRange(changed: Image, before: Image): Image {
  const channels = before.shape[before.shape.length - 1];
  for (let c = 0; c < channels; c++) {
    let [low, high] = [Infinity, -Infinity];
    for (let i = c; i < before.data.length; i += channels) {
      if (before.data[i] < low) low = before.data[i];
      if (before.data[i] > high) high = before.data[i];
    }
    for (let i = c; i < changed.data.length; i += channels)
      changed.data[i] = Math.min(Math.max(changed.data[i], low), high);
  }
  return changed;
}
