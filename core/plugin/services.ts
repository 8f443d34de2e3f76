/**
 * Services of a job that nodes may ask for with `needs`. Each is bound once in the job's container.
 */

import type { Compute } from '../compute/compute.js';
import type { ImageFiles } from '../image/files.js';
import type { RandomSource } from '../image/random.js';
import type { EventBus } from '../job/events.js';
import type { Memory } from '../job/memory.js';
import type { TensorRuntime } from '../tensor/index.js';
import type { TrainingState } from '../train/state.js';
import type { Catalog } from './define.js';
import { type Token, token } from './token.js';

export interface Services {
  /** Inspection events. */
  events: EventBus;
  /** The memory budget. In a graph, what its nodes leased is given back when the graph ends. */
  memory: Memory;
  /** Seeded random numbers. */
  random: RandomSource;
  /** Fires when the job is to stop. */
  signal: AbortSignal;
  /** Reading and writing of images by format, in the worker pool. */
  files: ImageFiles;
  /** Functions of modules in worker threads. */
  compute: Compute;
  /** The tensor runtime, started on first use. */
  tensors: () => Promise<TensorRuntime>;
  /** Models, losses, metrics and nodes by id. */
  catalog: Catalog;
  /** Checkpoints of the training, the way to resume it and the weights that a test uses. */
  training: TrainingState;
  /** Seconds since some fixed moment. */
  clock: () => number;
}

type Tokens = { readonly [K in keyof Services]: Token<Services[K]> };

const NAMES: readonly (keyof Services)[] = [
  'events',
  'memory',
  'random',
  'signal',
  'files',
  'compute',
  'tensors',
  'catalog',
  'training',
  'clock',
];

export const services = Object.fromEntries(NAMES.map((name) => [name, token(name)])) as unknown as Tokens;
