/** Programs as compiled ONNX graphs in the session thread. */
import { availableParallelism } from 'node:os';
import { type CompiledGraph, compile } from '../compile.js';
import { channelsFirst } from '../layout.js';
import type { Module } from '../nn/module.js';
import type { Hyper } from '../optimizer.js';
import type { RandomSpec, StepKey } from '../random.js';
import {
  type Compute,
  evaluationStep,
  hyperFeeds,
  measured,
  modelInputs,
  optimizerInputs,
  predictionStep,
  type TrainingSpec,
  trainingStep,
} from '../step.js';
import type { NamedTensors, TensorData } from '../tensor-data.js';
import { trace, type ValueSpec } from '../trace.js';
import { type Channel, openChannel } from './channel.js';
import { inferenceOrEager, trainingOrEager } from './fallback.js';
import { GraphCache } from './graph-cache.js';
import type { RandomInput } from './protocol.js';
import { checkData, initialModel, initialTraining, matchState, STEP_COUNT, shapesOf } from './state.js';
import type {
  InferenceProgram,
  Measured,
  RestoreReport,
  RuntimeChoice,
  TensorRuntime,
  TrainingProgram,
} from './types.js';

/** Shapes of one kind of call that stay compiled; a training uses few, inference on whole images may use many. */
const KEPT_GRAPHS = 6;

/** Opens ONNX Runtime's CPU provider in a thread of its own. */
export async function openCompiledRuntime(choice: RuntimeChoice): Promise<TensorRuntime> {
  const channel = openChannel();
  const threads = choice.threads ?? availableParallelism();
  const { version } = await channel.ask({ call: 'open', threads });
  let programs = 0;
  return {
    device: 'cpu',
    description: `compiled for the CPU, ONNX Runtime ${version}, ${threads} thread${threads === 1 ? '' : 's'}`,
    async train(spec) {
      const program = new CompiledTraining(channel, programs++, spec);
      await program.restore(initialTraining(spec));
      return choice.device === 'auto' ? trainingOrEager(program, spec, choice) : program;
    },
    async infer(network, weights) {
      const program = new CompiledInference(channel, programs++, network);
      if (weights) await program.restore(weights);
      return choice.device === 'auto' ? inferenceOrEager(program, network, weights, choice) : program;
    },
    dispose: () => channel.close(),
  };
}

interface Built extends CompiledGraph {
  random: RandomInput[];
}

/** Traces and compiles one function for given input shapes. */
export function build(
  subject: string,
  inputs: readonly ValueSpec[],
  compute: Compute,
  constants?: NamedTensors,
): Built {
  const random: RandomInput[] = [];
  const recorded = trace(subject, inputs, (feeds, addInput) =>
    compute(feeds, (spec: RandomSpec) => {
      const name = `random.${random.length}`;
      random.push({ name, spec });
      return addInput({ name, shape: spec.shape });
    }),
  );
  const noise = new Set(random.map(({ name }) => name));
  const rankOf = new Map(recorded.inputs.map(({ name, value }) => [name, value.shape.length]));
  const inputOrder = (name: string) => {
    const rank = rankOf.get(name)!;
    return noise.has(name) && rank > 3 ? channelsFirst(rank) : undefined;
  };
  return { ...compile(recorded, { inputOrder, constants }), random };
}

type Kind = 'step' | 'evaluate' | 'predict';

class CompiledTraining implements TrainingProgram {
  readonly #graphs: Record<Kind, GraphCache<number>>;
  readonly #expected: Map<string, readonly number[]>;
  #count = 0;
  #steps = 0;

  constructor(
    readonly channel: Channel,
    readonly program: number,
    readonly spec: TrainingSpec,
  ) {
    const drop = (graph: number) => void channel.ask({ call: 'unload', program, graph });
    const cache = () => new GraphCache<number>(KEPT_GRAPHS, drop);
    this.#graphs = { step: cache(), evaluate: cache(), predict: cache() };
    this.#expected = shapesOf(initialTraining(spec));
  }

  async step(input: TensorData, target: TensorData, hyper: Hyper, key: StepKey): Promise<Measured> {
    const step = this.#steps + 1;
    const scalars = hyperFeeds(this.spec, hyper, step);
    const scalarInputs = [...scalars.keys()].map((name) => ({ name, shape: [] }));
    const specs = [...modelInputs(this.spec.network), ...optimizerInputs(this.spec), ...scalarInputs];
    const graph = await this.graph('step', specs, { input, target }, trainingStep(this.spec));
    const feeds = new Map([...scalars].map(([name, value]) => [name, Float32Array.of(value)]));
    this.#steps = step;
    return this.scalars(await this.run(graph, { input, target }, feeds, key));
  }

  async evaluate(input: TensorData, target: TensorData): Promise<Measured> {
    const specs = modelInputs(this.spec.network);
    const graph = await this.graph('evaluate', specs, { input, target }, evaluationStep(this.spec));
    return this.scalars(await this.run(graph, { input, target }));
  }

