/**
 * Simplification of a trace before it is lowered: calls that nothing needs go, and pairs of calls that one ONNX
 * operator computes become one.
 */
import { CONVOLVE, CONVOLVE_INPUT_GRADIENT } from './convolve/geometry.js';
import { GELU, type KernelCall, LAYER_NORM, SUM_OF_PRODUCTS, type Trace, type TracedValue } from './kernel-call.js';

/** What fusion may do. */
export interface FuseOptions {
  /** Also what costs a node on weights and saves a pass over an image, and operators of ONNX Runtime's own. */
  cpu?: boolean;
}

/** The calls that the outputs depend on, fused where possible, in order. */
export function fuse(trace: Trace, { cpu = false }: FuseOptions = {}): KernelCall[] {
  const calls = neededCalls(trace);
  const producers = new Map<TracedValue, KernelCall>();
  for (const call of calls) for (const output of call.outputs) producers.set(output, call);
  const uses = countUses(trace, calls);
  const producer: Producer = (value) => producers.get(value);
  const soleProducer: Producer = (value) => (uses.get(value) === 1 ? producer(value) : undefined);
  const rules = cpu ? [...RULES, ...CPU_RULES] : RULES;
  const absorbed = new Set<KernelCall>();
  const fused = calls.flatMap((call) => {
    for (const rule of rules) {
      const match = rule(call, soleProducer, producer);
      if (!match) continue;
      for (const other of match.absorbs) absorbed.add(other);
      // A later fusion must see the call as it is now.
      for (const output of match.call.outputs) producers.set(output, match.call);
      return [...(match.before ?? []), match.call];
    }
    return [call];
  });
  return neededCalls({ ...trace, calls: fused.filter((call) => !absorbed.has(call)) });
}

/** A fused call, the calls it makes needless, and calls that it needs in turn. */
type Match = { call: KernelCall; absorbs: readonly KernelCall[]; before?: readonly KernelCall[] };

type Producer = (value: TracedValue) => KernelCall | undefined;

/** @param soleProducer the call that makes a value, where nothing else uses the value. */
type Rule = (call: KernelCall, soleProducer: Producer, producer: Producer) => Match | undefined;

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
  if (!isPerChannel(bias, a)) return undefined;
  const inputs = { ...convolution.inputs, bias };
  return { call: { ...convolution, inputs, outputs: call.outputs }, absorbs: [convolution] };
};

function isPerChannel({ shape, constant, dtype }: TracedValue, image: TracedValue): boolean {
  return shape.length === 1 && shape[0] === image.shape.at(-1) && constant === undefined && dtype === 'float32';
}

/**
 * A convolution times a number per channel, as batch normalisation in evaluation mode has it: the filter is scaled
 * instead of the image.
 */
const convolutionScale: Rule = (call, soleProducer) => {
  if (call.kernel !== 'Multiply') return undefined;
  const { a, b: scale } = call.inputs;
  const convolution = soleProducer(a);
  if (!convolution || !isPerChannel(scale, a)) return undefined;
  const { filter, bias } = convolution.inputs;
  const shape = scaleShape(convolution, scale.shape[0]);
  if (!shape) return undefined;
  const shaped = derived('Reshape', { x: scale }, shape, { shape });
  const weights = derived('Multiply', { a: filter, b: shaped.outputs[0] }, filter.shape);
  const before = [shaped, weights];
  const inputs: Record<string, TracedValue> = { ...convolution.inputs, filter: weights.outputs[0] };
  if (bias) {
    const scaled = derived('Multiply', { a: bias, b: scale }, bias.shape);
    before.push(scaled);
    inputs.bias = scaled.outputs[0];
  }
  return { call: { ...convolution, inputs, outputs: call.outputs }, absorbs: [convolution], before };
};

