/**
 * Makes of labels what spatial embeddings learn: numbers of objects and the centre of each (E_offset, E_sigma, E_seediness).
 */
import { Type } from 'typebox';
import { channelCount, image } from '../../core/image/image.js';
import { embeddingTarget } from '../../core/instances/embedding-centres.js';
import { defineStep } from '../../core/plugin/step.js';

/** After the augmentations: the centre of an object that was turned or cut off is another one. */
export const embeddingCentres = defineStep({
  id: 'augmenter/embedding-centres',
  role: 'augmenter',
  summary: 'Numbers the objects in the first channel of a target, and adds their centres as its last channels.',
  parameters: Type.Object(
    {
      mode: Type.Enum(['medoid', 'centroid'] as const, { default: 'medoid' }),
      mostPoints: Type.Integer({ minimum: 1, default: 10_000, description: 'Pixels that a medoid is found among.' }),
    },
    { additionalProperties: false },
  ),
  module: import.meta.url,
  run(pixels, options, random) {
    const { target } = pixels;
    if (!target) return pixels;
    const { numbers, centres } = embeddingTarget(target, () => random.uniform(0, 1), options);
    const before = channelCount(target);
    const channels = before + centres.length;
    const data = new Float32Array(numbers.length * channels);
    for (let i = 0; i < numbers.length; i++) {
      data[i * channels] = numbers[i];
      for (let c = 1; c < before; c++) data[i * channels + c] = target.data[i * before + c];
      for (const [axis, along] of centres.entries()) data[i * channels + before + axis] = along[i];
    }
    const kinds = pixels.targetKinds ?? new Array(before).fill('labels');
    return {
      ...pixels,
      target: image(data, [...target.shape.slice(0, -1), channels], target.metadata),
      targetKinds: [...kinds, ...centres.map(() => 'heat' as const)],
    };
  },
});