  async predict(input: TensorData): Promise<TensorData[]> {
    const specs = modelInputs(this.spec.network);
    const graph = await this.graph('predict', specs, { input }, predictionStep(this.spec.network));
    return outputsOf(await this.run(graph, { input }), this.#outputShapes.get(graph)!);
  }

  async state(): Promise<NamedTensors> {
    const state = await this.channel.ask({ call: 'read', program: this.program });
    state.set(STEP_COUNT, { data: Float32Array.of(this.#steps), shape: [] });
    return state;
  }

  async restore(brought: NamedTensors): Promise<RestoreReport> {
    const { fitting, report } = matchState(this.#expected, brought);
    const steps = fitting.get(STEP_COUNT);
    if (steps) this.#steps = steps.data[0];
    fitting.delete(STEP_COUNT);
    await this.channel.ask({ call: 'write', program: this.program, tensors: fitting });
    return report;
  }

  async dispose(): Promise<void> {
    await this.channel.ask({ call: 'close', program: this.program });
  }

  readonly #outputShapes = new Map<number, (readonly number[])[]>();

  private graph(
    kind: Kind,
    state: readonly ValueSpec[],
    data: Record<string, TensorData>,
    compute: Compute,
  ): Promise<number> {
    for (const [name, tensor] of Object.entries(data)) checkData(name, tensor);
    const key = Object.values(data)
      .map(({ shape }) => shape.join('×'))
      .join(' ');
    return this.#graphs[kind].get(key, async () => {
      const inputs = [...state, ...Object.entries(data).map(([name, { shape }]) => ({ name, shape }))];
      const { model, inputs: ports, outputs, random } = build(subjectOf(this.spec.network), inputs, compute);
      const graph = this.#count++;
      this.#outputShapes.set(
        graph,
        outputs.map(({ shape }) => shape),
      );
      const message = { model, inputs: ports, outputs, random };
      await this.channel.ask({ call: 'load', program: this.program, graph, message });
      return graph;
    });
  }

  private run(
    graph: number,
    data: Record<string, TensorData>,
    feeds = new Map<string, Float32Array>(),
    key?: StepKey,
  ): Promise<Map<string, Float32Array>> {
    for (const [name, tensor] of Object.entries(data)) feeds.set(name, tensor.data);
    const randomness = key && { seed: this.spec.seed, ...key };
    return this.channel.ask({ call: 'run', program: this.program, graph, feeds, randomness });
  }

  private scalars(results: Map<string, Float32Array>): Measured {
    return measured(new Map([...results].map(([name, data]) => [name, data[0]])));
  }
}

/** Weights are constants of the graph, so that ONNX Runtime folds normalisations and lays filters out ahead of time. */
class CompiledInference implements InferenceProgram {
  readonly #graphs: GraphCache<{ graph: number; shapes: (readonly number[])[] }>;
  readonly #expected: Map<string, readonly number[]>;
  readonly #weights: NamedTensors;
  #count = 0;

  constructor(
    readonly channel: Channel,
    readonly program: number,
    readonly network: Module,
  ) {
    this.#weights = initialModel(network, 0);
    this.#expected = shapesOf(this.#weights);
    this.#graphs = new GraphCache(KEPT_GRAPHS, ({ graph }) => void channel.ask({ call: 'unload', program, graph }));
  }

  async predict(input: TensorData): Promise<TensorData[]> {
    checkData('input', input);
    const { graph, shapes } = await this.#graphs.get(input.shape.join('×'), async () => {
      const inputs = [...modelInputs(this.network), { name: 'input', shape: input.shape }];
      const built = build(subjectOf(this.network), inputs, predictionStep(this.network), this.#weights);
      const { model, inputs: ports, outputs, random } = built;
      const number = this.#count++;
      const message = { model, inputs: ports, outputs, random };
      await this.channel.ask({ call: 'load', program: this.program, graph: number, message });
      return { graph: number, shapes: outputs.map(({ shape }) => shape) };
    });
    const feeds = new Map([['input', input.data]]);
    return outputsOf(await this.channel.ask({ call: 'run', program: this.program, graph, feeds }), shapes);
  }

  async restore(brought: NamedTensors): Promise<RestoreReport> {
    const { fitting, report } = matchState(this.#expected, brought);
    for (const [name, tensor] of fitting) this.#weights.set(name, tensor);
    this.#graphs.clear();
    return report;
  }

  async dispose(): Promise<void> {
    await this.channel.ask({ call: 'close', program: this.program });
  }
}

function outputsOf(results: Map<string, Float32Array>, shapes: readonly (readonly number[])[]): TensorData[] {
  return [...results.values()].map((data, i) => ({ data, shape: shapes[i] }));
}

function subjectOf(network: Module): string {
  return `The network ${network.constructor.name}`;
}
