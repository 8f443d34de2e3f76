/** What `report.html` shows, collected from the events of a job. */
import path from 'node:path';
import type { Setting } from './config-summary.js';
import type { JobEvent } from './events.js';
import { TrainingHistory } from './history.js';
import { TestResults } from './test-results.js';

/** Pictures of one image: PNG files in memory, small enough to be put into the page. */
export interface ReportExample {
  name: string;
  /** In the order shown, such as raw image, target, prediction. */
  pictures: { title: string; png: Uint8Array }[];
}

export interface ReportLink {
  label: string;
  /** Relative to the page, with `/`. */
  path: string;
}

export interface ReportData {
  job: string;
  status: 'running' | 'finished' | 'failed' | 'aborted';
  /** Milliseconds since 1970. */
  started: number;
  seconds: number;
  device: string;
  seed: number;
  resumed: boolean;
  settings: readonly Setting[];
  history: TrainingHistory;
  results: TestResults;
  /** Length of training and test. */
  phases: { name: string; seconds: number }[];
  /** Why training ended, in words. */
  stopped?: string;
  examples: readonly ReportExample[];
  /** Each text once, in order. */
  warnings: string[];
  notices: string[];
  error?: string;
  links: readonly ReportLink[];
  /** How to do it again. */
  command?: string;
  configHash?: string;
  versions: Readonly<Record<string, string>>;
}

export interface ReportOptions {
  /** Milliseconds since 1970. */
  now: () => number;
  settings?: readonly Setting[];
  versions?: Readonly<Record<string, string>>;
  command?: string;
  configHash?: string;
  links?: readonly ReportLink[];
  /** Of the training that is resumed. */
  history?: TrainingHistory;
  /** Tells a failure from a stop by the user. */
  signal?: AbortSignal;
}

const REASONS = {
  finished: 'All epochs were done.',
  patience: 'The validation loss no longer improved.',
  'not-finite': 'The loss was not finite.',
  aborted: 'It was stopped by the user.',
} as const;

export class ReportRecorder {
  private readonly history: TrainingHistory;
  private readonly results = new TestResults();
  private readonly warnings = new Set<string>();
  private readonly notices = new Set<string>();
  private readonly phases: ReportData['phases'] = [];
  private examples: readonly ReportExample[] = [];
  private head: Extract<JobEvent, { type: 'job.started' }> | undefined;
  private started = 0;
  private status: ReportData['status'] = 'running';
  private stopped: string | undefined;
  private error: string | undefined;

  constructor(private readonly options: ReportOptions) {
    this.history = new TrainingHistory(options.history?.records);
  }

  take(event: JobEvent): void {
    switch (event.type) {
      case 'job.started':
        this.head = event;
        this.started = this.options.now();
        break;
      case 'epoch.done':
        this.history.add(event);
        break;
      case 'training.stopped':
        this.stopped = REASONS[event.reason];
        break;
      case 'phase.finished':
        this.phases.push({ name: event.phase === 'train' ? 'Training' : 'Test', seconds: event.seconds });
        break;
      case 'metric':
        this.results.add(event);
        break;
      case 'warning':
        this.warnings.add(event.message);
        break;
      case 'notice':
        this.notices.add(event.message);
        break;
      case 'node.failed':
        this.warnings.add(`${event.node}: ${event.message}`);
        break;
      case 'job.finished':
        this.status = 'finished';
        break;
      case 'job.failed':
        this.status = this.options.signal?.aborted ? 'aborted' : 'failed';
        this.error = event.message;
        break;
    }
  }

  /** Pictures for the page; they do not travel as events. */
  setExamples(examples: readonly ReportExample[]): void {
    this.examples = examples;
  }

  /** What is known so far; undefined before the job has started. */
  data(): ReportData | undefined {
    if (this.head === undefined) return undefined;
    const { now, settings = [], versions = {}, links = [], command, configHash } = this.options;
    const { job, device, seed, resumed } = this.head;
    return {
      job,
      device,
      seed,
      resumed,
      status: this.status,
      started: this.started,
      seconds: (now() - this.started) / 1000,
      settings,
      history: this.history,
      results: this.results,
      phases: [...this.phases],
      ...(this.stopped !== undefined && { stopped: this.stopped }),
      examples: this.examples,
      warnings: [...this.warnings],
      notices: [...this.notices],
      ...(this.error !== undefined && { error: this.error }),
      links,
      ...(command !== undefined && { command }),
      ...(configHash !== undefined && { configHash }),
      versions,
    };
  }
}

/** A link from a page in `folder` to a file or folder. */
export function reportLink(label: string, folder: string, target: string): ReportLink {
  return { label, path: path.relative(folder, target).split(path.sep).join('/') };
}
