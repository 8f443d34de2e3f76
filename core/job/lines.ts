/** The lines that a job prints, made from its events; the same that BiaPy prints where it prints them. */
import { bestOf } from '../train/best.js';
import { EarlyStopping } from '../train/early-stopping.js';
import type { JobEvent } from './events.js';
import { type EpochDone, TrainingHistory } from './history.js';
import { formatBytes } from './memory.js';
import { Meter } from './meter.js';
import { TestResults } from './test-results.js';
import { clockTime, dateTime, shortTime } from './time-text.js';

/** `batch` lines repeat what progress bars show; everything else is worth keeping on a screen. */
export interface Line {
  kind: 'section' | 'info' | 'batch' | 'epoch' | 'result' | 'notice' | 'warning' | 'error';
  text: string;
}

export interface LinesOptions {
  /** Milliseconds since 1970. */
  now: () => number;
  /** `TRAIN.PATIENCE`, for the early stopping counter. */
  patience?: number;
  /** What the training that is resumed had measured. */
  history?: TrainingHistory;
  /** Printed at the start: program and library versions by name. */
  versions?: Readonly<Record<string, string>>;
  /** Printed at the start: the command that was given. */
  command?: string;
  /** Batches between two lines. */
  every?: number;
}

type BatchDone = Extract<JobEvent, { type: 'batch.done' }>;

/** A title between two rules. */
export function banner(title: string): string {
  const rule = '#'.repeat(title.length + 6);
  return `\n${rule}\n#  ${title}  #\n${rule}\n`;
}

/** Turns events into lines, one job at a time. */
export class JobLines {
  private readonly history: TrainingHistory;
  private readonly results = new TestResults();
  private readonly stopping: EarlyStopping;
  private meters = new Map<string, Meter>();
  private iteration = new Meter();
  private bestLoss: number | undefined;
  private bestFile: { epoch: number; file: string } | undefined;
  private best: EpochDone['best'];

  constructor(private readonly options: LinesOptions) {
    this.stopping = new EarlyStopping(options.patience ?? -1);
    this.history = new TrainingHistory(options.history?.records);
    for (const { improved, validation } of this.history.records) {
      if (validation) this.stopping.update(validation['loss']);
      if (improved) this.bestLoss = validation?.['loss'];
    }
  }

  /** Lines for one event; none for most. Events must come in their order. */
  take(event: JobEvent): Line[] {
    switch (event.type) {
      case 'job.started':
        return info(
          `Date: ${dateTime(this.options.now())}`,
          this.options.command && `Arguments: ${this.options.command}`,
          `Job: ${event.job}${event.resumed ? ' (resumed)' : ''}`,
          `Folder: ${event.folder}`,
          ...Object.entries(this.options.versions ?? {}).map(([name, version]) => `${name}: ${version}`),
          `Device: ${event.device}`,
          `Seed: ${event.seed}`,
        );
      case 'phase.started':
        return [{ kind: 'section', text: banner(event.phase === 'train' ? 'TRAIN' : 'INFERENCE') }];
      case 'phase.finished':
        return event.phase === 'test' ? this.testResults() : [];
      case 'epoch.started':
        this.meters = new Map();
        this.iteration = new Meter();
        return [{ kind: 'epoch', text: `~~~ Epoch ${event.epoch + 1}/${event.epochs} ~~~` }];
      case 'batch.done':
        return this.batch(event);
      case 'epoch.done':
        return this.epoch(event);
      case 'checkpoint.saved':
        return this.checkpoint(event);
      case 'training.stopped':
        return this.training(event.reason);
      case 'metric':
        this.results.add(event);
        return [];
      case 'memory.high':
        return warning(
          `Memory: ${formatBytes(event.used)} of the budget of ${formatBytes(event.budget)} were in use at once.`,
        );
      case 'notice':
        return [{ kind: 'notice', text: event.message }];
      case 'warning':
        return warning(event.message);
      case 'node.failed':
        return [{ kind: 'error', text: `ERROR in ${event.node}: ${event.message}` }];
      case 'job.finished':
        return info(`FINISHED JOB ${event.job} !!`);
      case 'job.failed':
        return [{ kind: 'error', text: `ERROR: job ${event.job} failed: ${event.message}` }];
      default:
        return [];
    }
  }

  private batch(event: BatchDone): Line[] {
    const { epoch, step, steps, loss, metrics, learningRate, seconds } = event;
    for (const [name, value] of Object.entries({ loss, ...metrics, lr: learningRate })) {
      if (!this.meters.has(name)) this.meters.set(name, new Meter());
      this.meters.get(name)!.add(value);
    }
    this.iteration.add(seconds);
    if (step % (this.options.every ?? 10) !== 0 && step !== steps - 1) return [];
    const fields = [
      `Epoch: [${epoch + 1}]`,
      `[${String(step).padStart(String(steps).length)}/${steps}]`,
      `eta: ${clockTime(this.iteration.mean * (steps - step - 1))}`,
      ...this.stats(),
      `iter-time: ${this.iteration.recentMean.toFixed(4)}`,
    ];
    return [{ kind: 'batch', text: fields.join('  ') }];
  }

