/** What a training has measured so far, epoch by epoch; kept in `logs/<job_id>_training.csv`. */
import { readFile } from 'node:fs/promises';
import { FormatError } from '../errors.js';
import { formatCsv, parseCsv } from './csv.js';
import type { JobEvent } from './events.js';
import { writeWhole } from './write-aside.js';

export type EpochDone = Extract<JobEvent, { type: 'epoch.done' }>;

export interface EpochRecord {
  /** From 0. */
  epoch: number;
  learningRate: number;
  /** Length of the epoch with its validation. */
  seconds: number;
  /** Part of it spent waiting for samples. */
  waiting: number;
  /** Whether the validation loss was the best so far. */
  improved: boolean;
  /** `loss` and metrics, means over the batches. */
  train: Record<string, number>;
  /** None without validation data. */
  validation?: Record<string, number>;
}

/** Records in the order of their epochs. */
export class TrainingHistory {
  private readonly kept: EpochRecord[];

  constructor(records: readonly EpochRecord[] = []) {
    this.kept = [...records];
  }

  get records(): readonly EpochRecord[] {
    return this.kept;
  }

  /** Adds an epoch. A resumed training repeats the epochs after its checkpoint: the earlier records of them go. */
  add(event: EpochDone): void {
    const { epoch, learningRate, seconds, waiting, improved, train, validation } = event;
    const repeated = this.kept.findIndex((record) => record.epoch >= epoch);
    if (repeated !== -1) this.kept.length = repeated;
    this.kept.push({
      epoch,
      learningRate,
      seconds,
      waiting,
      improved,
      train: { ...train },
      ...(validation && { validation: { ...validation } }),
    });
  }

  /** Names measured in training or validation, `loss` first, then in order of appearance. */
  get names(): string[] {
    const names = new Set(['loss']);
    for (const { train, validation } of this.kept)
      for (const name of [...Object.keys(train), ...Object.keys(validation ?? {})]) names.add(name);
    return [...names];
  }

  /** Length of all epochs together. */
  get seconds(): number {
    return this.kept.reduce((sum, record) => sum + record.seconds, 0);
  }

  /** Values of one name over the epochs; epochs without it are left out. */
  values(part: 'train' | 'validation', name: string): number[] {
    return this.kept.flatMap((record) => record[part]?.[name] ?? []);
  }
}

const FIXED = ['epoch', 'learning_rate', 'seconds', 'waiting', 'improved'] as const;

/** One row per epoch: `epoch, learning_rate, seconds, waiting, improved, train_<name>…, validation_<name>…`. */
export function formatHistory(history: TrainingHistory): string {
  const { names, records } = history;
  const train = names.filter((name) => records.some((record) => record.train[name] !== undefined));
  const validation = names.filter((name) => records.some((record) => record.validation?.[name] !== undefined));
  return formatCsv([
    [...FIXED, ...train.map((name) => `train_${name}`), ...validation.map((name) => `validation_${name}`)],
    ...records.map((record) => [
      record.epoch,
      record.learningRate,
      record.seconds,
      record.waiting,
      record.improved,
      ...train.map((name) => record.train[name]),
      ...validation.map((name) => record.validation?.[name]),
    ]),
  ]);
}

/** Writes the CSV aside. */
export function saveHistory(file: string, history: TrainingHistory): Promise<void> {
  return writeWhole(file, formatHistory(history));
}

/**
 * The history that an earlier run of the same job left, for one that resumes it; empty when there is none.
 *
 * @throws FormatError when the file is not a table of {@link formatHistory}.
 */
export async function loadHistory(file: string): Promise<TrainingHistory> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return new TrainingHistory();
  try {
    return new TrainingHistory(parseRecords(parseCsv(text)));
  } catch (error) {
    throw new FormatError(
      `${file} is not a table of losses written by this program (${(error as Error).message}). ` +
        'Move it away to start a new one.',
      { where: { file }, cause: error },
    );
  }
}

function parseRecords([header = [], ...rows]: string[][]): EpochRecord[] {
  const missing = FIXED.find((name) => !header.includes(name));
  if (missing) throw new Error(`there is no column '${missing}'`);
  return rows.map((row, at) => {
    if (row.length !== header.length) throw new Error(`row ${at + 2} has ${row.length} fields, not ${header.length}`);
    const cell = new Map(header.map((name, i) => [name, row[i]]));
    const number = (name: string) => {
      const value = Number(cell.get(name));
      if (Number.isNaN(value) && cell.get(name) !== 'NaN') throw new Error(`'${name}' in row ${at + 2} is no number`);
      return value;
    };
    const measured = (prefix: string) =>
      header
        .filter((name) => name.startsWith(prefix) && cell.get(name) !== '')
        .map((name) => [name.slice(prefix.length), number(name)] as const);
    const validation = measured('validation_');
    return {
      epoch: number('epoch'),
      learningRate: number('learning_rate'),
      seconds: number('seconds'),
      waiting: number('waiting'),
      improved: cell.get('improved') === 'true',
      train: Object.fromEntries(measured('train_')),
      ...(validation.length > 0 && { validation: Object.fromEntries(validation) }),
    };
  });
}
