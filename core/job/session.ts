/**
 * The services of a running job, bound in one container, and their end.
 */

import os from 'node:os';
import { performance } from 'node:perf_hooks';
import { Compute } from '../compute/compute.js';
import { memoryBudgetBytes } from '../config/index.js';
import { ImageFiles, type ImageFilesOptions } from '../image/files.js';
import { randomStream } from '../image/random.js';
import { JobContainer } from '../plugin/container.js';
import { openRuntime, type TensorRuntime } from '../tensor/index.js';
import type { TrainingState } from '../train/state.js';
import type { EventBus } from './events.js';
import { MemoryBudget } from './memory.js';
import type { PreparedJob } from './prepare.js';

export interface Session {
  readonly container: JobContainer;
  readonly memory: MemoryBudget;
  /** The tensor runtime, opened on first use. */
  tensors(): Promise<TensorRuntime>;
  close(): Promise<void>;
}

export interface SessionOptions {
  events: EventBus;
  signal: AbortSignal;
  training: TrainingState;
  /** A runtime that outlives the session; without it one is opened where it is needed. */
  tensors?: TensorRuntime;
}

/** Environment variable of tests, see {@link MemoryOptions.spoil}. */
const SPOIL = 'BIAGRAPH_SPOIL_MEMORY';

/** Opens what the nodes of a job may ask for. */
export function openSession(job: PreparedJob, { events, signal, training, tensors: shared }: SessionOptions): Session {
  const { config, catalog } = job;
  const { SYSTEM: system } = config;
  const spoil = process.env[SPOIL] === '1';
  const memory = new MemoryBudget(memoryBudgetBytes(config), { spoil });
  const files = openFiles(job, spoil ? { leastTogether: 0 } : {});
  const compute = new Compute({
    threads: workerThreads(system.NUM_WORKERS),
    selfUrl: job.assembly.selfUrl,
    notice: (message) => events.emit({ type: 'warning', message }),
  });
  let runtime: Promise<TensorRuntime> | undefined;
  const tensors = async () => {
    if (shared) return shared;
    runtime ??= openTensors(job, (message) => events.emit({ type: 'warning', message }));
    return runtime;
  };
  const container = new JobContainer(catalog, {
    events,
    memory,
    random: (key) => randomStream({ ...key, seed: system.SEED }),
    signal,
    files,
    compute,
    tensors,
    catalog,
    training,
    clock: () => performance.now() / 1000,
  });
  return {
    container,
    memory,
    tensors,
    async close() {
      await files.close();
      await compute.close();
      await (await runtime?.catch(() => undefined))?.dispose();
    },
  };
}

/** Reading and writing of images as the job will. */
export function openFiles(
  { config, catalog, assembly }: PreparedJob,
  options: Pick<ImageFilesOptions, 'leastTogether'> = {},
): ImageFiles {
  return new ImageFiles({
    ...options,
    formats: catalog.formats(),
    workers: workerThreads(config.SYSTEM.NUM_WORKERS),
    containers: catalog.containers(),
    worker: assembly.decoder,
  });
}

/** The tensor runtime that the job asks for. */
export function openTensors({ config }: PreparedJob, onNotice: (message: string) => void): Promise<TensorRuntime> {
  const { DEVICE, NUM_CPUS } = config.SYSTEM;
  return openRuntime({ device: DEVICE.toLowerCase(), ...(NUM_CPUS > 0 && { threads: NUM_CPUS }), onNotice });
}

/** SYSTEM.NUM_WORKERS: −1 leaves a core to the tensor session, and takes five at most, as BiaPy. */
function workerThreads(workers: number): number {
  return workers >= 0 ? workers : Math.max(1, Math.min(5, os.availableParallelism() - 1));
}
