/** Messages between the main thread and the thread that runs ONNX sessions. */
import type { Port } from '../compile.js';
import type { RandomSpec } from '../random.js';
import type { TensorData } from '../tensor-data.js';

/** Where an input of a graph comes from, beside the state and what the caller feeds. */
export interface RandomInput {
  readonly name: string;
  readonly spec: RandomSpec;
}

export interface GraphMessage {
  readonly model: Uint8Array;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /** Outputs `next.X` that may be written over X. */
  readonly inPlace: readonly string[];
  readonly random: readonly RandomInput[];
  readonly nodeCount: number;
  /** Names of nodes that stay on the processor whatever the provider. */
  readonly processorNodes: readonly string[];
}

export type Request =
  | { call: 'open'; threads: number; provider: string }
  | { call: 'load'; program: number; graph: number; message: GraphMessage }
  | {
      call: 'run';
      program: number;
      graph: number;
      feeds: Map<string, Float32Array>;
      randomness?: { seed: number; epoch: number; step: number };
    }
  | { call: 'loadFile'; program: number; file: string }
  | { call: 'runFile'; program: number; feeds: Map<string, TensorData>; outputs: readonly string[] }
  | { call: 'unload'; program: number; graph: number }
  | { call: 'read'; program: number }
  | { call: 'write'; program: number; tensors: Map<string, TensorData> }
  | { call: 'close'; program: number };

export interface Answers {
  open: { version: string };
  load: undefined;
  run: Map<string, Float32Array>;
  loadFile: undefined;
  /** With the memory of the feeds, to be filled again. */
  runFile: { outputs: Map<string, TensorData>; feeds: Map<string, TensorData> };
  unload: undefined;
  read: Map<string, TensorData>;
  write: undefined;
  close: undefined;
}

export interface Envelope {
  readonly id: number;
  readonly request: Request;
}

export type Reply =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly failure: string };
