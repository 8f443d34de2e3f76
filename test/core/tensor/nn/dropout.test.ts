import { beforeAll, describe, expect, it } from 'vitest';
import {
  ChannelDropout,
  Convolution,
  Dropout,
  DropPath,
  type Module,
  type Pass,
  type RandomSpec,
  Sequential,
  type Tensor,
  type TensorRuntime,
  type TrainingProgram,
  tf,
} from '../../../../core/tensor/index.js';
import { fillRandom } from '../../../../core/tensor/random.js';
import { pattern } from '../run.js';
import { sharedRuntime } from '../shared-runtime.js';

const INPUT = pattern([2, 8, 8, 1]);
const TARGET = pattern([2, 8, 8, 3], 1);

describe('dropout', () => {
  const runtimes: TensorRuntime[] = [];
  beforeAll(async () => {
    runtimes.push(await sharedRuntime('cpu'), await sharedRuntime('eager'));
  });

  const train = (runtime: TensorRuntime, seed = 1): Promise<TrainingProgram> =>
    runtime.train({
      network: new Sequential([new Convolution(1, 3, { kernel: [3, 3] }), new Dropout(0.4), new Dropout(0.1)]),
      loss: ([output], target) => tf.mean(tf.square(tf.sub(output, target))) as ReturnType<typeof tf.scalar>,
      metrics: {},
      // A rate of zero, so that only the mask changes the loss.
      optimizer: { name: 'SGD', momentum: 0 },
      seed,
    });
  const lossOf = async (program: TrainingProgram, epoch: number, step: number) =>
    (await program.step(INPUT, TARGET, { learningRate: 0 }, { epoch, step })).loss;

  it('is the same for the same step, other for another step or epoch', async () => {
    const program = await train(runtimes[0]);
    const first = await lossOf(program, 0, 0);
    expect(await lossOf(program, 0, 0)).toBe(first);
    expect(await lossOf(program, 0, 1)).not.toBe(first);
    expect(await lossOf(program, 1, 0)).not.toBe(first);
    expect(await lossOf(program, 0, 0)).toBe(first);
  });

  it('depends on the seed through the mask alone', async () => {
    const [one, other] = [await train(runtimes[0], 1), await train(runtimes[0], 2)];
    await other.restore(await one.state());
    expect(await lossOf(other, 0, 0)).not.toBe(await lossOf(one, 0, 0));
  });

  it('draws the same mask compiled and eager', async () => {
    const [compiled, eager] = [await train(runtimes[0]), await train(runtimes[1])];
    expect(await lossOf(compiled, 3, 7)).toBeCloseTo(await lossOf(eager, 3, 7), 5);
  });

  it('does nothing at evaluation', async () => {
    const program = await train(runtimes[0]);
    const first = await program.evaluate(INPUT, TARGET);
    expect(await program.evaluate(INPUT, TARGET)).toEqual(first);
  });
});

describe.each<[string, Module<Tensor>, number[]]>([
  ['channel dropout', new ChannelDropout(0.25), [2, 1, 1, 3]],
  ['drop path', new DropPath(0.25), [2, 1, 1, 1]],
])('%s', (_name, layer, shape) => {
  const forward = (training: boolean, random: Pass['random']): Float32Array =>
    tf.tidy(() => {
      const pass = { training, random, value: () => tf.scalar(0), blend: () => {} };
      return layer.forward(tf.ones([2, 4, 5, 3]), pass).dataSync() as Float32Array;
    });

  it('asks for one number per sample or channel and spreads it', () => {
    const asked: RandomSpec[] = [];
    const length = shape.reduce((a, b) => a * b, 1);
    const values = forward(true, (spec) => {
      asked.push(spec);
      return tf.tensor(
        Array.from({ length }, (_, i) => i),
        shape,
      );
    });
    expect(asked).toEqual([{ shape, keep: 0.75 }]);
    const channels = shape[3];
    const wanted = Array.from({ length: 120 }, (_, i) => Math.floor(i / 60) * channels + ((i % 3) % channels));
    expect([...values]).toEqual(wanted);
  });

  it('draws nothing at evaluation', () => {
    const never = (): never => {
      throw new Error('no random number is needed');
    };
    expect(new Set(forward(false, never))).toEqual(new Set([1]));
  });
});

describe('random masks', () => {
  it('keep the asked share and the mean', () => {
    const mask = new Float32Array(100_000);
    fillRandom(mask, { shape: [100_000], keep: 0.7 }, 5, { epoch: 0, step: 0 }, 0);
    const kept = mask.filter((value) => value > 0).length / mask.length;
    expect(Math.abs(kept - 0.7)).toBeLessThan(0.01);
    expect(new Set(mask)).toEqual(new Set([0, Math.fround(1 / 0.7)]));
  });

  it('of two requests in one step are independent', () => {
    const [a, b] = [0, 1].map((stream) => {
      const mask = new Float32Array(50_000);
      fillRandom(mask, { shape: [50_000], keep: 0.5 }, 5, { epoch: 0, step: 0 }, stream);
      return mask;
    });
    const same = a.filter((value, i) => value === b[i]).length / a.length;
    expect(Math.abs(same - 0.5)).toBeLessThan(0.02);
  });

  it('without a share are uniform in [0, 1)', () => {
    const values = new Float32Array(100_000);
    fillRandom(values, { shape: [100_000] }, 5, { epoch: 0, step: 0 }, 0);
    const bins = new Array<number>(10).fill(0);
    for (const value of values) bins[Math.floor(value * 10)]++;
    for (const count of bins) expect(Math.abs(count / 10_000 - 1)).toBeLessThan(0.06);
  });
});