  /** `loss: median (mean)`, metrics alike, and the last learning rate. */
  private stats(): string[] {
    return [...this.meters].map(([name, meter]) =>
      name === 'lr' ? `lr: ${meter.last.toFixed(6)}` : `${name}: ${meter.median.toFixed(4)} (${meter.mean.toFixed(4)})`,
    );
  }

  private epoch(event: EpochDone): Line[] {
    const { epoch, epochs, steps, train, validation, seconds, waiting } = event;
    this.history.add(event);
    const texts: (string | false)[] = [];
    if (this.meters.size > 0) {
      const pass = this.iteration.sum;
      texts.push(
        `Epoch: [${epoch + 1}] Total time: ${clockTime(pass)} (${(pass / steps).toFixed(4)} s / it)`,
        seconds > 0 && `Epoch: [${epoch + 1}] Waited for data ${((100 * waiting) / seconds).toFixed(1)} % of the time`,
        `[Train] averaged stats: ${this.stats().join('  ')}`,
      );
    } else texts.push(`[Train] averaged stats: ${means(train)}`);
    if (validation) {
      texts.push(`[Val] averaged stats: ${means(validation)}`, this.improvement(event));
      this.stopping.update(validation['loss']);
      texts.push(
        this.stopping.counter > 0 &&
          this.stopping.patience >= 0 &&
          `EarlyStopping counter: ${this.stopping.counter} out of ${this.stopping.patience}`,
      );
    }
    if (event.best) {
      this.best = event.best;
      this.bestLoss = event.best.loss;
      const metrics = Object.keys(event.best.metrics).length > 0 ? ` best  ${means(event.best.metrics)}` : '';
      texts.push(`[Val] best loss: ${event.best.loss.toFixed(4)}${metrics}`);
    }
    const elapsed = this.history.seconds;
    texts.push(
      `[Time] ${shortTime(seconds)} ${shortTime(elapsed)}/${shortTime(elapsed + seconds * (epochs - epoch - 1))}`,
    );
    return texts.filter((text) => text !== false).map((text) => ({ kind: 'epoch', text }));
  }

  private improvement({ epoch, validation, improved }: EpochDone): string | false {
    if (!improved || !validation) return false;
    const file = this.bestFile?.epoch === epoch ? `, saving model to ${this.bestFile.file}` : '';
    return `Val loss improved from ${significant(this.bestLoss ?? 'inf')} to ${significant(validation['loss'])}${file}`;
  }

  private checkpoint({ file, epoch, reason }: Extract<JobEvent, { type: 'checkpoint.saved' }>): Line[] {
    // Named in the epoch's summary, which comes after it.
    if (reason === 'best') this.bestFile = { epoch, file };
    return reason === 'periodic' ? [{ kind: 'epoch', text: `Saving model to ${file}` }] : [];
  }

  private training(reason: Extract<JobEvent, { type: 'training.stopped' }>['reason']): Line[] {
    if (reason === 'not-finite') return [{ kind: 'error', text: 'The loss is not finite, stopping training' }];
    const last = this.history.records.at(-1);
    const values = (title: string, of: Record<string, number> = {}) =>
      Object.entries(of).map(([name, value]) => `${title} ${name}: ${significant(value)}`);
    return info(
      reason === 'patience' && 'Early stopping',
      reason === 'aborted' && 'Training was stopped by the user',
      `Training time: ${clockTime(this.history.seconds)}`,
      ...values('Train', last?.train),
      ...values('Validation', last?.validation),
      'Finished Training',
    );
  }

  private testResults(): Line[] {
    const { columns, summary } = this.results;
    if (columns.length === 0) return [];
    const { records, names } = this.history;
    const trained = records.length > 0 && [
      `Epoch number: ${records.length}`,
      `Train time: ${clockTime(this.history.seconds)}`,
      ...names.map((name) => `Train ${name}: ${significant(bestOf(name, this.history.values('train', name)))}`),
      ...(this.best
        ? [
            `Validation loss: ${significant(this.best.loss)}`,
            ...Object.entries(this.best.metrics).map(([name, value]) => `Validation ${name}: ${significant(value)}`),
          ]
        : []),
    ];
    const texts = [
      'The values below represent the averages across all test samples',
      ...(trained || []),
      ...Object.entries(summary).map(([name, value]) => `Test ${name}: ${significant(value)}`),
    ];
    return [{ kind: 'section', text: banner('RESULTS') }, ...texts.map((text): Line => ({ kind: 'result', text }))];
  }
}

/** At most six significant digits, without trailing zeros. */
export function significant(value: number | string): string {
  return typeof value === 'string' || !Number.isFinite(value) ? String(value) : String(Number(value.toPrecision(6)));
}

function means(values: Readonly<Record<string, number>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}: ${value.toFixed(4)}`)
    .join('  ');
}

function info(...texts: (string | false | undefined)[]): Line[] {
  return texts
    .filter((text) => typeof text === 'string' && text !== '')
    .map((text) => ({ kind: 'info', text: String(text) }));
}

function warning(text: string): Line[] {
  return [{ kind: 'warning', text: `WARNING: ${text}` }];
}
