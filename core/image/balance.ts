/**
 * Drawing samples evenly across groups that the names of files tell (PROBLEM.IMAGE_TO_IMAGE.BALANCE_GROUPS).
 */
import path from 'node:path';
import { compilePython } from '../config/check/regular-expression.js';
import { DataError } from '../errors.js';
import type { RandomStream } from './random.js';

export interface Balance {
  /** Regular expression, as Python spells it, whose first group in a file name is the group of the sample. */
  pattern: string;
  /** A group is drawn with a chance of its size to the power of alpha: 1 as it is, 0 all groups alike. */
  alpha: number;
}

/**
 * Running sums of the chances of samples; those of a group share its chance evenly.
 *
 * @param samples with the folder of its versions as the name of one that has them.
 * @throws DataError for a name without a group.
 */
export function balancedChances(
  samples: readonly { file: string; group?: string }[],
  { pattern, alpha }: Balance,
): Float64Array {
  const expression = compilePython(pattern);
  const groups = samples.map(({ file, group }) => {
    const name = group ?? path.basename(file);
    const found = expression?.exec(name)?.[1];
    if (found !== undefined) return found;
    throw new DataError(
      `${file}: '${pattern}' finds no group in the name '${name}'. Correct PROBLEM.IMAGE_TO_IMAGE.BALANCE_GROUPS.REGEX, or rename the file.`,
      { where: { file, key: 'PROBLEM.IMAGE_TO_IMAGE.BALANCE_GROUPS.REGEX' } },
    );
  });
  const sizes = new Map<string, number>();
  for (const group of groups) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  let sum = 0;
  return Float64Array.from(groups, (group) => {
    sum += sizes.get(group)! ** (alpha - 1);
    return sum;
  });
}

/** Position of the first running sum above a uniform draw. */
export function drawIndex(sums: Float64Array, draws: RandomStream): number {
  const drawn = draws.uniform(0, sums[sums.length - 1]);
  let [low, high] = [0, sums.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sums[middle] > drawn) high = middle;
    else low = middle + 1;
  }
  return low;
}
