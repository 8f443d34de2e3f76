import { nearest } from '../graph/nearest.js';

/** The name that was probably meant: one that the word begins, one that holds it, or the one with the fewest edits. */
export function closest(word: string, names: readonly string[]): string | undefined {
  const lower = word.toLowerCase();
  const holding = lower.length < 3 ? [] : names.filter((name) => name.toLowerCase().includes(lower));
  return holding.find((name) => name.toLowerCase().startsWith(lower)) ?? nearest(word, names) ?? holding[0];
}
