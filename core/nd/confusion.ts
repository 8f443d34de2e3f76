/** Counts of true and predicted classes, and what follows from them. */

export interface ClassScores {
  /** TP / (TP + FP); 0 where the class was never predicted. */
  precision: number;
  /** TP / (TP + FN); 0 where the class does not occur. */
  recall: number;
  /** Harmonic mean of the two; 0 where both are 0. */
  f1: number;
  /** Items of the class. */
  support: number;
}

export class ConfusionMatrix {
  private readonly counts: Float64Array;

  /** @param classes number of class ids, from 0. */
  constructor(readonly classes: number) {
    this.counts = new Float64Array(classes * classes);
  }

  /** @throws RangeError for an id that does not exist. */
  add(truth: number, predicted: number): void {
    for (const id of [truth, predicted])
      if (!Number.isInteger(id) || id < 0 || id >= this.classes)
        throw new RangeError(`class ${id} does not exist: there are ${this.classes}, counted from 0`);
    this.counts[truth * this.classes + predicted]++;
  }

  /** Items of one class that were taken for another. */
  count(truth: number, predicted: number): number {
    return this.counts[truth * this.classes + predicted];
  }

  /** A row for each true class. */
  get rows(): number[][] {
    return Array.from({ length: this.classes }, (_, truth) => [
      ...this.counts.subarray(truth * this.classes, (truth + 1) * this.classes),
    ]);
  }

  get total(): number {
    return this.counts.reduce((sum, count) => sum + count, 0);
  }

  /** Share of items whose class is right; NaN without items. */
  get accuracy(): number {
    let right = 0;
    for (let id = 0; id < this.classes; id++) right += this.count(id, id);
    return right / this.total;
  }

  /** As scikit-learn's classification_report, with 0 for 0 / 0. */
  scores(id: number): ClassScores {
    const { rows } = this;
    const right = rows[id][id];
    const support = rows[id].reduce((sum, count) => sum + count, 0);
    const predicted = rows.reduce((sum, row) => sum + row[id], 0);
    return {
      precision: ratio(right, predicted),
      recall: ratio(right, support),
      f1: ratio(2 * right, support + predicted),
      support,
    };
  }
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