/** The shape in which a number per channel of the result meets the filter; undefined where it cannot. */
function scaleShape({ kernel, inputs, attributes }: KernelCall, channels: number): number[] | undefined {
  const rank = inputs.filter?.shape.length;
  switch (kernel) {
    case 'Conv2D':
    case 'Conv3D':
      return [channels];
    case 'Conv2DBackpropInput':
    case 'Conv3DBackpropInputV2':
      return [channels, 1];
    case CONVOLVE:
      return [channels, ...Array.from({ length: rank - 1 }, () => 1)];
    case CONVOLVE_INPUT_GRADIENT:
      return attributes.groups === 1 ? [channels, ...Array.from({ length: rank - 2 }, () => 1)] : undefined;
    default:
      return undefined;
  }
}

/** One more number per channel on a convolution that has a bias. */
const secondBias: Rule = (call, soleProducer) => {
  if (call.kernel !== 'Add') return undefined;
  const { a, b: shift } = call.inputs;
  const convolution = soleProducer(a);
  const bias = convolution?.inputs.bias;
  if (!convolution || !CONVOLUTIONS.has(convolution.kernel) || !bias || !isPerChannel(shift, a)) return undefined;
  const sum = derived('Add', { a: bias, b: shift }, bias.shape);
  const inputs = { ...convolution.inputs, bias: sum.outputs[0] };
  return { call: { ...convolution, inputs, outputs: call.outputs }, absorbs: [convolution], before: [sum] };
};

/** A product of two matrices and the sum with a number per column. */
const productBias: Rule = (call, soleProducer) => {
  if (call.kernel !== 'Add') return undefined;
  const { a, b: bias } = call.inputs;
  const product = soleProducer(a);
  if (product?.kernel !== 'BatchMatMul' || a.shape.length !== 2 || !isPerChannel(bias, a)) return undefined;
  if (product.inputs.bias || Object.values(product.inputs).some(({ shape }) => shape.length !== 2)) return undefined;
  const inputs = { ...product.inputs, bias };
  return { call: { ...product, inputs, outputs: call.outputs }, absorbs: [product] };
};

/** A number times a matrix of a product: the product has a factor of its own. */
const productFactor: Rule = (call, soleProducer) => {
  if (call.kernel !== 'BatchMatMul' || call.attributes.factor !== undefined) return undefined;
  const scaled = soleProducer(call.inputs.a);
  const factor = scaled && constantFactor(scaled, scaled.inputs.a);
  if (factor === undefined || scaled?.inputs.a.dtype !== 'float32') return undefined;
  const inputs = { ...call.inputs, a: scaled.inputs.a };
  return { call: { ...call, inputs, attributes: { ...call.attributes, factor } }, absorbs: [scaled] };
};

/** The number that a product or a sum of `x` and a number has; undefined for anything else. */
function constantOf(call: KernelCall | undefined, kernel: string, x: TracedValue): number | undefined {
  if (call?.kernel !== kernel || call.inputs.a !== x) return undefined;
  const { constant } = call.inputs.b;
  return typeof constant === 'number' && call.outputs[0].shape.join() === x.shape.join()
    ? Math.fround(constant)
    : undefined;
}

const constantFactor = (call: KernelCall | undefined, x: TracedValue) => constantOf(call, 'Multiply', x);

/** `x · (erf(x / √2) + 1) / 2`. */
const gelu: Rule = (call, soleProducer) => {
  if (call.kernel !== 'Multiply') return undefined;
  const { a: x, b: share } = call.inputs;
  const half = soleProducer(share);
  const sum = half && soleProducer(half.inputs.a);
  const erf = sum && soleProducer(sum.inputs.a);
  const scaled = erf?.kernel === 'Erf' ? soleProducer(erf.inputs.x) : undefined;
  if (!half || !sum || !erf || !scaled || x.dtype !== 'float32') return undefined;
  const isGelu =
    constantFactor(half, half.inputs.a) === 0.5 &&
    constantOf(sum, 'Add', sum.inputs.a) === 1 &&
    constantFactor(scaled, x) === Math.fround(Math.SQRT1_2);
  if (!isGelu) return undefined;
  return { call: { ...derived(GELU, { x }, x.shape), outputs: call.outputs }, absorbs: [half, sum, erf, scaled] };
};

