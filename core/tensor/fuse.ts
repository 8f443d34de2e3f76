/**
 * Simplification of a trace before it is lowered: calls that nothing needs go, and pairs of calls that one ONNX
 * operator computes become one.
 */
import { CONVOLVE, CONVOLVE_INPUT_GRADIENT } from './convolve/geometry.js';
import { type KernelCall, SUM_OF_PRODUCTS, type Trace, type TracedValue } from './kernel-call.js';

/** The calls that the outputs depend on, fused where possible, in order. */
export function fuse(trace: Trace): KernelCall[] {
  const calls = neededCalls(trace);
  const producers = new Map<TracedValue, KernelCall>();
  for (const call of calls) for (const output of call.outputs) producers.set(output, call);
  const uses = countUses(trace, calls);
  const absorbed = new Set<KernelCall>();
  const fused = calls.map((call) => {
    for (const rule of RULES) {
      const match = rule(call, (value) => (uses.get(value) === 1 ? producers.get(value) : undefined));
      if (!match) continue;
      absorbed.add(match.absorbs);
      // A later fusion must see the call as it is now.
      for (const output of match.call.outputs) producers.set(output, match.call);
      return match.call;
    }
    return call;
  });
  return fused.filter((call) => !absorbed.has(call));
}

type Match = { call: KernelCall; absorbs: KernelCall };

/** @param soleProducer the call that makes a value, where nothing else uses the value. */
type Rule = (call: KernelCall, soleProducer: (value: TracedValue) => KernelCall | undefined) => Match | undefined;

const CONVOLUTIONS = new Set([
  'Conv2D',
  'Conv3D',
  'Conv2DBackpropInput',
  'Conv3DBackpropInputV2',
  CONVOLVE,
  CONVOLVE_INPUT_GRADIENT,
]);

/** A convolution and the sum with a bias per channel. */
const convolutionBias: Rule = (call, soleProducer) => {
  if (call.kernel !== 'Add') return undefined;
  const { a, b: bias } = call.inputs;
  const convolution = soleProducer(a);
  if (!convolution || !CONVOLUTIONS.has(convolution.kernel) || convolution.inputs.bias) return undefined;
  const channels = a.shape[a.shape.length - 1];
  if (bias.shape.length !== 1 || bias.shape[0] !== channels || bias.constant !== undefined) return undefined;
  const inputs = { ...convolution.inputs, bias };
  return { call: { ...convolution, inputs, outputs: call.outputs }, absorbs: convolution };
};

/** The sum of a product, of which the product itself is never needed. */
const sumOfProducts: Rule = (call, soleProducer) => {
  if (call.kernel !== 'Sum' && call.kernel !== 'Mean') return undefined;
  const product = soleProducer(call.inputs.x);
  if (!product || call.inputs.x.dtype !== 'float32') return undefined;
  const factors = factorsOf(product);
  if (!factors) return undefined;
  const attributes = { ...call.attributes, mean: call.kernel === 'Mean' };
  return { call: { kernel: SUM_OF_PRODUCTS, inputs: factors, attributes, outputs: call.outputs }, absorbs: product };
};

function factorsOf({ kernel, inputs }: KernelCall): { a: TracedValue; b: TracedValue } | undefined {
  if (kernel === 'Square') return { a: inputs.x, b: inputs.x };
  if (kernel !== 'Multiply') return undefined;
  const { a, b } = inputs;
  const plain = [a, b].every((value) => value.constant === undefined && value.dtype === 'float32');
  return plain && a.shape.join() === b.shape.join() ? { a, b } : undefined;
}

const RULES: readonly Rule[] = [convolutionBias, sumOfProducts];

function neededCalls(trace: Trace): KernelCall[] {
  const needed = new Set<TracedValue>(trace.outputs.map((output) => output.value));
  const kept: KernelCall[] = [];
  for (const call of [...trace.calls].reverse()) {
    if (!call.outputs.some((output) => needed.has(output))) continue;
    for (const input of Object.values(call.inputs)) needed.add(input);
    kept.push(call);
  }
  return kept.reverse();
}

function countUses(trace: Trace, calls: readonly KernelCall[]): Map<TracedValue, number> {
  const uses = new Map<TracedValue, number>();
  const count = (value: TracedValue) => uses.set(value, (uses.get(value) ?? 0) + 1);
  for (const call of calls) Object.values(call.inputs).forEach(count);
  for (const { value } of trace.outputs) count(value);
  return uses;
}
