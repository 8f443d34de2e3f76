import { beforeAll, describe, expect, it } from 'vitest';
import { compile } from '../../../core/tensor/compile.js';
import { type Scalar, type TensorRuntime, tf } from '../../../core/tensor/index.js';
import { type Measure, modelInputs } from '../../../core/tensor/step.js';
import { trace } from '../../../core/tensor/trace.js';
import { build } from '../../plugins/model/network-checks.js';
import { pattern } from './run.js';
import { sharedRuntime } from './shared-runtime.js';

describe('tensors that are kept between runs', () => {
  it('enter and leave a graph in the shape it computes with', () => {
    const inputs = ['m', 'w', 'x'].map((name) => ({ name, shape: [2, 3] }));
    const recorded = trace('test', inputs, (feeds) => {
      const flat = (name: string) => tf.reshape(feeds.get(name)!, [6]);
      const next = tf.add(tf.mul(flat('m'), 0.5), flat('x'));
      const weight = tf.sub(flat('w'), next);
      return new Map([
        ['next.m', tf.reshape(next, [2, 3])],
        ['next.w', tf.reshape(weight, [2, 3])],
        ['y', tf.matMul(feeds.get('w')!, feeds.get('x')!, false, true)],
      ]);
    });
    const { inputs: taken, outputs } = compile(recorded);
    const shapes = Object.fromEntries([...taken, ...outputs].map(({ name, shape }) => [name, shape]));
    // What is read in its own shape, too, and what is not kept, enters as it is.
    expect(shapes).toEqual({ m: [6], w: [2, 3], x: [2, 3], 'next.m': [6], 'next.w': [6], y: [2, 2] });
  });
});

describe('a step of a training', () => {
  let runtime: TensorRuntime;
  beforeAll(async () => {
    runtime = await sharedRuntime('cpu');
  });

  it('leaves all tensors with the shapes they have in a checkpoint', async () => {
    const network = build('unet', { featureMaps: [4, 6], normalization: 'bn' });
    const loss: Measure = ([output]) => tf.mean(tf.square(output)) as Scalar;
    const program = await runtime.train({ network, loss, metrics: {}, optimizer: { name: 'ADAM' }, seed: 0 });
    const input = pattern([1, 8, 8, 1]);
    const before = await program.state();
    await program.step(input, input, { learningRate: 1e-3 }, { epoch: 0, step: 0 });
    const after = await program.state();
    expect(modelInputs(network).length).toBeLessThan(after.size);
    for (const [name, { shape }] of before) expect([name, after.get(name)!.shape]).toEqual([name, shape]);
    await program.dispose();
  });
});
