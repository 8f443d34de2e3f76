/**
 * The thread that owns ONNX Runtime sessions and the state of programs.
 *
 * `session.run` occupies its thread until it is done; here it blocks nobody. Weights never leave but on request.
 */
import { parentPort } from 'node:worker_threads';
import type * as OnnxRuntime from 'onnxruntime-node';
import { sameList, sizeOf } from '../layout.js';
import { fillRandom } from '../random.js';
import { NEXT } from '../step-names.js';
import type { TensorData } from '../tensor-data.js';
import type { Answers, Envelope, GraphMessage, Reply, Request } from './protocol.js';

type Ort = typeof OnnxRuntime;
type OrtTensor = OnnxRuntime.Tensor;

interface Graph extends Omit<GraphMessage, 'model'> {
  session: OnnxRuntime.InferenceSession;
  /** Buffers of inputs that are filled anew in each run. */
  noise: Map<string, OrtTensor>;
}

/** A kept tensor; in two copies where one is read while the other is written. */
interface Kept {
  readonly shape: readonly number[];
  current: OrtTensor;
  spare?: OrtTensor;
}

interface Program {
  graphs: Map<number, Graph>;
  /** Of a program that is a file. */
  file?: OnnxRuntime.InferenceSession;
  state: Map<string, Kept>;
}

let ort: Ort;
let threads = 1;
let provider = 'cpu';
const programs = new Map<number, Program>();

function programOf(id: number): Program {
  let program = programs.get(id);
  if (!program) {
    program = { graphs: new Map(), state: new Map() };
    programs.set(id, program);
  }
  return program;
}

type Handlers = { [C in Request['call']]: (request: Extract<Request, { call: C }>) => Promise<Answers[C]> };

const handlers: Handlers = {
  async open(request) {
    ort = await import('onnxruntime-node');
    // A provider that fails is told by an error; what native code would also print belongs to no one.
    ort.env.logLevel = 'fatal';
    ({ threads, provider } = request);
    // A session would pass over a provider that this build lacks, and say nothing.
    if (!ort.listSupportedBackends().some(({ name }) => name === provider))
      throw new Error(`ONNX Runtime for ${process.platform} has no provider ${provider}`);
    return { version: ort.env.versions.node ?? '' };
  },

  async load({ program, graph, message }) {
    const session = await ort.InferenceSession.create(message.model, sessionOptions(message));
    // The session has its own copy of the model, whose constants may be large.
    const { model, ...ports } = message;
    programOf(program).graphs.set(graph, { ...ports, session, noise: new Map() });
    return undefined;
  },

  async run({ program, graph, feeds, randomness }) {
    const { graphs, state } = programOf(program);
    const loaded = graphs.get(graph)!;
    const inPlace = new Set(loaded.inPlace);
    const inputs: Record<string, OrtTensor> = {};
    for (const { name, shape } of loaded.inputs) {
      const fed = feeds.get(name);
      if (fed) inputs[name] = new ort.Tensor('float32', fed, shape);
      else if (state.has(name)) inputs[name] = shaped(state.get(name)!.current, shape);
    }
    loaded.random.forEach(({ name, spec }, stream) => {
      const noise = noiseBuffer(loaded, name);
      const { seed, epoch, step } = randomness!;
      fillRandom(noise.data as Float32Array, spec, seed, { epoch, step }, stream);
      inputs[name] = noise;
    });
    const outputs: Record<string, OrtTensor> = {};
    for (const { name, shape } of loaded.outputs) {
      const kept = name.startsWith(NEXT) ? state.get(name.slice(NEXT.length))! : undefined;
      if (!kept) outputs[name] = emptyTensor(shape);
      else outputs[name] = shaped(inPlace.has(name) ? kept.current : spareOf(kept), shape);
    }
    await loaded.session.run(inputs, outputs);
    const answer = new Map<string, Float32Array>();
    for (const { name } of loaded.outputs) {
      if (!name.startsWith(NEXT)) answer.set(name, outputs[name].data as Float32Array);
      else if (!inPlace.has(name)) swap(state.get(name.slice(NEXT.length))!);
    }
    return answer;
  },

  async loadFile({ program, file }) {
    programOf(program).file = await ort.InferenceSession.create(file, sessionOptions());
    return undefined;
  },

  async runFile({ program, feeds, outputs }) {
    const inputs: Record<string, OrtTensor> = {};
    for (const [name, { data, shape }] of feeds) inputs[name] = new ort.Tensor('float32', data, shape);
    const results = await programOf(program).file!.run(inputs, outputs);
    const found = outputs.map(
      (name) => [name, { data: results[name].data as Float32Array, shape: results[name].dims }] as const,
    );
    return { outputs: new Map(found), feeds };
  },

  async unload({ program, graph }) {
    const { graphs } = programOf(program);
    await graphs.get(graph)?.session.release();
    graphs.delete(graph);
    return undefined;
  },

  async read({ program }) {
    const copies = new Map<string, TensorData>();
    for (const [name, { current, shape }] of programOf(program).state)
      copies.set(name, { data: (current.data as Float32Array).slice(), shape });
    return copies;
  },

  async write({ program, tensors }) {
    const { state } = programOf(program);
    for (const [name, { data, shape }] of tensors)
      state.set(name, { shape, current: new ort.Tensor('float32', data, shape) });
    return undefined;
  },

  async close({ program }) {
    const { graphs, file } = programOf(program);
    for (const { session } of graphs.values()) await session.release();
    await file?.release();
    programs.delete(program);
    return undefined;
  },
};

