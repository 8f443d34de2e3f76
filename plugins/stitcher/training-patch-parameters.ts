/** Which patches a training takes of its images. */
import { type Static, Type } from 'typebox';
import { Subset } from '../../core/image/subset.js';
import { CutParameters } from '../../core/plugin/cut-parameters.js';
import { ForegroundWeights } from './random-places.js';

export const TrainingPatchParameters = Type.Object(
  {
    ...CutParameters,
    random: Type.Boolean({
      default: false,
      description: 'One patch at a random place of each image and epoch, instead of all patches of a grid.',
    }),
    foreground: ForegroundWeights,
    foregroundOf: Type.String({
      default: '',
      description: 'Product in which foreground is what is above 0; empty for the target.',
    }),
    reach: Type.Array(Type.Integer({ minimum: 1 }), {
      default: [],
      description:
        'Sides of the box that is cut around a patch, as far as the image goes, for an augmenter that zooms or turns it and cuts the patch itself.',
    }),
    crop: Type.Union(
      [
        Type.Object(
          {
            chance: Type.Number({ minimum: 0, maximum: 1 }),
            share: Type.Array(Type.Number({ exclusiveMinimum: 0, maximum: 1 }), { minItems: 2, maxItems: 2 }),
          },
          { additionalProperties: false },
        ),
        Type.Null(),
      ],
      {
        default: null,
        description:
          'Boxes that cover a random share of the image, for an augmenter that brings them to the size of a patch.',
      },
    ),
    partners: Type.Boolean({
      default: false,
      description: 'Give every patch another one of the same epoch along, for augmenters that mix two.',
    }),
    replicate: Type.Integer({ default: 0, minimum: 0, description: 'Times that the list of samples is repeated.' }),
    versions: Type.Boolean({
      default: false,
      description: 'Images of one group are versions of each other: each patch is taken from a random one of them.',
    }),
    balance: Type.Union(
      [
        Type.Object(
          {
            pattern: Type.String({
              description: 'Regular expression whose first group in the file name is the group.',
            }),
            alpha: Type.Number({ minimum: 0, maximum: 1, default: 0.5 }),
          },
          { additionalProperties: false },
        ),
        Type.Null(),
      ],
      {
        default: null,
        description: 'Draw the samples of an epoch with a chance for each group of its size to the power of alpha.',
      },
    ),
    subset: Type.Union([Subset, Type.Null()], {
      default: null,
      description:
        'Side of a split. Images were divided by the loader; the patches of a single image are divided here.',
    }),
    epochs: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()], {
      default: null,
      description: 'Epochs to give, each with its own draws; null gives the same patches at each subscription.',
    }),
    shuffle: Type.Boolean({ default: true, description: 'Another order in each epoch.' }),
    inMemory: Type.Boolean({
      default: true,
      description: 'Keep images in memory as far as a third of the budget allows.',
    }),
    batch: Type.Integer({ default: 1, minimum: 1, description: 'Patches that are needed at the same time.' }),
    prefetch: Type.Integer({ default: 16, minimum: 1, description: 'Patches that may be on their way.' }),
  },
  { additionalProperties: false },
);

export type PatchParameters = Static<typeof TrainingPatchParameters>;
