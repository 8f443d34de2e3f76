/** What every network of the family is held to: reference numbers, sizes, both ways of running, learning. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildNetwork } from '../../../core/plugin/network.js';
import { atTargetSize } from '../../../core/plugin/prediction-size.js';
import { createRegistry } from '../../../core/plugin/registry.js';
import {
  type Module,
  openRuntime,
  parameterCount,
  type Scalar,
  type TensorData,
  type TensorRuntime,
  tf,
} from '../../../core/tensor/index.js';
import { exportOnnx } from '../../../core/tensor/onnx/export.js';
import { modelInputs } from '../../../core/tensor/step.js';
import { builtInPlugin } from '../../../plugins/index.js';
import { compareWithFixture, type Fixture, networkOfFixture, readFixture } from '../../../scripts/golden-fixture.js';
import { channelsLast, pattern, relativeError } from '../../core/tensor/run.js';

const FIXTURES = new URL('../../fixtures/tensor/', import.meta.url);
const { fixtures } = JSON.parse(readFileSync(new URL('index.json', FIXTURES), 'utf8')) as { fixtures: Fixture[] };
const catalog = createRegistry([builtInPlugin]);

interface Shape {
  ndim?: 2 | 3;
  inputChannels?: number;
  outputChannels?: number[];
}

/** The network of an architecture as a job would build it, with defaults where nothing is given. */
export function build(architecture: string, parameters: object = {}, shape: Shape = {}): Module<Tensors> {
  const { ndim = 2, inputChannels = 1, outputChannels = [1] } = shape;
  const spec = { architecture, parameters: { ...parameters }, ndim, inputChannels, outputChannels };
  return buildNetwork(spec, catalog) as Module<Tensors>;
}

type Tensors = ReturnType<Module['forward']> & object;

interface Runtime {
  current: TensorRuntime;
  /** What the runtime told people, such as that it fell back to the eager backend. */
  notices: string[];
}

function useRuntime(device: 'cpu' | 'eager'): Runtime {
  const runtime = { notices: [] as string[] } as Runtime;
  beforeAll(async () => {
    runtime.current = await openRuntime({ device, threads: 2, onNotice: (text) => runtime.notices.push(text) });
  });
  afterAll(() => runtime.current.dispose());
  return runtime;
}

/** Reference numbers, compiled, and those named `eager` on the eager backend too, which is slow. */
export function itMatchesTheReference(architecture: string, eager: readonly string[] = []): void {
  const own = fixtures.filter((fixture) => fixture.architecture === architecture);
  describe.each(eager.length > 0 ? (['cpu', 'eager'] as const) : (['cpu'] as const))(
    'the reference, device %s',
    (device) => {
      const runtime = useRuntime(device);
      const chosen = own.filter(({ file }) => device === 'cpu' || eager.includes(file));
      it.each(chosen.map((fixture) => [fixture.file, fixture] as const))('%s', async (file, fixture) => {
        const arrays = await readFixture(new URL(file, FIXTURES).pathname);
        const network = networkOfFixture(fixture, catalog, arrays);
        const { problems } = await compareWithFixture(network, fixture, arrays, runtime.current);
        expect(problems).toEqual([]);
        expect(runtime.notices).toEqual([]);
      });
    },
  );
}

export function itHasSizes(architecture: string, sizes: readonly [count: number, parameters: object, shape?: Shape][]) {
  it.each(sizes)('%i parameters', (count, parameters, shape) => {
    expect(parameterCount(build(architecture, parameters, shape))).toBe(count);
  });
}

/** A small network in 2D and in 3D: the loss of 20 compiled steps falls, and the first ones are those of eager ones. */
export function itLearns(architecture: string, small: object, sides: { plane: number; depth: number }): void {
  itLearnsIn([2, 3], architecture, small, sides);
}

/** {@link itLearns} for networks of one kind of image. */
export function itLearnsIn(
  axes: readonly (2 | 3)[],
  architecture: string,
  small: object,
  sides: { plane: number; depth: number },
): void {
  describe.each(axes)('learning in %iD', (ndim) => {
    const { plane, depth } = sides;
    const space = ndim === 2 ? [plane, plane] : [depth, plane, plane];
    const input = pattern([2, ...space, 1], 3);
    const target = { data: input.data.map((value) => (value > 0 ? 1 : 0)), shape: input.shape };
    const compiled = useRuntime('cpu');
    const eager = useRuntime('eager');

    it('lowers the loss in 20 compiled steps', async () => {
      const losses = await train(compiled.current, build(architecture, small, { ndim }), input, target, 20);
      expect(losses.at(-1)).toBeLessThan(0.8 * losses[0]);
      expect(compiled.notices).toEqual([]);
    });

    it('is the same compiled and eager', async () => {
      const network = build(architecture, small, { ndim });
      const wanted = await train(eager.current, network, input, target, 2);
      const got = await train(compiled.current, network, input, target, 2);
      expect(relativeError(got, wanted)).toBeLessThan(1e-3);
    });
  });
}

async function train(
  runtime: TensorRuntime,
  network: Module,
  input: TensorData,
  target: TensorData,
  steps: number,
): Promise<number[]> {
  const program = await runtime.train({
    network,
    loss: (output, wanted) => {
      const [fitted] = atTargetSize(output, wanted);
      return tf.mean(tf.squaredDifference(fitted, wanted)) as Scalar;
    },
    metrics: {},
    optimizer: { name: 'ADAM' },
    seed: 1,
  });
  const losses: number[] = [];
  for (let step = 0; step < steps; step++)
    losses.push((await program.step(input, target, { learningRate: 3e-3 }, { epoch: 0, step })).loss);
  await program.dispose();
  return losses;
}

/**
 * The network as an ONNX file, run by ONNX Runtime alone, predicts images of other sizes and numbers as we do.
 *
 * @param spaces sides of the images; the file is made for the first ones.
 */
export function itExports(architecture: string, small: object, shape: Shape, spaces: readonly number[][]): void {
  const runtime = useRuntime('cpu');

  it(`predicts as an ONNX file in ${shape.ndim ?? 2}D`, async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'biagraph-onnx-'));
    try {
      const network = build(architecture, small, shape);
      const { inputChannels = 1 } = shape;
      const weights = weightsOf(network);
      const file = path.join(folder, 'network.onnx');
      await exportOnnx(network, weights, { file, space: spaces[0], inputChannels });
      const session = await ort.InferenceSession.create(file, { intraOpNumThreads: 1 });
      const program = await runtime.current.infer(network, weights);
      for (const [i, space] of spaces.entries()) {
        const input = pattern([i + 1, inputChannels, ...space], 5);
        const wanted = await program.predict(channelsLast(input));
        const feed = new ort.Tensor('float32', input.data, input.shape);
        const results = await session.run({ [session.inputNames[0]]: feed });
        expect(session.outputNames).toHaveLength(wanted.length);
        wanted.forEach((tensor, k) => {
          const { data, dims } = results[session.outputNames[k]];
          const got = channelsLast({ data: data as Float32Array, shape: dims });
          expect(got.shape).toEqual(tensor.shape);
          expect(relativeError(got.data, tensor.data)).toBeLessThan(1e-4);
        });
      }
      await program.dispose();
      await session.release();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

/** Weights of every kind, variances among them. */
function weightsOf(network: Module): Map<string, TensorData> {
  return new Map(
    modelInputs(network).map(({ name, shape }, i) => {
      const { data } = pattern(shape, i, 0.2);
      return [name, { shape, data: data.map((v) => (name.includes('running_var') ? v + 0.4 : v)) }];
    }),
  );
}
