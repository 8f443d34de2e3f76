import { type Image, image } from './image.js';

/** The channels of several pictures of one size in one, as float32; a single picture itself. */
export function joinChannels(parts: readonly Image[]): Image {
  if (parts.length === 1) return parts[0];
  const counts = parts.map(({ shape }) => shape[shape.length - 1]);
  const channels = counts.reduce((sum, count) => sum + count, 0);
  const pixels = parts[0].data.length / counts[0];
  const data = new Float32Array(pixels * channels);
  let offset = 0;
  parts.forEach((part, p) => {
    for (let pixel = 0; pixel < pixels; pixel++)
      for (let c = 0; c < counts[p]; c++) data[pixel * channels + offset + c] = part.data[pixel * counts[p] + c];
    offset += counts[p];
  });
  return image(data, [...parts[0].shape.slice(0, -1), channels], parts[0].metadata);
}
