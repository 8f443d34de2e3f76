/** The best epoch of a training: the one with the least validation loss, and the metrics it had. */

export interface BestEpoch {
  /** From 0. */
  epoch: number;
  loss: number;
  /** Metrics of that epoch, not each metric's own best. */
  metrics: Record<string, number>;
}

/** Follows the validation loss and tells which epoch's weights to keep. */
export class BestTracker {
  private kept: BestEpoch | undefined;

  /** The best epoch so far; none before a validation with a finite loss. */
  get best(): BestEpoch | undefined {
    return this.kept;
  }

  /** True when this epoch is strictly better than all before it. `values` holds `loss` and the metrics. */
  update(epoch: number, values: Readonly<Record<string, number>>): boolean {
    const { loss, ...metrics } = values;
    if (!(loss < (this.kept?.loss ?? Number.POSITIVE_INFINITY))) return false;
    this.kept = { epoch, loss, metrics };
    return true;
  }

  /** Plain JSON; null before the first improvement. */
  state(): BestEpoch | null {
    return this.kept ?? null;
  }

  restore(state: BestEpoch | null): void {
    this.kept = state ?? undefined;
  }
}

const LOWER_IS_BETTER = /^(l1|mae|mse|rmse|nrmse|fid|lpips|loss)\b|loss|error/i;

/** Which way a shown metric name improves: errors and losses go down, everything else goes up. */
export function metricDirection(name: string): 'min' | 'max' {
  return LOWER_IS_BETTER.test(name) ? 'min' : 'max';
}

/** Least or greatest of the finite values, by the metric's direction; NaN when there is none. */
export function bestOf(name: string, values: readonly number[]): number {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return Number.NaN;
  return finite.reduce((a, b) => (metricDirection(name) === 'min' ? Math.min(a, b) : Math.max(a, b)));
}
