/**
 * A network as a table: its parts in the order in which they work, with shapes, parameters and multiply-adds. All of it is
 * seen while the prediction of one image is traced, so it holds for any network that can be compiled.
 */
import { CONVOLVE, CONVOLVE_INPUT_GRADIENT } from '../tensor/convolve/geometry.js';
import { type Module, parameterCount, type Slot, type Tensor } from '../tensor/index.js';
import type { KernelCall, TracedValue } from '../tensor/kernel-call.js';
import { modelInputs, predictionStep } from '../tensor/step.js';
import { trace } from '../tensor/trace.js';
import { peakBytes } from './plan-network.js';

export interface NetworkPart {
  /** Path of names, as in a checkpoint. */
  name: string;
  /** Class of the part, such as `Convolution`. */
  kind: string;
  /** Shape of its output for one image, without the batch; of its last call, where it is used several times. */
  output: readonly number[];
  parameters: number;
  /** Multiply-adds of convolutions and matrix products. */
  multiplyAdds: number;
  /** Names of parts whose results it takes. */
  takes: string[];
}

export interface NetworkDescription {
  parts: NetworkPart[];
  /** What stands between the parts, such as a class token and sums of matrix products. */
  between: { parameters: number; multiplyAdds: number };
  outputs: readonly (readonly number[])[];
  parameters: number;
  /** Values that are kept, but not trained. */
  buffers: number;
  multiplyAdds: number;
  /** Bytes of values between the kernels in the prediction of one image: at most at once, and all together. */
  activations: { peak: number; all: number };
}

/** Parts of a table that still fits a page. */
const MOST_PARTS = 30;

/**
 * @param image shape of an image, `[y, x, c]` or `[z, y, x, c]`.
 * @param depth levels of names to go down; where left out, as many as give no more than thirty parts.
 * @throws TensorError when the network does not take such images, or cannot be compiled.
 */
export function describeNetwork(
  name: string,
  network: Module,
  image: readonly number[],
  depth?: number,
): NetworkDescription {
  const calls = followCalls(name, network, image);
  if (depth !== undefined) return summarise(network, calls, depth);
  let best = summarise(network, calls, 1);
  for (let level = 2; level <= DEEPEST; level++) {
    const finer = summarise(network, calls, level);
    if (finer.parts.length > MOST_PARTS) break;
    best = finer;
  }
  return best;
}

const DEEPEST = 12;

interface Visit {
  path: readonly string[];
  module: Module;
  outputs: readonly TracedValue[];
}

interface Followed {
  /** Kernels with the parts that they lie in, the outermost first. */
  kernels: { call: KernelCall; inside: readonly Visit[] }[];
  visits: Visit[];
  outputs: readonly (readonly number[])[];
  peak: number;
}

/** Traces a prediction and notes which part each kernel belongs to. */
function followCalls(name: string, network: Module, image: readonly number[]): Followed {
  const visits: Visit[] = [];
  const stack: Visit[] = [];
  const kernels: Followed['kernels'] = [];
  const undo = watchParts(network, [], (path, module, run) => {
    const visit: Visit = { path, module, outputs: [] };
    visits.push(visit);
    stack.push(visit);
    try {
      const output = run();
      const tensors = Array.isArray(output) ? output : [output];
      // The handle of a traced tensor is its value.
      visit.outputs = tensors.map(({ dataId }) => dataId as unknown as TracedValue);
      return output;
    } finally {
      stack.pop();
    }
  });
  try {
    const compute = predictionStep(network);
    let drawn = 0;
    const traced = trace(
      name,
      [...modelInputs(network), { name: 'input', shape: [1, ...image] }],
      (feeds, addInput) => compute(feeds, ({ shape }) => addInput({ name: `random.${drawn++}`, shape })),
      (call) => kernels.push({ call, inside: [...stack] }),
    );
    const outputs = traced.outputs.map(({ value }) => value.shape.slice(1));
    return { kernels, visits, outputs, peak: peakBytes(traced) };
  } finally {
    undo();
  }
}

type Output = Tensor | Tensor[];
type Around = (path: readonly string[], module: Module, run: () => Output) => Output;

/** Puts `around` about each call of each part; the result takes it away again. */
function watchParts(network: Module, path: readonly string[], around: Around, seen = new Set<Module>()): () => void {
  const undo: (() => void)[] = [];
  for (const [name, part] of network.parts()) {
    if (seen.has(part)) continue;
    seen.add(part);
    const here = [...path, name];
    const { forward } = part;
    part.forward = (x, pass) => around(here, part, () => forward.call(part, x, pass));
    undo.push(() => {
      part.forward = forward;
    });
    undo.push(watchParts(part, here, around, seen));
  }
  return () => {
    for (const step of undo) step();
  };
}

