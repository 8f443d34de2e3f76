/** The job's folder: BiaPy's output tree, and the checks that belong before hours of work. */
import { copyFile, rm, statfs } from 'node:fs/promises';
import path from 'node:path';
import { ConfigError, OutputError } from '../errors.js';
import { takeLock } from './lock.js';
import { makeFolder } from './make-folder.js';
import { formatBytes } from './memory.js';
import { outputFailure } from './output-failure.js';
import { removeLeftovers, writeAside, writeWhole } from './write-aside.js';

/** Folders of results per image, as BiaPy names them; some workflows add `_post_processing` and others. */
export type ResultKind =
  | 'per_image'
  | 'per_image_binarized'
  | 'per_image_instances'
  | 'per_image_post_processing'
  | 'per_image_local_max_check'
  | 'per_image_local_max_check_post_processing'
  | 'full_image'
  | 'full_image_binarized'
  | 'full_image_instances'
  | 'full_image_post_processing'
  | 'as_3d_stack'
  | 'as_3d_stack_binarized'
  | 'as_3d_stack_post_processing'
  | 'point_associations'
  | 'instance_associations'
  | 'watershed'
  | 'MAE_checks'
  | 'aug'
  | 'gen_check'
  | 'gen_mask_check'
  | 'filtering_information'
  | 'train_pred_samples'
  | 'profiler'
  | 'BMZ_files';

/** Absolute paths. Folders are created by whoever writes into them. */
export interface JobPaths {
  /** `<name>_<run>`. */
  readonly jobId: string;
  /** `<result_dir>/<name>`, shared by the runs of a job. */
  readonly job: string;
  readonly configFiles: string;
  readonly checkpoints: string;
  /** What a resumed training needs besides the checkpoint. */
  readonly state: string;
  readonly logs: string;
  /** `<job>/results/<name>_<run>`. */
  readonly results: string;
  readonly charts: string;
  readonly tensorboard: string;
  readonly report: string;
  readonly manifest: string;
  /** `logs/<prefix>_training.csv`. */
  readonly trainingCsv: string;
  /** `test_results_metrics.csv`, one row per image. */
  readonly testCsv: string;
  /** `predictions.csv` of a classification. */
  readonly predictionsCsv: string;
  /** A folder of results, one file per image. */
  perImage(kind: ResultKind): string;
  /** `<job_id>-checkpoint-<epoch or best><extension>`. */
  checkpoint(which: 'best' | number, extension: string): string;
  /** `logs/<prefix>_log_<timestamp>.txt`: what was printed. */
  textLog(timestamp: string): string;
  /** `logs/<prefix>_log_<timestamp>_training_log.json`: one JSON object per epoch. */
  trainingLog(timestamp: string): string;
}

export interface JobFolderOptions {
  /** Folder of all jobs. */
  resultDir: string;
  /** Job name: part of file names. */
  name: string;
  /** Run number, from 1. */
  runId: number;
  /** Folders that the configuration moves elsewhere (`PATHS.CHECKPOINT`, `LOG.LOG_DIR`, `LOG.TENSORBOARD_LOG_DIR`, `PATHS.CHARTS`, `PATHS.RESULT_DIR.PATH`). */
  moved?: Partial<Record<'checkpoints' | 'logs' | 'tensorboard' | 'charts' | 'results', string>>;
  /** `LOG.LOG_FILE_PREFIX`; the job id when absent. */
  logPrefix?: string;
}

export interface JobFolder extends JobPaths {
  /** Copies the configuration into `config_files/`, over an earlier one of the same name. */
  saveConfig(file: string): Promise<string>;
  /** Gives the lock back. */
  release(): Promise<void>;
}

/** Bytes that must be free before a job starts: logs, charts and a report fit, whatever the images need. */
const LEAST_FREE = 100 * 2 ** 20;

/**
 * The paths of a run, without touching the disk.
 *
 * @throws ConfigError when the name cannot be part of a file name or the run id is no positive integer.
 */
