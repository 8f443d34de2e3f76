/** Some of the channels of an image. */
import { allocate, channelCount, type Image, image } from './image.js';

/** `count` channels from `first` on; the image itself where these are all. */
export function pickChannels(picture: Image, first: number, count: number): Image {
  const channels = channelCount(picture);
  if (first === 0 && count === channels) return picture;
  if (first < 0 || count < 1 || first + count > channels)
    throw new RangeError(`channels ${first} to ${first + count - 1} are not among the ${channels} of the image`);
  const pixels = picture.data.length / channels;
  const data = allocate(picture.dtype, pixels * count);
  for (let pixel = 0; pixel < pixels; pixel++)
    for (let c = 0; c < count; c++) data[pixel * count + c] = picture.data[pixel * channels + first + c];
  return image(data, [...picture.shape.slice(0, -1), count], picture.metadata);
}
