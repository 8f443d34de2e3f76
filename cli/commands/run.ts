import path from 'node:path';
import { Command } from 'commander';
import type { EventBus } from '../../core/job/events.js';
import type { JobLines } from '../../core/job/lines.js';
import type { PreparedJob } from '../../core/job/prepare.js';
import type { JobResult } from '../../core/job/run.js';
import { type JobOptions, prepare, takesJob } from '../job-options.js';
import { listenForStop } from '../stop-signals.js';
import { typedCommand } from '../typed-command.js';

interface RunOptions extends JobOptions {
  fresh: boolean;
  json: boolean;
}

export function runCommand(): Command {
  return takesJob(new Command('run').summary('train and predict as a YAML file says'))
    .description(
      'Runs a job: trains the network, predicts the test images and measures the result, as the YAML file says.\n' +
        'A job that was stopped goes on where it was when the same command is given again.',
    )
    .option('--fresh', 'train from the first epoch, whatever an earlier run has left', false)
    .option('--json', 'print each event as a line of JSON, and nothing else, on standard output', false)
    .addHelpText(
      'after',
      `
Examples:
  biagraph run nuclei.yaml
  biagraph run nuclei.yaml --set TRAIN.EPOCHS=50 --set TRAIN.BATCH_SIZE=4
  biagraph run nuclei.yaml --name nuclei-lr3 --set 'TRAIN.LR=[1e-3]' --result-dir /data/results
  biagraph run nuclei.yaml --json > events.ndjson

Ctrl-C stops the job cleanly: finished epochs are kept. Pressed twice, it stops at once.`,
    )
    .action(async (file: string, options: RunOptions) => {
      const job = await prepare(file, options);
      const { runJob } = await import('../../core/job/run.js');
      const { EventBus } = await import('../../core/job/events.js');
      const { foretellData } = await import('../../core/job/plan.js');
      await foretellData(job);
      const events = new EventBus();
      const epochs = new EpochCount(events);
      const stopShowing = options.json ? printJson(events) : await showEvents(events, job);
      const stop = listenForStop(
        () => events.emit({ type: 'notice', message: 'Stopping. Press Ctrl-C again to stop at once.' }),
        stopShowing,
      );
      // A wait for something that never comes ends Node without a word; a job that is not done must not look done.
      const unfinished = () => {
        process.stderr.write(
          'error: The run ended before it was done. This is a defect of Biagraph; please report it.\n',
        );
        process.exitCode = 1;
      };
      process.once('beforeExit', unfinished);
      try {
        const result = await runJob(job, {
          events,
          signal: stop.signal,
          resume: options.fresh ? 'never' : 'auto',
          command: typedCommand(),
        });
        stopShowing();
        if (!options.json) process.stdout.write(`${summarise(result)}\n`);
      } catch (error) {
        stopShowing();
        if (stop.signal.aborted) process.stderr.write(`${epochs.advice()}\n`);
        throw error;
      } finally {
        process.removeListener('beforeExit', unfinished);
        stop.dispose();
      }
    });
}

function printJson(events: EventBus): () => void {
  const printing = events.events$.subscribe((event) => process.stdout.write(`${JSON.stringify(event)}\n`));
  return () => printing.unsubscribe();
}

async function showEvents(events: EventBus, job: PreparedJob): Promise<() => void> {
  const { showJob } = await import('../progress-bars.js');
  return showJob(events.events$, { lines: await linesOf(job) });
}

/** Lines for a job that may turn out to be a resumed one. */
async function linesOf(job: PreparedJob): Promise<Pick<JobLines, 'take'>> {
  const [{ JobLines }, { loadHistory }, { pathsOf }, { softwareVersions }] = await Promise.all([
    import('../../core/job/lines.js'),
    import('../../core/job/history.js'),
    import('../../core/job/run.js'),
    import('../../core/job/versions.js'),
  ]);
  // A table that cannot be read matters only to a job that resumes, which then says so itself.
  const history = await loadHistory(pathsOf(job).trainingCsv).catch(() => undefined);
  const options = {
    now: Date.now,
    versions: { ...softwareVersions() },
    command: typedCommand(),
    patience: job.config.TRAIN.PATIENCE,
  };
  let lines: JobLines | undefined;
  return {
    take(event) {
      if (event.type === 'job.started') lines = new JobLines({ ...options, ...(event.resumed && { history }) });
      lines ??= new JobLines(options);
      // The error that ends a job is told once, on standard error.
      return lines.take(event).filter(({ kind }) => kind !== 'error');
    },
  };
}

/** Where the results are, and the one number that a segmentation is judged by. */
function summarise({ metrics, folder }: JobResult): string {
  const shown = (file: string) => path.relative('', file) || '.';
  const lines = [`Results: ${shown(folder.results)}`, `Report: ${shown(folder.report)}`];
  const iou = metrics['Foreground IoU (merge patches)'] ?? metrics['Foreground IoU (per image)'];
  if (iou !== undefined) lines.push(`foreground IoU ${iou.toFixed(4)}`);
  return lines.join('\n');
}

/** How far the training came, for the advice after a stop. */
class EpochCount {
  private done = 0;
  private total = 0;
  private trained = false;

  constructor(events: EventBus) {
    events.events$.subscribe((event) => {
      if (event.type === 'epoch.started') this.total = event.epochs;
      if (event.type === 'checkpoint.saved' && event.reason === 'last') this.done = event.epoch + 1;
      if (event.type === 'phase.finished' && event.phase === 'train') this.trained = true;
    });
  }

  advice(): string {
    if (this.trained) return 'Stopped. The training is kept: the same command goes on with the prediction.';
    if (this.done > 0)
      return (
        `Stopped after epoch ${this.done} of ${this.total}. ` +
        `The same command goes on with epoch ${this.done + 1}; --fresh starts anew.`
      );
    return 'Stopped. No new epoch was finished.';
  }
}
