/** How images are cut into patches, as parameters of every node that has to know it. */
import { Type } from 'typebox';
import type { Config } from '../config/index.js';
import type { Part } from './define.js';

export const CutParameters = {
  patch: Type.Array(Type.Integer({ minimum: 1 }), {
    minItems: 2,
    maxItems: 3,
    description: 'Sides of a patch in pixels, [y, x] or [z, y, x].',
  }),
  overlap: Type.Array(Type.Number({ minimum: 0, exclusiveMaximum: 1 }), {
    default: [],
    description: 'Least overlap of neighbours, as a fraction of the patch, for each axis.',
  }),
  padding: Type.Array(Type.Integer({ minimum: 0 }), {
    default: [],
    description: 'Pixels of context around the part of a prediction that is kept, for each axis.',
  }),
  complete: Type.Boolean({ default: true, description: 'Reflect images smaller than a patch until they fill one.' }),
};

/** Sides, overlap and padding of a part of the configuration. */
export function cutFromConfig(
  config: Config,
  part: Part,
): { patch: number[]; overlap: number[]; padding: number[]; complete: boolean } {
  const section = { train: config.DATA.TRAIN, validation: config.DATA.VAL, test: config.DATA.TEST }[part];
  return {
    patch: (config.DATA.PATCH_SIZE as number[]).slice(0, -1),
    overlap: [...(section.OVERLAP as number[])],
    padding: [...(section.PADDING as number[])],
    complete: config.DATA.REFLECT_TO_COMPLETE_SHAPE,
  };
}
