/** What every network of the family is held to: reference numbers, sizes, both ways of running, learning. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildNetwork } from '../../../core/plugin/network.js';
import { atTargetSize } from '../../../core/plugin/prediction-size.js';
import { createRegistry } from '../../../core/plugin/registry.js';
import {
  type Module,
  parameterCount,
  type Scalar,
  type TensorData,
  type TensorRuntime,
  tf,
} from '../../../core/tensor/index.js';
import type { Measure, TrainingSpec } from '../../../core/tensor/step.js';
import { builtInPlugin } from '../../../plugins/index.js';
import { compareWithFixture, type Fixture, networkOfFixture, readFixture } from '../../../scripts/golden-fixture.js';
import { pattern, relativeError } from '../../core/tensor/run.js';
import { notices, sharedRuntime } from '../../core/tensor/shared-runtime.js';
import { kernelFile, kernelsOf } from './compiled-kernels.js';

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

function useRuntime(device: 'cpu' | 'eager'): { current: TensorRuntime } {
  const runtime = {} as { current: TensorRuntime };
  beforeAll(async () => {
    runtime.current = await sharedRuntime(device);
  });
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
        expect(notices).toEqual([]);
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
    const spec = (): TrainingSpec => ({
      network: build(architecture, small, { ndim }),
      loss: atPredictedSize,
      metrics: {},
      optimizer: { name: 'ADAM' },
      seed: 1,
    });

    const learned = once(() => train(compiled.current, spec(), input, target, 20));

    it('lowers the loss in 20 compiled steps', async () => {
      const losses = await learned();
      expect(losses.at(-1)).toBeLessThan(0.8 * losses[0]);
      expect(compiled.current.description).toMatch(/^compiled for/);
      expect(notices).toEqual([]);
    });

    it('consists of known kernels', async () => {
      await expect(kernelsOf(spec(), input, target)).toMatchFileSnapshot(kernelFile(architecture, `${ndim}D`));
    });

    it('is the same compiled and eager', async () => {
      const wanted = await train(eager.current, spec(), input, target, 2);
      const got = await learned();
      expect(relativeError(got.slice(0, 2), wanted)).toBeLessThan(1e-3);
    });
  });
}

/** A function whose work is done at its first call; the others get what came out. */
export function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= work();
    return result;
  };
}

const atPredictedSize: Measure = (output, wanted) => {
  const [fitted] = atTargetSize(output, wanted);
  return tf.mean(tf.squaredDifference(fitted, wanted)) as Scalar;
};

async function train(
  runtime: TensorRuntime,
  spec: TrainingSpec,
  input: TensorData,
  target: TensorData,
  steps: number,
): Promise<number[]> {
  const program = await runtime.train(spec);
  const losses: number[] = [];
  for (let step = 0; step < steps; step++)
    losses.push((await program.step(input, target, { learningRate: 3e-3 }, { epoch: 0, step })).loss);
  await program.dispose();
  return losses;
}
