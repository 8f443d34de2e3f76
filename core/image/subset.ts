/** One side of a split as plain data: which items of a list are read. */
import { type Static, Type } from 'typebox';
import type { Config } from '../config/index.js';
import { DataError } from '../errors.js';
import { splitFold, splitTrainValidation } from './split.js';

export const Subset = Type.Object(
  {
    part: Type.Union([Type.Literal('train'), Type.Literal('validation')], { description: 'Which side is read.' }),
    fraction: Type.Optional(Type.Number({ description: 'Share of the items held out for validation, in (0, 1).' })),
    folds: Type.Optional(Type.Integer({ description: 'Number of folds of a cross-validation.' })),
    fold: Type.Optional(Type.Integer({ description: 'Fold held out, from 1.' })),
    shuffle: Type.Boolean({ default: true }),
    seed: Type.Integer({ default: 0 }),
  },
  { additionalProperties: false },
);
export type Subset = Static<typeof Subset>;

/**
 * The items of the side that is read, in their order.
 *
 * @param classes a class id for each item, of which every fold gets its share; a fraction is drawn without looking at
 *   them, as in BiaPy.
 * @throws DataError when a side would be empty, or neither a fraction nor folds are given.
 */
export function chooseSubset<T>(items: readonly T[], subset: Subset, classes?: readonly number[]): T[] {
  const { part, folds, fold = 1, fraction, seed, shuffle } = subset;
  if (folds === undefined && fraction === undefined) throw new DataError('a subset needs a fraction or folds.');
  const split =
    folds !== undefined
      ? splitFold(items.length, folds, fold, { seed, shuffle, ...(classes && { classes }) })
      : splitTrainValidation(items.length, fraction!, { seed, shuffle });
  return split[part].map((i) => items[i]);
}

/** A side of the split of the training images (DATA.VAL.FROM_TRAIN). */
export function subsetFromConfig({ DATA: { VAL: val }, SYSTEM }: Config, part: 'train' | 'validation'): Subset {
  const split = val.CROSS_VAL
    ? { folds: val.CROSS_VAL_NFOLD, fold: val.CROSS_VAL_FOLD }
    : { fraction: val.SPLIT_TRAIN };
  return { part, ...split, shuffle: val.RANDOM, seed: SYSTEM.SEED };
}
