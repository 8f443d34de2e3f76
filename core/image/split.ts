/**
 * Training and validation splits that agree with scikit-learn, hence with BiaPy, item by item.
 */

import { DataError } from '../errors.js';
import { MersenneTwister } from './mersenne.js';

/** Positions in the sorted list of images (or patches), each ascending. */
export interface Split {
  train: number[];
  validation: number[];
}

export interface SplitOptions {
  /** `SYSTEM.SEED`, an integer in [0, 2^32). */
  seed: number;
  /** Default true. */
  shuffle?: boolean;
}

/**
 * `train_test_split(range(count), test_size=fraction)`: `ceil(fraction · count)` items for validation, drawn at random
 * or, without shuffling, the last ones. Throws DataError when either side would be empty.
 */
export function splitTrainValidation(count: number, fraction: number, { seed, shuffle = true }: SplitOptions): Split {
  const held = Math.ceil(fraction * count);
  if (!(fraction > 0 && fraction < 1) || held < 1 || held >= count)
    throw new DataError(
      `a validation fraction of ${fraction} cannot be taken from ${count} training samples: each side needs one at least. ` +
        'Change DATA.VAL.SPLIT_TRAIN or give more images.',
      { where: { key: 'DATA.VAL.SPLIT_TRAIN' } },
    );
  const order = shuffle
    ? new MersenneTwister(seed).permutation(count)
    : Array.from({ length: count }, (_, i) => (i + count - held) % count);
  return { validation: order.slice(0, held).sort(ascending), train: order.slice(held).sort(ascending) };
}

/**
 * One fold of `StratifiedKFold(n_splits=folds)`: `fold` is 1-based and is the validation side. `classes` has one class
 * id an item (default: one class), so that every fold gets its share of each. Throws DataError for a fold out of range,
 * or when even the largest class has fewer items than there are folds.
 */
export function splitFold(
  count: number,
  folds: number,
  fold: number,
  { seed, shuffle = true, classes = new Array(count).fill(0) }: SplitOptions & { classes?: readonly number[] },
): Split {
  if (!(Number.isInteger(folds) && folds >= 2 && fold >= 1 && fold <= folds))
    throw new DataError(
      `fold ${fold} of ${folds} does not exist: folds are counted from 1 and there are at least two.`,
      {
        where: { key: 'DATA.VAL.CROSS_VAL_FOLD' },
      },
    );
  // scikit-learn numbers classes by their first appearance and deals them out of the sorted list.
  const names = [...new Set(classes)];
  const encoded = classes.map((name) => names.indexOf(name));
  const sorted = [...encoded].sort(ascending);
  const largest = Math.max(...names.map((_, index) => encoded.filter((other) => other === index).length));
  if (folds > largest)
    throw new DataError(`${folds} folds cannot be made of ${count} samples. Use fewer folds or give more images.`, {
      where: { key: 'DATA.VAL.CROSS_VAL_NFOLD' },
    });
  const generator = new MersenneTwister(seed);
  const foldOf = new Array<number>(count);
  for (let index = 0; index < names.length; index++) {
    const dealt: number[] = [];
    for (let i = 0; i < folds; i++) for (let at = i; at < count; at += folds) if (sorted[at] === index) dealt.push(i);
    if (shuffle) generator.shuffle(dealt);
    let next = 0;
    for (let item = 0; item < count; item++) if (encoded[item] === index) foldOf[item] = dealt[next++];
  }
  const items = foldOf.map((_, item) => item);
  return {
    train: items.filter((item) => foldOf[item] !== fold - 1),
    validation: items.filter((item) => foldOf[item] === fold - 1),
  };
}

function ascending(a: number, b: number): number {
  return a - b;
}