/** `(x − mean) / √(variance + epsilon) · weight + bias` over the last axis. */
const layerNorm: Rule = (call, soleProducer, producer) => {
  if (call.kernel !== 'Add') return undefined;
  const { a: product, b: bias } = call.inputs;
  const scaled = soleProducer(product);
  const standard = scaled?.kernel === 'Multiply' ? soleProducer(scaled.inputs.a) : undefined;
  const scale = standard?.kernel === 'Multiply' ? soleProducer(standard.inputs.b) : undefined;
  const sum = scale?.kernel === 'Rsqrt' ? soleProducer(scale.inputs.x) : undefined;
  const epsilon = sum && constantOf(sum, 'Add', sum.inputs.a);
  const variance = sum && soleProducer(sum.inputs.a);
  const centred = standard && producer(standard.inputs.a);
  if (!scaled || !standard || !scale || !sum || !variance || epsilon === undefined) return undefined;
  if (centred?.kernel !== 'Sub' || variance.kernel !== SUM_OF_PRODUCTS) return undefined;
  const mean = soleProducer(centred.inputs.b);
  const x = centred.inputs.a;
  const weight = scaled.inputs.b;
  const last = x.shape.length - 1;
  const isLast = (one: KernelCall) => [one.attributes.axis].flat().join() === `${last}` && one.attributes.keepDims;
  const isLayerNorm =
    mean?.kernel === 'Mean' &&
    mean.inputs.x === x &&
    variance.inputs.a === standard.inputs.a &&
    variance.inputs.b === standard.inputs.a &&
    variance.attributes.mean === true &&
    isLast(mean) &&
    isLast(variance) &&
    isPerChannel(weight, x) &&
    isPerChannel(bias, x);
  if (!isLayerNorm) return undefined;
  const fused = derived(LAYER_NORM, { x, weight, bias }, x.shape, { epsilon });
  return { call: { ...fused, outputs: call.outputs }, absorbs: [scaled, standard, scale, sum, variance] };
};

/** A call that the trace does not hold, of one output. */
function derived(
  kernel: string,
  inputs: Record<string, TracedValue>,
  shape: readonly number[],
  attributes: Record<string, unknown> = {},
): KernelCall {
  return { kernel, inputs, attributes, outputs: [{ id: -1, shape, dtype: 'float32' }] };
}

/** The sum of a product, of which the product itself is never needed. */
const sumOfProducts: Rule = (call, soleProducer) => {
  if (call.kernel !== 'Sum' && call.kernel !== 'Mean') return undefined;
  const product = soleProducer(call.inputs.x);
  if (!product || call.inputs.x.dtype !== 'float32') return undefined;
  const factors = factorsOf(product);
  if (!factors) return undefined;
  const attributes = { ...call.attributes, mean: call.kernel === 'Mean' };
  return { call: { kernel: SUM_OF_PRODUCTS, inputs: factors, attributes, outputs: call.outputs }, absorbs: [product] };
};

function factorsOf({ kernel, inputs }: KernelCall): { a: TracedValue; b: TracedValue } | undefined {
  if (kernel === 'Square') return { a: inputs.x, b: inputs.x };
  if (kernel !== 'Multiply') return undefined;
  const { a, b } = inputs;
  const plain = [a, b].every((value) => value.constant === undefined && value.dtype === 'float32');
  return plain && a.shape.join() === b.shape.join() ? { a, b } : undefined;
}

const RULES: readonly Rule[] = [convolutionBias, sumOfProducts];
const CPU_RULES: readonly Rule[] = [convolutionScale, secondBias, productBias, productFactor, gelu, layerNorm];

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
