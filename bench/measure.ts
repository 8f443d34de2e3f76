/** What a benchmark gives, and the statistics it uses. */

/** One figure of ours, beside one of a reference where there is one. */
export interface Measure {
  name: string;
  ours: number;
  /** Undefined where there is no reference, or where it is not installed. */
  theirs?: number;
  unit: 'ms' | 's' | 'MB' | '%' | 'steps';
}

/** A benchmark group: gives figures one by one, so that they show as they come. */
export interface Group {
  summary: string;
  measure(options: GroupOptions): AsyncGenerator<Measure>;
}

export interface GroupOptions {
  /** Timed repetitions of each measure. */
  runs: number;
  /** Threads of the computation, for both sides. */
  threads: number;
  /** Only measures whose name contains this text. */
  only: string;
  /** For what a person should know beside the figures. */
  note(text: string): void;
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** The middle value; the upper one of two. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Ours over theirs: below 1 ours is faster or smaller. */
export function ratio({ ours, theirs }: Measure): number | undefined {
  return theirs === undefined ? undefined : ours / theirs;
}

export const MEGABYTE = 2 ** 20;
