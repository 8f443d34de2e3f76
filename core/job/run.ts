/**
 * Running a prepared job: train, then test, with everything written down.
 */
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { findCheckpoint, toYaml } from '../config/index.js';
import { AbortedError, formatProblem } from '../errors.js';
import { runGraph } from '../graph/run.js';
import { VERSION } from '../plugin/registry.js';
import type { TensorRuntime } from '../tensor/index.js';
import { type CheckpointItem, CheckpointStore } from '../train/state.js';
import { EventBus, type Phase } from './events.js';
import { ExampleCollector } from './examples.js';
import { type JobFolder, type JobFolderOptions, type JobPaths, jobPaths, openJobFolder } from './folder.js';
import { hashConfig } from './hash.js';
import type { PreparedJob } from './prepare.js';
import { recordJob } from './record.js';
import { openSession, type Session } from './session.js';
import { TestResults } from './test-results.js';
import { writeWhole } from './write-aside.js';

export interface RunOptions {
  events?: EventBus;
  /** Stops the job; what is resumable stays so. */
  signal?: AbortSignal;
  /** `auto` goes on where an interrupted run of the same job stopped; `never` starts anew. */
  resume?: 'auto' | 'never';
  /** The command that was given, for the report. */
  command?: string;
  /** A runtime that other jobs use too, and that stays open; without it the job opens one of its own. */
  tensors?: TensorRuntime;
}

export interface JobResult {
  /** Final values by name, such as `Foreground IoU (merge patches)`. */
  metrics: Record<string, number>;
  folder: JobFolder;
  /** False for a job that went on from an earlier run. */
  resumed: boolean;
}

const PHASES: readonly Phase[] = ['train', 'test'];

/**
 * Runs the phases of a job one after the other.
 *
 * @throws the first error of any node; AbortedError when `signal` fired; OutputError when results cannot be written.
 */
export async function runJob(job: PreparedJob, options: RunOptions = {}): Promise<JobResult> {
  const { events = new EventBus(), signal = new AbortController().signal, resume = 'auto' } = options;
  const { config } = job;
  const folder = await openJobFolder(folderOptions(job));
  // Errors of one part must also end the others: an observer that cannot write stops the graph.
  const stop = new AbortController();
  const abort = () => stop.abort();
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) stop.abort();
  let session: Session | undefined;
  try {
    const training = await CheckpointStore.open(
      {
        folder: folder.checkpoints,
        jobId: folder.jobId,
        fingerprint: await trainingFingerprint(job),
        metadata: { biagraph: VERSION, config: configOfCheckpoint(job) },
        ...(config.MODEL.LOAD_CHECKPOINT && {
          file: config.PATHS.CHECKPOINT_FILE || findCheckpoint(config, folder.jobId),
          workflow: config.PROBLEM.TYPE,
          items: config.MODEL.ITEMS_TO_LOAD_FROM_CHECKPOINT as CheckpointItem[],
        }),
        trains: job.graphs.train !== undefined,
      },
      { resume: resume === 'auto' && job.graphs.train !== undefined },
    );
    const resumed = training.resumes && training.startEpoch > 0;
    session = openSession(job, { events, signal: stop.signal, training, tensors: options.tensors });
    let unwritable: { error: unknown } | undefined;
    const record = await recordJob(events.events$, {
      paths: folder,
      now: Date.now,
      config,
      configFile: resolvedFile(job, folder),
      command: options.command,
      chartFrequency: config.LOG.CHART_CREATION_FREQ,
      patience: config.TRAIN.PATIENCE,
      resume: resumed,
      signal,
      onError: (error) => {
        unwritable = { error };
        stop.abort();
      },
    });
    const started = Date.now();
    const results = new TestResults();
    const examples = new ExampleCollector();
    events.events$.subscribe((event) => {
      if (event.type === 'metric') results.add(event);
      examples.take(event);
    });
    let failure: { error: unknown } | undefined;
    try {
      const device = await session.tensors().then(
        ({ description }) => description,
        () => config.SYSTEM.DEVICE,
      );
      const { SEED: seed } = config.SYSTEM;
      events.emit({ type: 'job.started', job: folder.jobId, folder: folder.job, device, seed, resumed });
      await session.tensors();
      await saveConfigurations(job, folder);
      for (const problem of job.problems)
        events.emit({ type: problem.severity === 'warning' ? 'warning' : 'notice', message: formatProblem(problem) });
      if (!training.resumes && training.startEpoch > 0)
        events.emit({
          type: 'notice',
          message: `Going on with epoch ${training.startEpoch + 1}, as the checkpoint says.`,
        });
      if (resumed)
        events.emit({
          type: 'notice',
          message: training.finished
            ? 'The training of this very configuration is finished; its checkpoint is used. --fresh trains anew.'
            : `Going on with epoch ${training.startEpoch + 1}, where an earlier run stopped. --fresh starts anew.`,
        });
      for (const phase of PHASES) if (job.graphs[phase]) await runPhase(phase, job, session, events, stop.signal);
      const seconds = (Date.now() - started) / 1000;
      events.emit({ type: 'job.finished', job: folder.jobId, seconds, metrics: results.summary });
    } catch (error) {
      // A graph stopped because a table could not be written did not fail for having been stopped.
      failure = unwritable ?? { error };
      const message = failure.error instanceof Error ? failure.error.message : String(failure.error);
      events.emit({ type: 'job.failed', job: folder.jobId, message });
    }
    record.setExamples(await examples.examples());
    try {
      await record.close();
    } catch (error) {
      failure ??= { error };
    }
    if (failure) throw failure.error;
    return { metrics: results.summary, folder, resumed };
  } finally {
    signal.removeEventListener('abort', abort);
    await session?.close();
    await folder.release();
    events.close();
  }
}

