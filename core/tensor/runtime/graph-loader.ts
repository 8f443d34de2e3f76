/** Functions of a program, compiled for the shapes they are called with and loaded into the session thread. */
import { collectGarbage } from '../../job/collect-garbage.js';
import { type CompiledGraph, compile } from '../compile.js';
import type { ValueSpec } from '../kernel-call.js';
import { channelsFirst } from '../layout.js';
import type { Module } from '../nn/module.js';
import { FIXED_RANDOMNESS, type RandomSpec, type StepKey } from '../random.js';
import type { Compute } from '../step.js';
import type { NamedTensors, TensorData } from '../tensor-data.js';
import { trace } from '../trace.js';
import type { Channel } from './channel.js';
import { GraphCache } from './graph-cache.js';
import type { RandomInput } from './protocol.js';
import { checkData } from './state.js';

/** Shapes of one function that stay compiled; a training uses few, inference on whole images may use many. */
const KEPT_GRAPHS = 6;

/** Nodes from which on what their making leaves is worth a collection: ten kilobytes a node, a tenth of a second in all. */
const MANY_NODES = 1500;

export interface GraphSource {
  /** What is traced, for messages. */
  readonly subject: string;
  /** Inputs beside the data: state and scalars. */
  readonly inputs: readonly ValueSpec[];
  readonly compute: Compute;
  /** Inputs that become part of the graph. */
  readonly constants?: NamedTensors;
}

export interface BuiltGraph extends CompiledGraph {
  readonly random: readonly RandomInput[];
}

/** Traces and compiles a function for data of the given shapes. Random inputs of images are stored channels-first. */
export function buildGraph(source: GraphSource, data: readonly ValueSpec[], cpu = false): BuiltGraph {
  const random: RandomInput[] = [];
  const recorded = trace(source.subject, [...source.inputs, ...data], (feeds, addInput) =>
    source.compute(feeds, (spec: RandomSpec) => {
      const name = `random.${random.length}`;
      random.push({ name, spec });
      return addInput({ name, shape: spec.shape });
    }),
  );
  const ranks = new Map(random.map(({ name, spec }) => [name, spec.shape.length]));
  const inputOrder = (name: string) => {
    const rank = ranks.get(name) ?? 0;
    return rank > 3 ? channelsFirst(rank) : undefined;
  };
  return { ...compile(recorded, { inputOrder, constants: source.constants, cpu }), random };
}

export interface RunOptions {
  /** Values of scalar inputs. */
  readonly scalars?: ReadonlyMap<string, number>;
  readonly randomness?: StepKey & { seed: number };
}

/** One function of a program. */
export class LoadedFunction {
  readonly #graphs: GraphCache<{ graph: number; shapes: ReadonlyMap<string, readonly number[]> }>;

  constructor(
    readonly channel: Channel,
    readonly program: number,
    readonly source: () => GraphSource,
  ) {
    this.#graphs = new GraphCache(KEPT_GRAPHS, ({ graph }) => {
      // The thread may have been closed meanwhile, and the graph with it.
      channel.ask({ call: 'unload', program, graph }).catch(() => {});
    });
  }

  /**
   * Results that are not state.
   *
   * @throws TensorError when data do not fill their shape, or the function cannot be compiled.
   */
  async run(data: Readonly<Record<string, TensorData>>, options: RunOptions = {}): Promise<NamedTensors> {
    for (const [name, tensor] of Object.entries(data)) checkData(name, tensor);
    const specs = Object.entries(data).map(([name, { shape }]) => ({ name, shape }));
    const key = specs.map(({ shape }) => shape.join('×')).join(' ');
    const { graph, shapes } = await this.#graphs.get(key, () => this.#load(specs));
    const feeds = new Map(Object.entries(data).map(([name, tensor]) => [name, tensor.data]));
    for (const [name, value] of options.scalars ?? []) feeds.set(name, Float32Array.of(value));
    const { randomness = FIXED_RANDOMNESS } = options;
    const results = await this.channel.ask({ call: 'run', program: this.program, graph, feeds, randomness });
    return new Map([...results].map(([name, values]) => [name, { data: values, shape: shapes.get(name)! }]));
  }

  /** Forgets all graphs, because a constant of theirs has changed. */
  clear(): void {
    this.#graphs.clear();
  }

  async #load(specs: readonly ValueSpec[]): Promise<{ graph: number; shapes: Map<string, readonly number[]> }> {
    const { model, inputs, outputs, inPlace, random, nodeCount, processorNodes } = buildGraph(
      this.source(),
      specs,
      this.channel.provider === 'cpu',
    );
    // What tracing leaves behind would lie beside the session and the first step.
    if (nodeCount > MANY_NODES) collectGarbage();
    const graph = count++;
    const message = { model, inputs, outputs, inPlace, random, nodeCount, processorNodes };
    await this.channel.ask({ call: 'load', program: this.program, graph, message }, [model.buffer as ArrayBuffer]);
    return { graph, shapes: new Map(outputs.map(({ name, shape }) => [name, shape])) };
  }
}

let count = 0;

export function subjectOf(network: Module): string {
  return `The network ${network.constructor.name}`;
}
