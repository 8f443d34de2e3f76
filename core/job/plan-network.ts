/** How large a network is, and what memory a call of it takes. */
import { statSync } from 'node:fs';
import { scaleSides } from '../image/scale.js';
import { contrasted } from '../plugin/contrast.js';
import type { Catalog } from '../plugin/define.js';
import type { NetworkWork, Pieces, TargetForecast } from '../plugin/forecast.js';
import { buildAdversary, buildLoss, buildNetwork, buildTensorMetrics } from '../plugin/network.js';
import { fuse } from '../tensor/fuse.js';
import { FileNetwork, type Module, parameterCount } from '../tensor/index.js';
import {
  type Compute,
  gatheredInputs,
  hyperFeeds,
  modelInputs,
  optimizerInputs,
  predictionStep,
  stateInputs,
  type TrainingSpec,
  trainingStep,
} from '../tensor/step.js';
import { type Trace, type TracedValue, trace, type ValueSpec } from '../tensor/trace.js';

export interface NetworkSize {
  /** Values of all parameters. */
  parameters: number;
  /** Bytes of weights and buffers. */
  weights: number;
  /** Bytes that the optimizer keeps beside the weights; 0 for a prediction. */
  optimizer: number;
  /** Most bytes of values between the layers, gradients among them, at any moment of one call. */
  activations: number;
  /** All together. */
  bytes: number;
}

/**
 * Sizes a network for its largest batch. Activations come from the traced computation: a value counts from the kernel
 * that makes it to the last one that reads it. The working memory of ONNX Runtime's convolutions is not known here, so
 * this is the least that a call takes.
 */
export function sizeWork(work: NetworkWork, catalog: Catalog): NetworkSize {
  const network = buildNetwork(work.network, catalog);
  const spec = trainingSpec(work, network, catalog);
  // A file of another program is not traced: what lies between its layers is not known.
  if (network instanceof FileNetwork) {
    const size = network.files.reduce((sum, file) => sum + statSync(file).size, 0);
    return { parameters: 0, weights: size, optimizer: 0, activations: 0, bytes: size };
  }
  const weights = bytesOf(spec ? stateInputs(spec) : modelInputs(network));
  const optimizer = spec ? bytesOf([...optimizerInputs(spec), ...gatheredInputs(spec)]) : 0;
  const largest = largestPiece(work.calls);
  const activations = largest ? peakBytes(record(work, largest.shape, network, spec)) : 0;
  return {
    parameters: parameterCount(network),
    weights,
    optimizer,
    activations,
    bytes: weights + optimizer + activations,
  };
}

/** What the trainer will train; undefined for a prediction. */
export function trainingSpec({ training }: NetworkWork, network: Module, catalog: Catalog): TrainingSpec | undefined {
  if (!training) return undefined;
  const learned = contrasted(network, training.contrast);
  const metrics = Object.entries(buildTensorMetrics(training.metrics, catalog));
  return {
    network: learned.network,
    loss: learned.loss(buildLoss(training.losses, catalog)),
    metrics: Object.fromEntries(metrics.map(([name, metric]) => [name, learned.metric(metric)])),
    optimizer: training.optimizer,
    frozen: training.frozen.map((pattern) => new RegExp(pattern)),
    accumulates: training.accumulates,
    ...(training.adversary && { adversary: buildAdversary(training.adversary, catalog, { activations: [] }) }),
    seed: 0,
  };
}

/** The pieces with the most values each. */
export function largestPiece(pieces: readonly Pieces[]): Pieces | undefined {
  return [...pieces].sort((a, b) => values(b.shape) - values(a.shape))[0];
}

/** Shape of a batch of targets beside a batch of images. */
export function targetShape([count, ...image]: readonly number[], { channels, scale }: TargetForecast): number[] {
  const sides = image.slice(0, -1);
  return [count, ...(scale ? scaleSides(sides, scale) : sides.map(() => 1)), channels];
}

function record(work: NetworkWork, batch: readonly number[], network: Module, spec: TrainingSpec | undefined): Trace {
  const inputs: ValueSpec[] = [...(spec ? stateInputs(spec) : modelInputs(network)), { name: 'input', shape: batch }];
  let compute: Compute = predictionStep(network);
  if (spec && work.training) {
    const scalars = [...hyperFeeds(spec, { learningRate: 1e-3 }, 1).keys()];
    inputs.push(...optimizerInputs(spec), ...gatheredInputs(spec), ...scalars.map((name) => ({ name, shape: [] })));
    inputs.push({ name: 'target', shape: targetShape(batch, work.training.target) });
    compute = trainingStep(spec);
  }
  let drawn = 0;
  return trace(work.network.architecture, inputs, (feeds, addInput) =>
    compute(feeds, ({ shape }) => addInput({ name: `random.${drawn++}`, shape })),
  );
}

/** Kernels whose result is the same memory under another shape. */
const VIEWS = new Set(['Reshape', 'Identity', 'ExpandDims']);

/** Most bytes that values between kernels take at any moment, each from the kernel that makes it to the last that reads it. */
export function peakBytes(traced: Trace): number {
  const calls = fuse(traced);
  const owners = new Map<TracedValue, TracedValue>();
  const owner = (value: TracedValue) => owners.get(value) ?? value;
  for (const { kernel, inputs, outputs } of calls)
    if (VIEWS.has(kernel)) for (const value of outputs) owners.set(value, owner(Object.values(inputs)[0]));

  const lastUse = new Map<TracedValue, number>();
  calls.forEach(({ inputs }, step) => {
    for (const value of Object.values(inputs)) lastUse.set(owner(value), step);
  });
  for (const { value } of traced.outputs) lastUse.set(owner(value), calls.length);

  const freed = new Map<number, number>();
  let held = 0;
  let peak = 0;
  calls.forEach(({ outputs }, step) => {
    for (const value of outputs) {
      const end = lastUse.get(value);
      if (owners.has(value) || end === undefined) continue;
      held += size(value);
      freed.set(end, (freed.get(end) ?? 0) + size(value));
    }
    peak = Math.max(peak, held);
    held -= freed.get(step) ?? 0;
  });
  return peak;
}

function size({ shape }: TracedValue): number {
  return values(shape) * Float32Array.BYTES_PER_ELEMENT;
}

function bytesOf(specs: readonly ValueSpec[]): number {
  return specs.reduce((sum, { shape }) => sum + values(shape) * Float32Array.BYTES_PER_ELEMENT, 0);
}

function values(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}
