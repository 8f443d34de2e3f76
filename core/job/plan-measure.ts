/** How long a network takes, measured on zeros of the right shape. */
import { performance } from 'node:perf_hooks';
import { AbortedError } from '../errors.js';
import type { Catalog } from '../plugin/define.js';
import type { NetworkWork, Pieces } from '../plugin/forecast.js';
import { buildNetwork } from '../plugin/network.js';
import type { TensorData, TensorRuntime } from '../tensor/index.js';
import { largestPiece, targetShape, trainingSpec } from './plan-network.js';

export interface WorkTime {
  /** Seconds of one training step or prediction on the largest batch. */
  call: number;
  /** Shape of that batch. */
  shape: number[];
  /** Seconds of all calls, validation among them; what a smaller batch takes is in proportion. */
  seconds: number;
}

/** Seconds that a measurement lasts, beside the first call, which also compiles. */
const LENGTH = 1;
const MOST_CALLS = 50;

/** @throws AbortedError when `signal` fires. */
export async function measureWork(
  work: NetworkWork,
  catalog: Catalog,
  runtime: TensorRuntime,
  signal: AbortSignal,
): Promise<WorkTime | undefined> {
  const largest = largestPiece(work.calls);
  if (!largest) return undefined;
  const network = buildNetwork(work.network, catalog);
  const spec = trainingSpec(work, network, catalog);
  const input = zeros(largest.shape);
  const time = (call: () => Promise<unknown>) => median(call, signal);
  if (!spec || !work.training) {
    const program = await runtime.infer(network);
    try {
      const call = await time(() => program.predict(input));
      return { call, shape: [...largest.shape], seconds: inProportion(call, largest, work.calls) };
    } finally {
      await program.dispose();
    }
  }
  const { target: expected, validation } = work.training;
  const program = await runtime.train(spec);
  try {
    const target = zeros(targetShape(largest.shape, expected));
    const call = await time(() => program.step(input, target, { learningRate: 1e-9 }, { epoch: 0, step: 0 }));
    let seconds = inProportion(call, largest, work.calls);
    const judged = largestPiece(validation);
    if (judged) {
      const batch = zeros(judged.shape);
      const labels = zeros(targetShape(judged.shape, expected));
      seconds += inProportion(await time(() => program.evaluate(batch, labels)), judged, validation);
    }
    return { call, shape: [...largest.shape], seconds };
  } finally {
    await program.dispose();
  }
}

async function median(call: () => Promise<unknown>, signal: AbortSignal): Promise<number> {
  await call();
  const times: number[] = [];
  for (let spent = 0; spent < LENGTH && times.length < MOST_CALLS; ) {
    if (signal.aborted) throw new AbortedError();
    const started = performance.now();
    await call();
    const seconds = (performance.now() - started) / 1000;
    times.push(seconds);
    spent += seconds;
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
}

function inProportion(seconds: number, measured: Pieces, pieces: readonly Pieces[]): number {
  const whole = sizeOf(measured.shape);
  return pieces.reduce((sum, { shape, count }) => sum + (count * seconds * sizeOf(shape)) / whole, 0);
}

function zeros(shape: readonly number[]): TensorData {
  return { data: new Float32Array(sizeOf(shape)), shape: [...shape] };
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}
