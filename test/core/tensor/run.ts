/** Running a tensor function both ways, in this thread. */
import * as ort from 'onnxruntime-node';
import { expect } from 'vitest';
import { compile } from '../../../core/tensor/compile.js';
import type { NamedTensors, Tensor, TensorData } from '../../../core/tensor/index.js';
import { tf } from '../../../core/tensor/index.js';
import { trace } from '../../../core/tensor/trace.js';

export type TensorFunction = (feeds: Map<string, Tensor>) => Map<string, Tensor>;

/** The function's results on TensorFlow.js's own CPU backend. */
export function runEager(inputs: NamedTensors, compute: TensorFunction): NamedTensors {
  void tf.setBackend('cpu');
  return tf.tidy(() => {
    const feeds = new Map([...inputs].map(([name, { data, shape }]) => [name, tf.tensor(data, [...shape])]));
    const results: NamedTensors = new Map();
    for (const [name, tensor] of compute(feeds))
      results.set(name, { data: Float32Array.from(tensor.dataSync()), shape: [...tensor.shape] });
    return results as unknown as Tensor[];
  }) as unknown as NamedTensors;
}

/**
 * The function's results as one ONNX graph.
 *
 * @param constants names of inputs that become part of the graph, as weights do for inference.
 */
export async function runCompiled(
  inputs: NamedTensors,
  compute: TensorFunction,
  { cpu = false, constants = [] }: { cpu?: boolean; constants?: readonly string[] } = {},
): Promise<NamedTensors> {
  const specs = [...inputs].map(([name, { shape }]) => ({ name, shape }));
  const known = new Map([...inputs].filter(([name]) => constants.includes(name)));
  const graph = compile(trace('The function under test', specs, compute), { cpu, constants: known });
  const session = await ort.InferenceSession.create(graph.model, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  const feeds = Object.fromEntries(
    graph.inputs.map(({ name }) => [name, new ort.Tensor('float32', inputs.get(name)!.data, inputs.get(name)!.shape)]),
  );
  const results = await session.run(feeds);
  await session.release();
  return new Map(
    graph.outputs.map(({ name, shape }) => [name, { data: results[name].data as Float32Array, shape: [...shape] }]),
  );
}

/** Largest absolute difference over the largest absolute value of what is wanted. */
export function relativeError(got: ArrayLike<number>, wanted: ArrayLike<number>, scale?: number): number {
  let worst = 0;
  let largest = scale ?? 0;
  for (let i = 0; i < wanted.length; i++) {
    const difference = Math.abs(got[i] - wanted[i]);
    worst = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(worst, difference);
    if (scale === undefined) largest = Math.max(largest, Math.abs(wanted[i]));
  }
  return worst / Math.max(largest, 1e-12);
}

/**
 * Eager, compiled for any device and compiled for the CPU give the same shapes, and numbers within `tolerance` of each
 * result's largest.
 */
export async function expectSame(inputs: NamedTensors, compute: TensorFunction, tolerance = 1e-4): Promise<void> {
  const wanted = runEager(inputs, compute);
  for (const cpu of [false, true]) expectEqual(await runCompiled(inputs, compute, { cpu }), wanted, tolerance);
}

/** The same names and shapes, and numbers within `tolerance` of each result's largest. */
export function expectEqual(got: NamedTensors, wanted: NamedTensors, tolerance = 1e-4): void {
  expect([...got.keys()]).toEqual([...wanted.keys()]);
  for (const [name, { data, shape }] of wanted) {
    expect(got.get(name)!.shape, name).toEqual(shape);
    const largest = data.reduce((max, value) => Math.max(max, Math.abs(value)), 1e-3);
    expect(relativeError(got.get(name)!.data, data, largest), name).toBeLessThan(tolerance);
  }
}

/** Values of a smooth but irregular pattern; no two neighbours are alike. */
export function pattern(shape: readonly number[], seed = 0, scale = 1): TensorData {
  const length = shape.reduce((product, side) => product * side, 1);
  const data = Float32Array.from({ length }, (_, i) => {
    const wave = Math.sin((i + 1) * 12.9898 + seed * 78.233) * 43758.5453;
    return (wave - Math.floor(wave) - 0.5) * 2 * scale;
  });
  return { data, shape: [...shape] };
}

/** `[n, c, ...space]` to `[n, ...space, c]`. */
export function channelsLast({ data, shape }: TensorData): TensorData {
  const [n, c, ...space] = shape;
  const pixels = space.reduce((product, side) => product * side, 1);
  const out = new Float32Array(data.length);
  for (let i = 0; i < n; i++)
    for (let channel = 0; channel < c; channel++)
      for (let p = 0; p < pixels; p++) out[(i * pixels + p) * c + channel] = data[(i * c + channel) * pixels + p];
  return { data: out, shape: [n, ...space, c] };
}
