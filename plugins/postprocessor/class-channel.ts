/**
 * Brings the probabilities of a class head to one channel of class ids.
 */
import { map } from 'rxjs';
import { Type } from 'typebox';
import { mapImage } from '../../core/image/deferred.js';
import { channelCount, type Image, image } from '../../core/image/image.js';
import { productOf } from '../../core/image/sample.js';
import { indexOfLargest } from '../../core/nd/index-of-largest.js';
import { defineNode } from '../../core/plugin/define.js';

export const classChannel = defineNode({
  id: 'postprocessor/class-channel',
  role: 'postprocessor',
  summary: 'Puts the id of the most probable class in the place of the channels of a class head, as the last channel.',
  inputs: { main: ['channels'] },
  output: 'channels',
  parameters: Type.Object(
    {
      classes: Type.Integer({ minimum: 2, description: 'Channels of the class head, which are the last ones.' }),
      product: Type.String({ default: 'channels', description: 'Product that is changed.' }),
    },
    { additionalProperties: false },
  ),
  memory: (_, { shape }) => shape.slice(0, -1).reduce((product, side) => product * side, 8),
  create:
    ({ classes, product }, _, place) =>
    ({ main }) =>
      main.pipe(
        map((sample) => {
          const picture = productOf(sample, product, place.name);
          const kept = channelCount(picture) - classes + 1;
          const reduced = mapImage(picture, (part) => reduceClasses(part, classes), { channels: kept });
          return { ...sample, products: { ...sample.products, [product]: reduced } };
        }),
      ),
});

/** `[..., p + classes]` to `[..., p + 1]`, float32; of equally probable classes the first. */
export function reduceClasses(picture: Image, classes: number): Image {
  const channels = channelCount(picture);
  const kept = channels - classes;
  const pixels = picture.data.length / channels;
  const data = new Float32Array(pixels * (kept + 1));
  for (let pixel = 0; pixel < pixels; pixel++) {
    const [from, to] = [pixel * channels, pixel * (kept + 1)];
    for (let c = 0; c < kept; c++) data[to + c] = picture.data[from + c];
    data[to + kept] = indexOfLargest(picture.data, from + kept, classes);
  }
  return image(data, [...picture.shape.slice(0, -1), kept + 1], picture.metadata);
}
