import { itemsOf, list, numberOf, type OldFile } from './old-file.js';

/** Scalars that became lists when a second optimizer came in (rules R018 to R021). */
export function upgradeTrain(old: OldFile): void {
  const optimizer = old.value('TRAIN.OPTIMIZER');
  if (optimizer?.kind === 'str') old.reshape('TRAIN.OPTIMIZER', list([optimizer], optimizer.origin), 'R018');

  // Upstream wraps floats alone; `1`, and `1e-4`, which YAML leaves as a text, are meant the same way.
  const rate = old.value('TRAIN.LR');
  if (rate && numberOf(rate) !== undefined) old.reshape('TRAIN.LR', list([rate], rate.origin), 'R019');

  const betas = old.value('TRAIN.OPT_BETAS');
  if (betas && itemsOf(betas)?.length && itemsOf(betas)!.every((item) => numberOf(item) !== undefined))
    old.reshape('TRAIN.OPT_BETAS', list([{ ...betas, kind: 'list' } as typeof betas], betas.origin), 'R020');

  const least = old.value('TRAIN.LR_SCHEDULER.MIN_LR');
  if (least && numberOf(least) !== undefined) {
    const optimizers = itemsOf(old.seen('TRAIN.OPTIMIZER'))?.length ?? 1;
    old.reshape('TRAIN.LR_SCHEDULER.MIN_LR', list(Array(optimizers).fill(least), least.origin), 'R021');
  }
}