/** Where a job writes, without touching the disk. @throws ConfigError as {@link jobPaths}. */
export function pathsOf(job: PreparedJob): JobPaths {
  return jobPaths(folderOptions(job));
}

function folderOptions({ config, name, runId, resultDir }: PreparedJob): JobFolderOptions {
  return {
    resultDir,
    name,
    runId,
    moved: {
      checkpoints: config.PATHS.CHECKPOINT,
      logs: config.LOG.LOG_DIR,
      tensorboard: config.LOG.TENSORBOARD_LOG_DIR,
      charts: config.PATHS.CHARTS,
      results: config.PATHS.RESULT_DIR.PATH,
    },
    logPrefix: config.LOG.LOG_FILE_PREFIX,
  };
}

async function runPhase(
  phase: Phase,
  job: PreparedJob,
  { container, memory }: Session,
  events: EventBus,
  signal: AbortSignal,
): Promise<void> {
  const bound = job.graphs[phase]!;
  const started = Date.now();
  if (signal.aborted) throw new AbortedError();
  events.emit({ type: 'phase.started', phase, nodes: bound.order.map((node) => node.name) });
  await new Promise<void>((resolve, reject) => {
    const running = runGraph(bound, container, { events }).subscribe({ error: reject, complete: resolve });
    const abort = () => {
      running.unsubscribe();
      reject(new AbortedError());
    };
    signal.addEventListener('abort', abort, { once: true });
    running.add(() => signal.removeEventListener('abort', abort));
  });
  if (memory.peak > NEARLY_FULL * memory.budget)
    events.emit({ type: 'memory.high', used: memory.peak, budget: memory.budget });
  events.emit({ type: 'phase.finished', phase, seconds: (Date.now() - started) / 1000 });
}

const NEARLY_FULL = 0.9;

/** The file as the user wrote it, and the configuration with every default, which runs the same job again. */
async function saveConfigurations(job: PreparedJob, folder: JobFolder): Promise<void> {
  if (job.file && job.text) await folder.saveConfig(job.file);
  await writeWhole(resolvedFile(job, folder), toYaml(job.config));
}

function resolvedFile(job: PreparedJob, folder: JobFolder): string {
  return path.join(folder.configFiles, `${job.name}_resolved.yaml`);
}

/**
 * The configuration as a checkpoint carries it, JSON and so YAML: without what belongs to one machine or one run, so
 * that the same training gives the same bytes wherever it ran.
 */
function configOfCheckpoint({ config }: PreparedJob): string {
  const { PATHS: _paths, LOG: _log, SYSTEM: _system, ...kept } = config;
  return JSON.stringify(kept);
}

/**
 * What a training depends on: the configuration without what changes no number, the version, and the input files by
 * size and time of change.
 */
async function trainingFingerprint(job: PreparedJob): Promise<string> {
  const { PATHS: paths, LOG: _log, TEST: _test, GRAPH, DATA, SYSTEM, ...sections } = job.config;
  const { MEMORY_BUDGET: _budget, NUM_WORKERS: _workers, ...system } = SYSTEM;
  const { TEST: _testData, ...data } = DATA;
  const nodes = job.graphs.train?.graph.nodes ?? [];
  const folders = nodes.flatMap(({ with: { images, targets } }) => [images, targets]);
  const inputs: string[] = [];
  for (const folder of new Set(folders)) if (typeof folder === 'string') inputs.push(...(await listInputs(folder)));
  return hashConfig({
    version: VERSION,
    system,
    data,
    sections,
    edits: GRAPH.train ?? [],
    nodes: nodes.map(({ plugin }) => plugin),
    checkpoint: paths.CHECKPOINT_FILE,
    inputs,
  });
}

async function listInputs(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  const described = names.map(async (name) => {
    const { size, mtimeMs } = await stat(path.join(folder, name));
    return `${path.join(folder, name)} ${size} ${mtimeMs}`;
  });
  return (await Promise.all(described)).sort();
}
