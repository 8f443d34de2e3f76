/** What the test has measured: per image, and over all of them. */
import { formatCsv } from './csv.js';
import type { JobEvent } from './events.js';
import { writeWhole } from './write-aside.js';

export type MetricEvent = Extract<JobEvent, { type: 'metric' }>;

/** A metric in one of its variants, such as IoU over merged patches. */
export interface MetricColumn {
  name: string;
  variant: MetricEvent['variant'];
}

/** `IoU (merge patches)`. */
export function columnTitle({ name, variant }: MetricColumn): string {
  return `${name} (${variant})`;
}

/** The name printed for test metrics: BiaPy calls IoU the foreground IoU. */
export function shownTestMetric({ name, variant }: MetricColumn): string {
  return `${name === 'IoU' ? 'Foreground IoU' : name} (${variant})`;
}

/**
 * Collects metric events. The value of an image is the one measured on the image, or else the mean of those of its
 * patches; the overall value is the one measured over everything, or else the mean over the images.
 */
export class TestResults {
  private readonly known = new Map<string, MetricColumn>();
  private readonly overallValues = new Map<string, number>();
  private readonly images = new Map<string, Map<string, { image: number[]; patch: number[] }>>();

  add(event: MetricEvent): void {
    const { name, variant, level, sample, value } = event;
    const title = columnTitle(event);
    this.known.set(title, { name, variant });
    if (level === 'overall') {
      this.overallValues.set(title, value);
      return;
    }
    const of = sample ?? '';
    const row = this.images.get(of) ?? new Map<string, { image: number[]; patch: number[] }>();
    this.images.set(of, row);
    const values = row.get(title) ?? { image: [], patch: [] };
    row.set(title, values);
    values[level].push(value);
  }

  /** In order of appearance. */
  get columns(): MetricColumn[] {
    return [...this.known.values()];
  }

  /** Images sorted by name, as they are read; values that do not belong to an image are not among them. */
  get samples(): string[] {
    return [...this.images.keys()].filter((name) => name !== '').sort();
  }

  /** Undefined when the metric was not measured on that image. */
  ofImage(sample: string, column: MetricColumn): number | undefined {
    const values = this.images.get(sample)?.get(columnTitle(column));
    if (values === undefined) return undefined;
    return mean(values.image.length > 0 ? values.image : values.patch);
  }

  overall(column: MetricColumn): number {
    const measured = this.overallValues.get(columnTitle(column));
    if (measured !== undefined) return measured;
    return mean([...this.images.keys()].flatMap((sample) => this.ofImage(sample, column) ?? []));
  }

  /** Overall values under the names that are printed. */
  get summary(): Record<string, number> {
    return Object.fromEntries(this.columns.map((column) => [shownTestMetric(column), this.overall(column)]));
  }
}

/** `test_results_metrics.csv`: one row per image, `file` and one column per metric. */
export function formatTestResults(results: TestResults): string {
  const { columns, samples } = results;
  return formatCsv([
    ['file', ...columns.map(columnTitle)],
    ...samples.map((sample) => [sample, ...columns.map((column) => results.ofImage(sample, column))]),
  ]);
}

/** Writes the CSV aside. */
export function saveTestResults(file: string, results: TestResults): Promise<void> {
  return writeWhole(file, formatTestResults(results));
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : values.reduce((sum, value) => sum + value, 0) / values.length;
}
