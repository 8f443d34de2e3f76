/** Which images of a folder are read: all, or one side of a split. */
import path from 'node:path';
import { chooseSubset } from '../../core/image/subset.js';
import type { FolderParameters } from './folder-parameters.js';
import type { Pair } from './pairs.js';

export interface Chosen {
  pair: Pair;
  /** Place in the whole folder, so that random numbers do not depend on a split. */
  index: number;
  /** The folder holds nothing else: its patches have to be divided, since images cannot be. */
  only: boolean;
}

/** A split divides samples: the versions of an image stay together. */
export function choosePairs(pairs: readonly Pair[], { subset }: FolderParameters): Chosen[] {
  const samples = new Map<string | number, Chosen[]>();
  for (const [index, pair] of pairs.entries()) {
    const sample = pair.group ?? index;
    samples.set(sample, [...(samples.get(sample) ?? []), { pair, index, only: false }]);
  }
  const all = [...samples.values()];
  if (all.length === 1) return all[0].map((chosen) => ({ ...chosen, only: true }));
  const classes = all.flatMap(([{ pair }]) => pair.classId ?? []);
  return (subset ? chooseSubset(all, subset, classes.length > 0 ? classes : undefined) : all).flat();
}

/** Classes of which a split has left nothing on the side that is read, in a sentence. */
export function lackingClasses(pairs: readonly Pair[], chosen: readonly Chosen[]): string | undefined {
  const left = new Set(chosen.map(({ pair }) => pair.classId));
  const lacking = new Set(pairs.flatMap(({ classId, file }) => (left.has(classId) ? [] : [path.dirname(file)])));
  if (lacking.size === 0) return undefined;
  return (
    `The split of the training images leaves none of ${[...lacking].join(', ')} on one side. Draw at random ` +
    '(DATA.VAL.RANDOM), hold out more (DATA.VAL.SPLIT_TRAIN), or use folds (DATA.VAL.CROSS_VAL), which divide each class.'
  );
}