export function jobPaths(options: JobFolderOptions): JobPaths {
  const { name, runId, moved = {} } = options;
  if (name.trim() === '' || name === '.' || name === '..' || /[/\\\0]/.test(name))
    throw new ConfigError([
      {
        severity: 'error',
        message: `The job name '${name}' cannot be a folder name.`,
        advice: 'Use letters, digits, _ and -, without / and \\.',
      },
    ]);
  if (!Number.isInteger(runId) || runId < 0)
    throw new ConfigError([
      { severity: 'error', message: `The run id must be a whole number from 0 on, not ${runId}.`, advice: 'Use 1.' },
    ]);
  const jobId = `${name}_${runId}`;
  const prefix = options.logPrefix || jobId;
  const job = path.resolve(options.resultDir, name);
  const inJob = (folder: string | undefined, ...usual: string[]) =>
    folder ? path.resolve(folder) : path.join(job, ...usual);
  const logs = inJob(moved.logs, 'logs');
  const results = inJob(moved.results, 'results', jobId);
  const checkpoints = inJob(moved.checkpoints, 'checkpoints');
  return {
    jobId,
    job,
    logs,
    results,
    checkpoints,
    configFiles: path.join(job, 'config_files'),
    state: path.join(job, 'state', jobId),
    charts: moved.charts ? path.resolve(moved.charts) : path.join(results, 'charts'),
    tensorboard: moved.tensorboard ? path.resolve(moved.tensorboard) : path.join(results, 'tensorboard'),
    report: path.join(results, 'report.html'),
    manifest: path.join(results, 'manifest.json'),
    trainingCsv: path.join(logs, `${prefix}_training.csv`),
    testCsv: path.join(results, 'test_results_metrics.csv'),
    predictionsCsv: path.join(results, 'predictions.csv'),
    perImage: (kind) => path.join(results, kind),
    checkpoint: (which, extension) => path.join(checkpoints, `${jobId}-checkpoint-${which}${extension}`),
    textLog: (timestamp) => path.join(logs, `${prefix}_log_${timestamp}.txt`),
    trainingLog: (timestamp) => path.join(logs, `${prefix}_log_${timestamp}_training_log.json`),
  };
}

/**
 * Opens the folder of a run: takes its lock, clears what a killed process left half written, and makes sure that
 * every folder the run writes to is writable and has space.
 *
 * @param now milliseconds since 1970.
 * @throws OutputError when the folder cannot be used, or another process is running the same job.
 */
export async function openJobFolder(options: JobFolderOptions, now: () => number = Date.now): Promise<JobFolder> {
  const paths = jobPaths(options);
  const lock = await takeLock(path.join(paths.job, `.${paths.jobId}.lock`), `The job ${paths.jobId}`, now);
  try {
    const folders = [
      paths.job,
      paths.configFiles,
      paths.checkpoints,
      paths.state,
      paths.logs,
      paths.results,
      paths.charts,
      paths.tensorboard,
    ];
    for (const folder of new Set(folders)) {
      await checkFolder(folder);
      const inJob = folder !== paths.job && !path.relative(paths.job, folder).startsWith('..');
      if (!inJob) await removeLeftovers(folder);
    }
  } catch (error) {
    await lock.release();
    throw error;
  }
  return {
    ...paths,
    async saveConfig(file) {
      const copy = path.join(paths.configFiles, path.basename(file));
      // A job may be started from the very copy of an earlier run.
      if (path.resolve(file) !== copy) await writeAside(copy, (temporary) => copyFile(file, temporary));
      return copy;
    },
    release: () => lock.release(),
  };
}

/**
 * @param least free bytes asked for.
 * @throws OutputError when the folder cannot be created or written, or its disk is nearly full.
 */
export async function checkFolder(folder: string, least = LEAST_FREE): Promise<void> {
  const probe = path.join(folder, '.writable');
  try {
    await makeFolder(folder);
    await writeWhole(probe, 'x');
    await rm(probe, { force: true });
  } catch (error) {
    throw outputFailure(folder, error);
  }
  const { bavail, bsize } = await statfs(folder);
  const free = Number(bavail) * Number(bsize);
  if (free < least)
    throw new OutputError(
      `The disk of ${folder} has ${formatBytes(free)} free, and a job needs at least ${formatBytes(least)}. ` +
        'Free some space, or choose another result folder.',
      { where: { file: folder } },
    );
}
