import { beforeAll, describe, expect, it } from 'vitest';
import {
  allTokens,
  fixedMask,
  Linear,
  Module,
  type Pass,
  randomMask,
  seenTokens,
  type Tensor,
  type TensorRuntime,
  tf,
} from '../../../../core/tensor/index.js';
import { expectSame, pattern, runEager } from '../run.js';
import { sharedRuntime } from '../shared-runtime.js';

const passWith = (noise: Tensor): Pass => ({
  training: true,
  value: () => tf.scalar(0),
  blend: () => {},
  random: () => noise,
});

describe('random masks of tokens', () => {
  it('see the tokens with the smallest numbers, in their order', () => {
    const noise = { data: Float32Array.of(0.3, 0.9, 0.1, 0.5, 0.7, 0.2, 0.8, 0.6), shape: [2, 4] };
    const results = runEager(new Map([['noise', noise]]), (feeds) => {
      const mask = randomMask(passWith(feeds.get('noise')!), 2, 4, 0.5);
      const x = tf.reshape(tf.range(0, 8), [2, 4, 1]);
      return new Map([
        ['seen', seenTokens(x, mask)],
        ['hidden', mask.hidden],
        ['all', allTokens(seenTokens(x, mask), mask, tf.fill([1, 1, 1], -1))],
      ]);
    });
    expect([...results.get('seen')!.data]).toEqual([2, 0, 5, 7]);
    expect([...results.get('hidden')!.data]).toEqual([0, 1, 0, 1, 1, 0, 1, 0]);
    expect([...results.get('all')!.data]).toEqual([0, -1, 2, -1, -1, 5, -1, 7]);
  });

  it.each([0.75, 0.6, 0])('of ratio %f are the same compiled and eager, with gradients', (ratio) =>
    expectSame(
      new Map([
        ['x', pattern([3, 10, 4])],
        ['noise', pattern([3, 10], 1)],
        ['filler', pattern([1, 1, 4], 2)],
      ]),
      (feeds) => {
        const mask = randomMask(passWith(feeds.get('noise')!), 3, 10, ratio);
        const rebuild = (x: Tensor, filler: Tensor) => allTokens(seenTokens(x, mask), mask, filler);
        const [dx, dFiller] = tf.grads((x, filler) => tf.sum(tf.square(rebuild(x, filler))))([
          feeds.get('x')!,
          feeds.get('filler')!,
        ]);
        return new Map([
          ['all', rebuild(feeds.get('x')!, feeds.get('filler')!)],
          ['hidden', mask.hidden],
          ['dx', dx],
          ['dFiller', dFiller],
        ]);
      },
    ),
  );
});

describe('a fixed mask', () => {
  it('sees the given tokens of every sample', () => {
    const { data } = runEager(new Map([['x', pattern([2, 5, 3])]]), (feeds) => {
      const mask = fixedMask(2, 5, [3, 1]);
      return new Map([['y', tf.sub(seenTokens(feeds.get('x')!, mask), tf.gather(feeds.get('x')!, [3, 1], 1))]]);
    }).get('y')!;
    expect(new Set(data)).toEqual(new Set([0]));
  });
});

/** Hides half of the tokens and gives them back, each through one dense layer. */
class Masked extends Module<Tensor> {
  readonly dense = this.child('dense', new Linear(2, 2));

  forward(x: Tensor, pass: Pass): Tensor {
    const [samples, tokens] = x.shape;
    const mask = randomMask(pass, samples, tokens, 0.5);
    return allTokens(this.dense.forward(seenTokens(x, mask), pass), mask, tf.zeros([1, 1, 2]));
  }
}

describe('a masked network', () => {
  const runtimes: TensorRuntime[] = [];
  beforeAll(async () => {
    runtimes.push(await sharedRuntime('cpu'), await sharedRuntime('eager'));
  });

  it('is masked at evaluation and prediction too, the same each time, compiled and eager', async () => {
    const losses: number[] = [];
    for (const runtime of runtimes) {
      const program = await runtime.train({
        network: new Masked(),
        loss: ([output], target) => tf.mean(tf.square(tf.sub(output, target))) as ReturnType<typeof tf.scalar>,
        metrics: {},
        optimizer: { name: 'SGD', momentum: 0 },
        seed: 4,
      });
      const [input, target] = [pattern([2, 8, 2]), pattern([2, 8, 2], 1)];
      const { loss } = await program.evaluate(input, target);
      expect(await program.evaluate(input, target)).toEqual({ loss, metrics: {} });
      const [output] = await program.predict(input);
      expect([...output.data].filter((value) => value === 0)).toHaveLength(16);
      expect((await program.predict(input))[0].data).toEqual(output.data);
      const at = (step: number) => program.step(input, target, { learningRate: 0 }, { epoch: 0, step });
      expect((await at(0)).loss).not.toBe((await at(1)).loss);
      losses.push(loss);
    }
    expect(losses[0]).toBeCloseTo(losses[1], 5);
  });
});
