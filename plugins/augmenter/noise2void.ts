/**
 * Makes training pairs for Noise2Void out of noisy patches alone (PROBLEM.DENOISING).
 */
import { map } from 'rxjs';
import { type Static, Type } from 'typebox';
import { channelCount } from '../../core/image/image.js';
import { type BlindSpotOptions, blindSpots, MANIPULATORS } from '../../core/nd/blind-spots.js';
import { defineNode } from '../../core/plugin/define.js';
import { services } from '../../core/plugin/services.js';

const Parameters = Type.Object(
  {
    percentage: Type.Number({
      default: 0.198,
      exclusiveMinimum: 0,
      maximum: 100,
      description: 'Percentage of the pixels that are hidden from the network.',
    }),
    manipulator: Type.Enum(MANIPULATORS, {
      default: 'uniform_withCP',
      description: 'What is put in place of a hidden pixel.',
    }),
    radius: Type.Integer({ default: 5, minimum: 1, description: 'Reach of the neighbourhood in pixels.' }),
    structured: Type.Boolean({
      default: false,
      description: 'Hide a bar of 11 pixels along x around each pixel, too: against noise that forms lines.',
    }),
  },
  { additionalProperties: false },
);

/**
 * Placed behind the augmenters: what it hides must be seen by nobody after it. Random numbers depend on the epoch, which
 * never changes for validation, so that its pixels stay the same.
 */
export const noise2void = defineNode({
  id: 'augmenter/noise2void',
  role: 'augmenter',
  summary: 'Hides single pixels of noisy patches; the network learns to predict them from their surroundings.',
  inputs: { main: ['patch'] },
  output: 'patch',
  parameters: Parameters,
  needs: { random: services.random },
  // The target is made here: true values and mask, for each channel.
  plan: (_, { main }) => ({
    ...main,
    images: main.images.map((picture) => ({
      ...picture,
      targetShape: [...picture.shape.slice(0, -1), 2 * picture.shape[picture.shape.length - 1]],
    })),
  }),
  create:
    (parameters: Static<typeof Parameters>, { random }, place) =>
    ({ main }) =>
      main.pipe(
        map((sample) => {
          const draws = random({ epoch: sample.moment?.epoch, sample: sample.index, node: place.name });
          const { image, target } = blindSpots(sample.image, parameters satisfies BlindSpotOptions, draws);
          return { ...sample, image, target, targetKinds: new Array(2 * channelCount(sample.image)).fill('image') };
        }),
      ),
});
