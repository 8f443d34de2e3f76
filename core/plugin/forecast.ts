/**
 * What can be said of a job before a pixel is read. A forecast flows through the graph as the samples will, so that each
 * node foretells its own part with the very code that does it.
 */
import type { ImageFiles } from '../image/files.js';
import type { Phase } from '../job/events.js';
import type { OptimizerSpec } from '../tensor/index.js';
import type { Contrast } from './contrast.js';
import type { AdversarySpec, LossSpec, MetricSpec, NetworkSpec } from './network-spec.js';

/** An image that will be read, known from its header. */
export interface ForecastImage {
  readonly file: string;
  /** `[[z,] y, x, c]`. */
  readonly shape: readonly number[];
  /** `[[z,] y, x, c]` of its target; undefined without one. */
  readonly targetShape?: readonly number[];
  /** Versions of one image have the same. */
  readonly group?: string;
  /** Bytes that the memory budget holds for it while it is in the graph, with what is made of it. */
  readonly bytes: number;
}

/** Arrays of one shape. */
export interface Pieces {
  /** `[[z,] y, x, c]` of a patch, with a leading `n` for a batch. */
  readonly shape: readonly number[];
  readonly count: number;
}

/** What travels along an edge in one epoch, or in the one pass of a test. */
export interface Forecast {
  readonly images: readonly ForecastImage[];
  /** The folder holds one image and no more, so a split divides patches. */
  readonly onlyImage: boolean;
  /** Patches of each image, once images have been cut. */
  readonly patches?: readonly Pieces[];
  /** Batches of each shape, once patches have been stacked. */
  readonly batches?: readonly Pieces[];
}

/** One thing that a node foretells. */
export interface Finding {
  /** Name of the node. */
  readonly node: string;
  /** The result: `60 patches of 256×256`. */
  readonly value: string;
  /** Why it is so, a full sentence. */
  readonly why: string;
  /** The same as numbers. */
  readonly facts: Readonly<Record<string, number>>;
}

/** How the targets of a batch differ from its images. */
export interface TargetForecast {
  readonly channels: number;
  /** Pixels of a target along one pixel of the image, for each axis; null where the target is a single pixel for all. */
  readonly scale: readonly number[] | null;
}

/** What a node computes with a network in the whole phase. */
export interface NetworkWork {
  readonly node: string;
  readonly network: NetworkSpec;
  /** Calls by the shape of their input: training steps, or predictions. */
  readonly calls: readonly Pieces[];
  /** Absent for a prediction. */
  readonly training?: {
    readonly losses: LossSpec;
    readonly metrics: MetricSpec;
    readonly optimizer: OptimizerSpec;
    readonly frozen: readonly string[];
    /** Gradients of several batches are kept for one step. */
    readonly accumulates: boolean;
    readonly adversary?: AdversarySpec;
    readonly contrast?: Contrast;
    readonly target: TargetForecast;
    /** Evaluations of validation batches. */
    readonly validation: readonly Pieces[];
  };
}

/** What a node may use and tell while it foretells. */
export interface Planner {
  readonly phase: Phase;
  readonly files: ImageFiles;
  readonly signal: AbortSignal;
  /** Bytes of the memory budget. */
  readonly memory: number;
  /** As {@link Place.demand}. */
  demand(image: { shape: readonly number[]; bytes: number }): number;
  tell(finding: Omit<Finding, 'node'>): void;
  computes(work: Omit<NetworkWork, 'node'>): void;
}

/** Number of all pieces together. */
export function countPieces(pieces: readonly Pieces[]): number {
  return pieces.reduce((sum, { count }) => sum + count, 0);
}

/** A number and its noun: `1 image`, `60 images`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : noun.endsWith('tch') ? 'es' : 's'}`;
}

/** `256×256`, or `64×64 to 128×96` for shapes that differ. */
export function shapeText(shapes: readonly (readonly number[])[]): string {
  const texts = [...new Set(shapes.map((shape) => shape.join('×')))];
  if (texts.length <= 1) return texts[0] ?? '';
  const size = (text: string) => text.split('×').reduce((product, side) => product * Number(side), 1);
  const sorted = texts.sort((a, b) => size(a) - size(b));
  return `${sorted[0]} to ${sorted[sorted.length - 1]}`;
}
