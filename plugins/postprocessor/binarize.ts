/**
 * From probabilities to class ids: Otsu's threshold for two classes, the most probable class for more.
 */
import { map } from 'rxjs';
import { Type } from 'typebox';
import { mapImage } from '../../core/image/deferred.js';
import { channelCount, type Image, image } from '../../core/image/image.js';
import { productOf } from '../../core/image/sample.js';
import { indexOfLargest } from '../../core/nd/index-of-largest.js';
import { otsu } from '../../core/nd/otsu.js';
import { defineNode } from '../../core/plugin/define.js';

export const binarize = defineNode({
  id: 'postprocessor/binarize',
  role: 'postprocessor',
  summary: "Turns probabilities into class ids: Otsu's threshold of each image, or the most probable class.",
  inputs: { main: ['channels'] },
  output: 'classes',
  parameters: Type.Object(
    {
      product: Type.String({ default: 'channels', description: 'Probabilities to use.' }),
      threshold: Type.Union([Type.Literal('otsu'), Type.Number({ minimum: 0, maximum: 1 })], {
        default: 'otsu',
        description:
          'For a single channel: a fixed probability, or the threshold of each image (0.5 for volumes read in parts).',
      }),
    },
    { additionalProperties: false },
  ),
  memory: (_, { shape }) => shape.slice(0, -1).reduce((product, side) => product * side, 1),
  create:
    ({ product, threshold }, _, place) =>
    ({ main }) =>
      main.pipe(
        map((sample) => {
          const probabilities = productOf(sample, product, place.name);
          // A volume that is read in parts has no threshold of its own; BiaPy takes a half for its chunks.
          const limit = probabilities.source && threshold === 'otsu' ? 0.5 : threshold;
          const classes = mapImage(probabilities, (part) => toClasses(part, limit), {
            dtype: channelCount(probabilities) > 255 ? 'uint16' : 'uint8',
            channels: 1,
          });
          return { ...sample, products: { ...sample.products, classes } };
        }),
      ),
});

/** Class ids `[..., y, x, 1]`, uint8, or uint16 for more than 255 classes. */
export function toClasses(probabilities: Image, threshold: number | 'otsu'): Image {
  const { data, shape, metadata } = probabilities;
  const channels = channelCount(probabilities);
  const pixels = data.length / channels;
  const ids = channels > 255 ? new Uint16Array(pixels) : new Uint8Array(pixels);
  if (channels === 1) {
    const limit = threshold === 'otsu' ? otsu(data) : threshold;
    for (let i = 0; i < pixels; i++) ids[i] = Number(data[i] > limit);
  } else for (let i = 0; i < pixels; i++) ids[i] = indexOfLargest(data, i * channels, channels);
  return image(ids, [...shape.slice(0, -1), 1], metadata);
}