/** The part that stands for a visit at a depth: the visit itself, where it lies no deeper, and none within it is shown. */
function summarise(network: Module, { kernels, visits, outputs, peak }: Followed, depth: number): NetworkDescription {
  // A part that was never called as a whole, such as a list of blocks, gives way to the parts within it.
  const shownPaths = new Set<string>();
  const called = new Set(visits.map(({ path }) => path.join('.')));
  const hasDeeper = (path: readonly string[]) =>
    visits.some((other) => other.path.length > path.length && path.every((name, i) => other.path[i] === name));
  for (const { path } of visits)
    if (path.length === depth || (path.length < depth && !hasDeeper(path))) shownPaths.add(path.join('.'));
  for (const { path } of visits) {
    // Deeper than the level, with no ancestor at it that was called.
    const ancestors = path.map((_, i) => path.slice(0, i + 1).join('.'));
    if (path.length > depth && !ancestors.slice(0, -1).some((name) => called.has(name))) shownPaths.add(path.join('.'));
  }

  const parts = new Map<string, NetworkPart>();
  const counted = new Set<Slot>();
  for (const { path, module, outputs: given } of visits) {
    const name = path.join('.');
    if (!shownPaths.has(name)) continue;
    const output = given[0]?.shape.slice(1) ?? [];
    const known = parts.get(name);
    if (known) known.output = output;
    else {
      const parameters = countNew(module, counted);
      parts.set(name, { name, kind: kindOf(module), output, parameters, multiplyAdds: 0, takes: [] });
    }
  }

  // Where a value comes from: the part that made it, or, of values made between parts, the parts behind it.
  const origins = new Map<TracedValue, ReadonlySet<string>>();
  const busy = new Set<string>();
  let all = 0;
  let total = 0;
  for (const { call, inside } of kernels) {
    const part = inside.map(({ path }) => parts.get(path.join('.'))).find((found) => found !== undefined);
    if (part) busy.add(part.name);
    const work = multiplyAdds(call);
    total += work;
    if (part) part.multiplyAdds += work;
    const sources = new Set(Object.values(call.inputs).flatMap((value) => [...(origins.get(value) ?? [])]));
    if (part)
      for (const source of sources) if (source !== part.name && !part.takes.includes(source)) part.takes.push(source);
    for (const value of call.outputs) {
      origins.set(value, part ? new Set([part.name]) : sources);
      all += 4 * sizeOf(value.shape);
    }
  }
  // An empty list of layers stands for an option that is off.
  const list = [...parts.values()].filter(({ name, kind, parameters: own }) => {
    const idle = kind === 'Sequential' && own === 0 && !busy.has(name);
    return !idle;
  });
  const parameters = parameterCount(network);
  let values = 0;
  for (const [, { shape }] of network.slots()) values += sizeOf(shape);
  const sum = (key: 'parameters' | 'multiplyAdds') => list.reduce((so, part) => so + part[key], 0);
  return {
    parts: list,
    between: { parameters: parameters - sum('parameters'), multiplyAdds: total - sum('multiplyAdds') },
    outputs,
    parameters,
    buffers: values - parameters,
    multiplyAdds: total,
    activations: { peak, all },
  };
}

/** Parameters of a part that no part before it has. */
function countNew(module: Module, counted: Set<Slot>): number {
  let count = 0;
  for (const [, slot] of module.slots()) {
    if (slot.kind !== 'parameter' || counted.has(slot)) continue;
    counted.add(slot);
    count += sizeOf(slot.shape);
  }
  return count;
}

function kindOf(module: Module): string {
  return module.constructor.name;
}

/** Of one kernel; those that do no convolution and no matrix product count nothing, as is the custom. */
function multiplyAdds({ kernel, inputs, attributes, outputs }: KernelCall): number {
  const filter = inputs.filter?.shape;
  const [output] = outputs;
  switch (kernel) {
    case 'Conv2D':
    case 'Conv3D':
      // Filters are [...kernel, in, out].
      return (sizeOf(output.shape) * sizeOf(filter)) / filter[filter.length - 1];
    case 'DepthwiseConv2dNative':
      return sizeOf(output.shape) * filter[0] * filter[1];
    case 'Conv2DBackpropInput':
    case 'Conv3DBackpropInputV2':
      // A transposed convolution: every input meets the whole filter of its channel.
      return (sizeOf(inputs.dy.shape) * sizeOf(filter)) / filter[filter.length - 1];
    case CONVOLVE:
      // [out, in / groups, ...kernel].
      return (sizeOf(output.shape) * sizeOf(filter)) / filter[0];
    case CONVOLVE_INPUT_GRADIENT:
      return (sizeOf(inputs.dy.shape) * sizeOf(filter)) / filter[0];
    case 'BatchMatMul':
      return sizeOf(output.shape) * inputs.a.shape.at(attributes.transposeA ? -2 : -1)!;
    default:
      return 0;
  }
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}
