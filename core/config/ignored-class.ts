import type { Config } from './schema.js';

/**
 * The class id that losses and metrics leave out; -1 for none. LOSS.IGNORE_INDEX wins; else, with more than two classes, it is
 * PROBLEM.SEMANTIC_SEG.IGNORE_CLASS_ID, whose 0 means none.
 */
export function ignoredClass({ LOSS: loss, DATA: data, PROBLEM: problem }: Config): number {
  if (loss.IGNORE_INDEX !== -1) return loss.IGNORE_INDEX;
  const { IGNORE_CLASS_ID: id } = problem.SEMANTIC_SEG;
  return problem.TYPE === 'SEMANTIC_SEG' && data.N_CLASSES > 2 && id !== 0 ? id : -1;
}
