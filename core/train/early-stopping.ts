/** When to end a training that no longer gets better (`TRAIN.PATIENCE`). */

/** Plain JSON. `best` is null before the first validation. */
export interface EarlyStoppingState {
  best: number | null;
  counter: number;
}

/**
 * Counts the epochs whose validation loss is above the best one. An equal loss counts as an improvement and starts
 * the count again (BiaPy's behaviour). A loss that is not a number counts as worse.
 */
export class EarlyStopping {
  private best = Number.POSITIVE_INFINITY;
  private count = 0;

  /** @param patience epochs to wait; -1 never stops. */
  constructor(readonly patience: number) {}

  /** Epochs since the last improvement. */
  get counter(): number {
    return this.count;
  }

  /** Takes the mean validation loss of an epoch; true when the training is to stop. */
  update(loss: number): boolean {
    if (loss <= this.best) {
      this.best = loss;
      this.count = 0;
    } else this.count++;
    return this.patience >= 0 && this.count > 0 && this.count >= this.patience;
  }

  state(): EarlyStoppingState {
    return { best: this.best === Number.POSITIVE_INFINITY ? null : this.best, counter: this.count };
  }

  restore(state: EarlyStoppingState): void {
    this.best = state.best ?? Number.POSITIVE_INFINITY;
    this.count = state.counter;
  }
}