/**
 * Nodes from which on ONNX Runtime does not look for better ones: the time it takes grows with their square, minutes for
 * the training step of HRNet, and what it finds in a training step, whose weights are no constants, hardly pays.
 */
const MANY_NODES = 8000;

function sessionOptions(graph?: GraphMessage): OnnxRuntime.InferenceSession.SessionOptions {
  return {
    executionProviders: providersOf(graph?.processorNodes ?? []),
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: (graph?.nodeCount ?? 0) < MANY_NODES ? 'all' : 'disabled',
    logSeverityLevel: 3,
    // A planned block comes on top of what the first run took: two fifths more memory, and not faster.
    enableMemPattern: false,
    // Threads that sleep between two short operators wake too late for them: a small image took twice the time. Between two
    // runs they sleep, so that loading and augmentation have the cores.
    extra: { session: { intra_op: { allow_spinning: '1' }, force_spinning_stop: '1' } },
  };
}

/** What the device has no kernel for runs on the processor. */
function providersOf(processorNodes: readonly string[]): OnnxRuntime.InferenceSession.ExecutionProviderConfig[] {
  if (provider === 'cpu') return ['cpu'];
  // It refuses an empty list.
  if (provider !== 'webgpu' || processorNodes.length === 0) return [provider, 'cpu'];
  return [{ name: 'webgpu', forceCpuNodeNames: [...processorNodes] }, 'cpu'];
}

function emptyTensor(shape: readonly number[]): OrtTensor {
  return new ort.Tensor('float32', new Float32Array(sizeOf(shape)), shape);
}

/** The same memory under the shape that a graph computes with. */
function shaped(tensor: OrtTensor, shape: readonly number[]): OrtTensor {
  return sameList(tensor.dims, shape) ? tensor : new ort.Tensor('float32', tensor.data as Float32Array, shape);
}

function noiseBuffer(graph: Graph, name: string): OrtTensor {
  let noise = graph.noise.get(name);
  if (!noise) {
    noise = emptyTensor(graph.inputs.find((port) => port.name === name)!.shape);
    graph.noise.set(name, noise);
  }
  return noise;
}

function spareOf(kept: Kept): OrtTensor {
  kept.spare ??= emptyTensor(kept.current.dims);
  return kept.spare;
}

function swap(kept: Kept): void {
  const written = kept.spare!;
  kept.spare = kept.current;
  kept.current = written;
}

/** Buffers of an answer that can be handed over instead of copied. */
function movable(answer: unknown): ArrayBuffer[] {
  if (typeof answer !== 'object' || answer === null) return [];
  if (!(answer instanceof Map)) return [...new Set(Object.values(answer).flatMap(movable))];
  return [...answer.values()].map((value: Float32Array | TensorData) => {
    const data = value instanceof Float32Array ? value : value.data;
    return data.buffer as ArrayBuffer;
  });
}

let queue = Promise.resolve();

async function serve({ id, request }: Envelope): Promise<void> {
  let reply: Reply;
  try {
    const handle = handlers[request.call] as (request: Request) => Promise<unknown>;
    reply = { id, answer: await handle(request) };
  } catch (error) {
    reply = { id, failure: error instanceof Error ? error.message : String(error) };
  }
  parentPort!.postMessage(reply, 'answer' in reply ? movable(reply.answer) : []);
}

parentPort!.on('message', (envelope: Envelope) => {
  queue = queue.then(() => serve(envelope));
});
