/** Everything that a job leaves about itself, written as its events come: logs, tables, charts, report and manifest. */
import type { Observable } from 'rxjs';
import { chartsAreDue, saveCharts } from './charts.js';
import { summariseConfig } from './config-summary.js';
import type { JobEvent } from './events.js';
import type { JobPaths } from './folder.js';
import { hashConfig } from './hash.js';
import { loadHistory, saveHistory, TrainingHistory } from './history.js';
import { JobLines } from './lines.js';
import { appendLog, timestamped, trainingLogLine } from './log.js';
import { ManifestRecorder } from './manifest.js';
import { type ReportExample, ReportRecorder, reportLink } from './report.js';
import { saveReport } from './report-page.js';
import { eventFile, TensorBoardRecords } from './tensorboard.js';
import { saveTestResults, TestResults } from './test-results.js';
import { fileTimestamp } from './time-text.js';
import { softwareVersions } from './versions.js';
import { WriteQueue } from './write-queue.js';

export interface RecordOptions {
  paths: JobPaths;
  /** Milliseconds since 1970. */
  now: () => number;
  /** The resolved configuration, and its copy in the job folder. */
  config: unknown;
  configFile?: string;
  /** What was typed to start the job. */
  command?: string;
  /** `LOG.CHART_CREATION_FREQ`. */
  chartFrequency: number;
  /** `TRAIN.PATIENCE`. */
  patience?: number;
  /** Goes on with the losses of an earlier run of this job. */
  resume?: boolean;
  versions?: Readonly<Record<string, string>>;
  signal?: AbortSignal;
  /** Hears at once when something cannot be written, so that the job can end instead of computing for nothing. */
  onError?: (error: unknown) => void;
}

export interface JobRecord {
  /** Losses of the earlier run, and of this one as they come. */
  readonly history: TrainingHistory;
  /** Pictures for the report. */
  setExamples(examples: readonly ReportExample[]): void;
  /**
   * Writes what is still to be written, the report and the manifest. Call it once, when the job has ended in any way.
   *
   * @throws OutputError the first thing that could not be written.
   */
  close(): Promise<void>;
}

/**
 * Subscribes to the events of a job before it starts.
 *
 * @throws FormatError when the losses of the run to resume cannot be read.
 */
export async function recordJob(events: Observable<JobEvent>, options: RecordOptions): Promise<JobRecord> {
  const history = options.resume ? await loadHistory(options.paths.trainingCsv) : new TrainingHistory();
  return new Recorder(events, options, history);
}

class Recorder implements JobRecord {
  private readonly lines: JobLines;
  private readonly tensorBoard: TensorBoardRecords;
  private readonly manifest: ManifestRecorder;
  private readonly report: ReportRecorder;
  private readonly results = new TestResults();
  private readonly queue: WriteQueue;
  private readonly subscription: { unsubscribe(): void };
  /** Content that waits for its file, by file. */
  private readonly pending = new Map<string, (string | Uint8Array)[]>();
  private readonly files: { text: string; training: string; scalars: string };

  constructor(
    events: Observable<JobEvent>,
    private readonly options: RecordOptions,
    readonly history: TrainingHistory,
  ) {
    const { paths, now, config, configFile, command, patience, signal } = options;
    const versions = options.versions ?? { ...softwareVersions() };
    const configHash = hashConfig(config);
    const begun = now();
    this.files = {
      text: paths.textLog(fileTimestamp(begun)),
      training: paths.trainingLog(fileTimestamp(begun)),
      scalars: eventFile(paths.tensorboard, begun),
    };
    this.queue = new WriteQueue((error) => options.onError?.(error));
    this.lines = new JobLines({ now, history, versions, command, patience });
    this.tensorBoard = new TensorBoardRecords(now);
    this.manifest = new ManifestRecorder({
      file: paths.manifest,
      config: { sha256: configHash, ...(configFile !== undefined && { file: configFile }) },
      now,
      command,
      versions,
      signal,
    });
    const link = (label: string, target: string) => reportLink(label, paths.results, target);
    this.report = new ReportRecorder({
      now,
      history,
      versions,
      command,
      configHash,
      signal,
      settings: summariseConfig(config),
      links: [
        link('Results', paths.results),
        link('Charts', paths.charts),
        link('Checkpoints', paths.checkpoints),
        link('Logs', paths.logs),
        link('Configuration', configFile ?? paths.configFiles),
        link('Manifest', paths.manifest),
      ],
    });
    this.subscription = events.subscribe((event) => this.take(event));
  }

  setExamples(examples: readonly ReportExample[]): void {
    this.report.setExamples(examples);
  }

  async close(): Promise<void> {
    this.subscription.unsubscribe();
    const { paths } = this.options;
    this.manifest.end();
    if (this.history.records.length > 0) this.drawCharts();
    // Of a test that was cut off, the images that were done.
    this.saveResults();
    this.queue.push(async () => {
      const data = this.report.data();
      if (data === undefined) return;
      // A job that ends without having said how was stopped.
      await saveReport(paths.report, data.status === 'running' ? { ...data, status: 'aborted' } : data);
      this.wrote(paths.report, 'report');
    });
    try {
      await this.queue.settled();
    } finally {
      await this.manifest.save();
    }
  }

  private take(event: JobEvent): void {
    const { now, chartFrequency } = this.options;
    for (const { text } of this.lines.take(event)) this.append(this.files.text, timestamped(text, now()), 'log');
    const scalars = this.tensorBoard.take(event);
    if (scalars) this.append(this.files.scalars, scalars, 'tensorboard');
    this.manifest.take(event);
    this.report.take(event);
    switch (event.type) {
      case 'job.started':
        this.queue.push(() => this.manifest.save());
        break;
      case 'epoch.done':
        this.history.add(event);
        this.append(this.files.training, trainingLogLine(event), 'log');
        this.queue.push(() => this.saveTable(), 'table');
        if (chartsAreDue(event.epoch, event.epochs, chartFrequency)) this.drawCharts();
        break;
      case 'metric':
        this.results.add(event);
        break;
      case 'phase.finished':
        this.saveResults();
        break;
    }
  }

  private async saveTable(): Promise<void> {
    await saveHistory(this.options.paths.trainingCsv, this.history);
    this.wrote(this.options.paths.trainingCsv, 'table');
  }

  private saveResults(): void {
    const { testCsv } = this.options.paths;
    if (this.results.columns.length === 0) return;
    this.queue.push(async () => {
      await saveTestResults(testCsv, this.results);
      this.wrote(testCsv, 'table');
    }, 'results');
  }

  private drawCharts(): void {
    const { charts, jobId } = this.options.paths;
    this.queue.push(async () => {
      for (const file of await saveCharts(charts, jobId, this.history)) this.wrote(file, 'chart');
    }, 'charts');
  }

  private append(file: string, content: string | Uint8Array, kind: string): void {
    const waiting = this.pending.get(file);
    if (waiting) {
      waiting.push(content);
      return;
    }
    this.pending.set(file, [content]);
    this.queue.push(async () => {
      const parts = this.pending.get(file)!;
      this.pending.delete(file);
      await appendLog(file, Buffer.concat(parts.map((part) => Buffer.from(part as Uint8Array))));
      this.wrote(file, kind);
    });
  }

  private wrote(file: string, kind: string): void {
    this.manifest.take({ type: 'file.written', file, kind });
  }
}
