/** Changes of intensities, value by value. */
import { allocate, type DType, type Image, image, type PixelArray } from '../../core/image/image.js';

const LIMITS: Partial<Record<DType, [number, number]>> = {
  uint8: [0, 255],
  uint16: [0, 65535],
  uint32: [0, 2 ** 32 - 1],
  int8: [-128, 127],
  int16: [-32768, 32767],
  int32: [-(2 ** 31), 2 ** 31 - 1],
};

/** Values times `gain` plus `add`; as {@link changeValues}. */
export function scaleValues(picture: Image, gain: number, add: number): Image {
  const { data, dtype, shape, metadata } = picture;
  if (LIMITS[dtype]) return changeValues(picture, (value) => value * gain + add);
  const result = allocate(dtype, data.length);
  for (let i = 0; i < data.length; i++) result[i] = data[i] * gain + add;
  return image(result, shape, metadata);
}

/** New pixels of the same type; whole numbers are rounded and kept in the range of their type, as in BiaPy. */
export function changeValues(picture: Image, change: (value: number, index: number) => number): Image {
  const { data, dtype, shape, metadata } = picture;
  const result = allocate(dtype, data.length);
  const limits = LIMITS[dtype];
  if (!limits) for (let i = 0; i < data.length; i++) result[i] = change(data[i], i);
  else
    for (let i = 0; i < data.length; i++)
      result[i] = Math.min(Math.max(Math.round(change(data[i], i)), limits[0]), limits[1]);
  return image(result, shape, metadata);
}

export function rangeOf(data: PixelArray): { low: number; high: number } {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < data.length; i++) {
    const value = data[i];
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return { low, high };
}

export function momentsOf(data: PixelArray): { mean: number; variance: number } {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i];
  const mean = sum / data.length;
  let squares = 0;
  for (let i = 0; i < data.length; i++) squares += (data[i] - mean) ** 2;
  return { mean, variance: squares / data.length };
}

/** A copy that may be written to. */
export function copyOf(picture: Image): Image & { data: PixelArray } {
  return image(picture.data.slice(), picture.shape, picture.metadata);
}
