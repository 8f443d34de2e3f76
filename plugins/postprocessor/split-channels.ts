/**
 * Takes a product apart into several, each with an equal part of its channels.
 */
import { map } from 'rxjs';
import { Type } from 'typebox';
import { DataError } from '../../core/errors.js';
import { allocate, channelCount, type Image, image } from '../../core/image/image.js';
import { productOf } from '../../core/image/sample.js';
import { defineNode } from '../../core/plugin/define.js';

export const splitChannels = defineNode({
  id: 'postprocessor/split-channels',
  role: 'postprocessor',
  summary: 'Takes a product apart into several with equal numbers of channels.',
  inputs: { main: ['channels'] },
  output: 'same',
  parameters: Type.Object(
    {
      product: Type.String({ default: 'channels', description: 'Product that is taken apart.' }),
      into: Type.Array(Type.String(), { minItems: 1, description: 'Names of the parts, in the order of channels.' }),
    },
    { additionalProperties: false },
  ),
  memory: (_, { shape }) => shape.reduce((product, side) => product * side, 3 * Float32Array.BYTES_PER_ELEMENT),
  create:
    ({ product, into }, _, place) =>
    ({ main }) =>
      main.pipe(
        map((sample) => {
          const parts = split(productOf(sample, product, place.name), into.length, place.name);
          const named = Object.fromEntries(into.map((name, i) => [name, parts[i]]));
          return { ...sample, products: { ...sample.products, ...named } };
        }),
      ),
});

/** @throws DataError when the channels cannot be divided. */
function split(picture: Image, count: number, node: string): Image[] {
  const all = channelCount(picture);
  const channels = all / count;
  if (!Number.isInteger(channels))
    throw new DataError(`node '${node}' cannot divide ${all} channels into ${count} equal parts.`, { where: { node } });
  const { data, shape, dtype, metadata } = picture;
  return Array.from({ length: count }, (_, part) => {
    const values = allocate(dtype, data.length / count);
    for (let i = 0; i < values.length; i++)
      values[i] = data[Math.floor(i / channels) * all + part * channels + (i % channels)];
    return image(values, [...shape.slice(0, -1), channels], metadata);
  });
}
