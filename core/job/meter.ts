/** A value followed over the batches of an epoch. */
export class Meter {
  private readonly recent: number[] = [];
  private total = 0;
  private count = 0;

  /** @param window how many of the last values the median and the recent mean look at. */
  constructor(private readonly window = 20) {}

  add(value: number): void {
    this.recent.push(value);
    if (this.recent.length > this.window) this.recent.shift();
    this.total += value;
    this.count++;
  }

  /** Of the recent values; the lower one of two middle values, as in PyTorch. NaN if one of them is. */
  get median(): number {
    if (this.recent.some(Number.isNaN)) return Number.NaN;
    const sorted = [...this.recent].sort((a, b) => a - b);
    return sorted[(sorted.length - 1) >> 1] ?? Number.NaN;
  }

  /** Mean of the recent values. */
  get recentMean(): number {
    return this.recent.reduce((sum, value) => sum + value, 0) / this.recent.length;
  }

  /** Mean of all values. */
  get mean(): number {
    return this.total / this.count;
  }

  get sum(): number {
    return this.total;
  }

  get last(): number {
    return this.recent.at(-1) ?? Number.NaN;
  }
}
