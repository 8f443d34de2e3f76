/**
 * What a training leaves behind: checkpoints to predict with, and the state to go on from as if it had never stopped.
 */
import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { DataError, isBiagraphError } from '../errors.js';
import { loadSafetensors, type NamedTensors, saveSafetensors } from '../tensor/index.js';
import { readWeights, renameBiapyKeys } from '../tensor/weights/index.js';
import type { BestEpoch } from './best.js';
import type { EarlyStoppingState } from './early-stopping.js';
import type { ScheduleState } from './schedule.js';

/** Values of one epoch, as logged. */
export interface EpochRow {
  epoch: number;
  train: Record<string, number>;
  validation?: Record<string, number>;
  learningRate: number;
}

/** Everything of the loop that is not a tensor. Plain JSON. */
export interface LoopState {
  /** Epoch to do next. */
  epoch: number;
  finished: boolean;
  history: EpochRow[];
  schedule: ScheduleState;
  stopping: EarlyStoppingState;
  best: BestEpoch | null;
}

/** Which checkpoint: the best epoch, the state to resume from, or that of an epoch. */
export type CheckpointName = 'best' | 'last' | number;

export interface TrainingState {
  /** Epoch that training starts with: 0, or further on when it resumes. */
  readonly startEpoch: number;
  /** The state to resume from; undefined for a fresh start. */
  resume(): Promise<{ tensors: NamedTensors; loop: LoopState } | undefined>;
  /** Writes a checkpoint; a crash while writing leaves the former one. Returns the file. */
  save(name: CheckpointName, tensors: NamedTensors, loop: LoopState): Promise<string>;
  /** Weights (`model.<key>`) to start a training from that is no resume, where the configuration names a checkpoint. */
  initial(): Promise<NamedTensors | undefined>;
  /** Weights to predict with: of the best epoch of this job, or the checkpoint that the configuration names. */
  weights(): Promise<NamedTensors>;
}

export interface CheckpointStoreOptions {
  folder: string;
  /** File names start with it: `<jobId>-checkpoint-best.safetensors`. */
  jobId: string;
  /** What must be equal for a resume: hash of the resolved configuration and of the inputs. */
  fingerprint: string;
  /** Text kept with each checkpoint, such as the resolved configuration. */
  metadata?: Record<string, string>;
  /** A checkpoint of the user's, of any format that `readWeights` knows: PATHS.CHECKPOINT_FILE. */
  file?: string;
  /** This job trains, so its own weights are used for its test. */
  trains: boolean;
}

/** Checkpoints as safetensors files in a job's folder. */
export class CheckpointStore implements TrainingState {
  private resumable: LoopState | undefined;

  private constructor(private readonly options: CheckpointStoreOptions) {}

  /** Looks for a state to resume; `resume: false` starts anew whatever is there. */
  static async open(options: CheckpointStoreOptions, { resume }: { resume: boolean }): Promise<CheckpointStore> {
    const store = new CheckpointStore(options);
    if (resume) store.resumable = await store.readResumable();
    return store;
  }

  get startEpoch(): number {
    return this.resumable?.epoch ?? 0;
  }

  /** True when a finished training of the same configuration is in the folder. */
  get finished(): boolean {
    return this.resumable?.finished ?? false;
  }

  async resume(): Promise<{ tensors: NamedTensors; loop: LoopState } | undefined> {
    if (!this.resumable) return undefined;
    const { tensors } = await loadSafetensors(this.file('last'));
    return { tensors, loop: this.resumable };
  }

  async save(name: CheckpointName, tensors: NamedTensors, loop: LoopState): Promise<string> {
    const file = this.file(name);
    await mkdir(this.options.folder, { recursive: true });
    const kept = name === 'last' ? tensors : modelOnly(tensors);
    await saveSafetensors(file, kept, {
      ...this.options.metadata,
      format: 'biagraph',
      epoch: String(name),
      fingerprint: this.options.fingerprint,
      loop: JSON.stringify(loop),
    });
    return file;
  }

  async initial(): Promise<NamedTensors | undefined> {
    const { file } = this.options;
    if (!file) return undefined;
    return this.readUserFile(file);
  }

  async weights(): Promise<NamedTensors> {
    // After a training the job's own weights count, as in BiaPy, whatever checkpoint it started from.
    const { file, trains } = this.options;
    if (!trains && file) return this.readUserFile(file);
    for (const name of ['best', 'last'] as const)
      if (existsSync(this.file(name))) return modelOnly((await loadSafetensors(this.file(name))).tensors);
    const found = existsSync(this.options.folder)
      ? (await readdir(this.options.folder)).filter((entry) => entry.includes('checkpoint'))
      : [];
    throw new DataError(
      `no trained weights: expected ${this.file('best')}, found ${found.length > 0 ? found.join(', ') : 'no checkpoint'}. ` +
        'Train first (TRAIN.ENABLE), or name a checkpoint in PATHS.CHECKPOINT_FILE with MODEL.LOAD_CHECKPOINT.',
      { where: { key: 'PATHS.CHECKPOINT_FILE', file: this.file('best') } },
    );
  }

  private file(name: CheckpointName): string {
    return path.join(this.options.folder, `${this.options.jobId}-checkpoint-${name}.safetensors`);
  }

  /** Weights as `model.<key>`, from a file of any format. */
  private async readUserFile(file: string): Promise<NamedTensors> {
    if (!existsSync(file))
      throw new DataError(
        `the checkpoint ${file} does not exist. Correct PATHS.CHECKPOINT_FILE, or train the model first.`,
        { where: { key: 'PATHS.CHECKPOINT_FILE', file } },
      );
    const { format, tensors } = await readWeights(file, { optimizer: false });
    return format === 'biagraph' ? prefixed(tensors) : modelOnly(renameBiapyKeys(tensors));
  }

  private async readResumable(): Promise<LoopState | undefined> {
    if (!existsSync(this.file('last'))) return undefined;
    const saved = await loadSafetensors(this.file('last')).catch((error: unknown) => {
      // What a failing disk left of it cannot be gone on with; the run starts anew.
      if (isBiagraphError(error, 'format')) return undefined;
      throw error;
    });
    if (!saved) return undefined;
    const { metadata } = saved;
    if (metadata.fingerprint !== this.options.fingerprint) return undefined;
    return JSON.parse(metadata.loop) as LoopState;
  }
}

function modelOnly(tensors: NamedTensors): NamedTensors {
  const entries = [...tensors];
  const kept = entries.filter(([key]) => key.startsWith('model.'));
  // Files of other programs name the parameters without the prefix.
  return kept.length > 0 ? new Map(kept) : prefixed(tensors);
}

function prefixed(tensors: NamedTensors): NamedTensors {
  return new Map([...tensors].map(([key, tensor]) => [`model.${key}`, tensor]));
}
