/**
 * What a training leaves behind: checkpoints to predict with, and the state to go on from as if it had never stopped.
 */
import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { DataError, isBiagraphError } from '../errors.js';
import { loadSafetensors, type NamedTensors, saveSafetensors } from '../tensor/index.js';
import { type OptimizerState, readWeightHeader, readWeights } from '../tensor/weights/index.js';
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
  /** Of the discriminator, where there is one. */
  discriminatorSchedule?: ScheduleState;
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
  /** What a training starts from that is no resume, where the configuration names a checkpoint. */
  initial(): Promise<StartingPoint | undefined>;
  /**
   * Weights to predict with: of the best epoch of this job, or the checkpoint that the configuration names. Names are
   * those of the file, without `model.`.
   */
  weights(): Promise<NamedTensors>;
  /** Keeps what belongs to the weights with every checkpoint that is saved from now on. Plain JSON. */
  keep(name: string, value: unknown): void;
  /**
   * What was kept with the weights that {@link resume} or {@link weights} give; undefined where there is nothing.
   *
   * @param wait whether to wait for this job's training, where that has not kept it yet.
   */
  kept(name: string, options: { wait: boolean }): Promise<unknown>;
}

/** Parts of a checkpoint: MODEL.ITEMS_TO_LOAD_FROM_CHECKPOINT, as far as tensors and epochs go. */
export type CheckpointItem = 'weights' | 'optimizer' | 'epoch';

/** What was read from a checkpoint to start a training from. */
export interface StartingPoint {
  file: string;
  /** Weights by the names that the file has for them; undefined where they are not wanted. */
  weights?: NamedTensors;
  /** By the names of the network (`optimizer.<slot>.<name>`), or by PyTorch's numbers; undefined where not wanted. */
  optimizer?: { tensors: NamedTensors; groups?: OptimizerState['groups'] };
  /** Names of the weights in the order of the file, which PyTorch's numbers count. */
  order: readonly string[];
  /** It comes from another workflow, so it may lack layers. */
  transfer: boolean;
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
  /** PROBLEM.TYPE of this job. */
  workflow?: string;
  /** What is taken from that file when a training starts; default its weights. */
  items?: readonly CheckpointItem[];
  /** This job trains, so its own weights are used for its test. */
  trains: boolean;
}

/** Checkpoints as safetensors files in a job's folder. */
export class CheckpointStore implements TrainingState {
  private resumable: LoopState | undefined;
  private firstEpoch = 0;
  private readonly notes = new Map<string, unknown>();
  private readonly waiting = new Map<string, ((value: unknown) => void)[]>();

  private constructor(private readonly options: CheckpointStoreOptions) {}

  /** Looks for a state to resume; `resume: false` starts anew whatever is there. */
  static async open(options: CheckpointStoreOptions, { resume }: { resume: boolean }): Promise<CheckpointStore> {
    const store = new CheckpointStore(options);
    if (resume) store.resumable = await store.readResumable();
    if (!store.resumable && options.trains) store.firstEpoch = await store.readFirstEpoch();
    return store;
  }

  get startEpoch(): number {
    return this.resumable?.epoch ?? this.firstEpoch;
  }

  /** True when an interrupted or finished training of the same configuration is in the folder. */
  get resumes(): boolean {
    return this.resumable !== undefined;
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
      ...(this.notes.size > 0 && { notes: JSON.stringify(Object.fromEntries(this.notes)) }),
    });
    return file;
  }

  keep(name: string, value: unknown): void {
    this.notes.set(name, value);
    for (const tell of this.waiting.get(name) ?? []) tell(value);
    this.waiting.delete(name);
  }

  async kept(name: string, { wait }: { wait: boolean }): Promise<unknown> {
    if (this.notes.has(name)) return this.notes.get(name);
    const file = this.fileOfNotes();
    const found = file && notesIn((await readWeightHeader(file)).other ?? {})[name];
    if (found !== undefined) {
      this.notes.set(name, found);
      return found;
    }
    if (!wait || !this.options.trains || this.resumable) return undefined;
    return new Promise((resolve) => this.waiting.set(name, [...(this.waiting.get(name) ?? []), resolve]));
  }

  /** Of the weights that are gone on with or predicted with; undefined where a training starts. */
  private fileOfNotes(): string | undefined {
    const { file, trains } = this.options;
    if (trains) return this.resumable && this.file('last');
    if (file) {
      requireFile(file);
      return file;
    }
    return (['best', 'last'] as const).map((name) => this.file(name)).find((each) => existsSync(each));
  }

  async initial(): Promise<StartingPoint | undefined> {
    const { file, items = ['weights'] } = this.options;
    if (!file || items.every((item) => item === 'epoch')) return undefined;
    requireFile(file);
    const wanted = items.includes('optimizer');
    const { tensors, state, optimizer, config } = await readWeights(file, { optimizer: wanted });
    const problem = config?.PROBLEM;
    const made = typeof problem === 'object' && problem && !Array.isArray(problem) ? problem.TYPE : undefined;
    const found = state ? { tensors: state } : optimizer;
    if (wanted && !found)
      throw new DataError(
        `the checkpoint ${file} holds no state of an optimizer. Leave optimizer out of MODEL.ITEMS_TO_LOAD_FROM_CHECKPOINT, or ` +
          'name a checkpoint that has one: of Biagraph, the one that ends in -checkpoint-last.',
        { where: { key: 'MODEL.ITEMS_TO_LOAD_FROM_CHECKPOINT', file } },
      );
    return {
      file,
      order: [...tensors.keys()],
      transfer: made !== undefined && made !== this.options.workflow,
      ...(items.includes('weights') && { weights: tensors }),
      ...(wanted && { optimizer: found }),
    };
  }

  async weights(): Promise<NamedTensors> {
    // After a training the job's own weights count, as in BiaPy, whatever checkpoint it started from.
    const { file, trains } = this.options;
    if (!trains && file) return this.readUserFile(file);
    for (const name of ['best', 'last'] as const)
      if (existsSync(this.file(name))) return (await readWeights(this.file(name), { optimizer: false })).tensors;
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

  /** Weights of a file of any format. */
  private async readUserFile(file: string): Promise<NamedTensors> {
    requireFile(file);
    return (await readWeights(file, { optimizer: false })).tensors;
  }

  /** Training goes on at the epoch of the checkpoint, where that is wanted; the best one, in BiaPy, has no number. */
  private async readFirstEpoch(): Promise<number> {
    const { file, items } = this.options;
    if (!file || !items?.includes('epoch')) return 0;
    requireFile(file);
    const epoch = Number((await readWeightHeader(file)).epoch ?? 0);
    return Number.isInteger(epoch) && epoch > 0 ? epoch : 0;
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

/** What nodes kept, out of the header of a checkpoint; nothing where it is of another kind. */
function notesIn(header: Record<string, unknown>): Record<string, unknown> {
  const { notes } = (header.metadata ?? {}) as { notes?: string };
  try {
    return notes === undefined ? {} : Object(JSON.parse(notes));
  } catch {
    return {};
  }
}

function modelOnly(tensors: NamedTensors): NamedTensors {
  return new Map([...tensors].filter(([key]) => key.startsWith('model.')));
}

function requireFile(file: string): void {
  if (existsSync(file)) return;
  throw new DataError(
    `the checkpoint ${file} does not exist. Correct PATHS.CHECKPOINT_FILE, or train the model first.`,
    { where: { key: 'PATHS.CHECKPOINT_FILE', file } },
  );
}
