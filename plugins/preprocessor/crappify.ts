/**
 * Degrades images and keeps what they were as their targets (PROBLEM.SELF_SUPERVISED, crappify).
 */
import { map } from 'rxjs';
import { Type } from 'typebox';
import { sizeOf } from '../../core/image/image.js';
import { crappify } from '../../core/nd/crappify.js';
import { defineNode } from '../../core/plugin/define.js';
import { services } from '../../core/plugin/services.js';

/**
 * BiaPy keeps degraded images beside the data. Here they are made when images are read: the noise of an image depends on the
 * seed and its place in the folder alone, so that it is the same in each epoch and run.
 */
export const crappifier = defineNode({
  id: 'preprocessor/crappify',
  role: 'preprocessor',
  summary: 'Adds noise to images and takes their fine detail; what they were becomes the target.',
  inputs: { main: ['image'] },
  output: 'image',
  parameters: Type.Object(
    {
      noise: Type.Number({
        minimum: 0,
        maximum: 1,
        default: 0.2,
        description: 'Standard deviation of the noise, as a share of the largest value of the image.',
      }),
      factor: Type.Number({
        minimum: 1,
        default: 4,
        description: 'Pixels of a plane for each one that is left: each axis is shrunk by the square root.',
      }),
    },
    { additionalProperties: false },
  ),
  // The target is the image as it is after all other preparation.
  order: 200,
  needs: { random: services.random },
  fromConfig: ({ PROBLEM: { TYPE, SELF_SUPERVISED: settings } }) =>
    TYPE === 'SELF_SUPERVISED' && settings.PRETEXT_TASK === 'crappify'
      ? { noise: settings.NOISE, factor: settings.RESIZING_FACTOR }
      : undefined,
  // Noisy values and both resizings in double precision, and the image as it was.
  memory: (_, { shape, bytes }) => bytes + 3 * sizeOf(shape) * Float64Array.BYTES_PER_ELEMENT,
  plan: (_, { main }) => ({ ...main, images: main.images.map((each) => ({ ...each, targetShape: each.shape })) }),
  create:
    (options, { random }) =>
    ({ main }) =>
      main.pipe(
        map((sample) => {
          const draws = random({ sample: sample.index, node: 'crappify' });
          return { ...sample, image: crappify(sample.image, options, draws), target: sample.image };
        }),
      ),
});
