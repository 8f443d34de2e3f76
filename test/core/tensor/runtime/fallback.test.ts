import { describe, expect, it } from 'vitest';
import {
  Convolution,
  Module,
  openRuntime,
  type Pass,
  type Tensor,
  type TrainingSpec,
  tf,
} from '../../../../core/tensor/index.js';
import { pattern } from '../run.js';

/** Uses a kernel that the compiler has no rule for. */
class Angle extends Module<Tensor> {
  readonly convolution = this.child('convolution', new Convolution(1, 1, { kernel: [1, 1] }));

  forward(x: Tensor, pass: Pass): Tensor {
    return tf.atan2(this.convolution.forward(x, pass), tf.scalar(1));
  }
}

const INPUT = pattern([1, 4, 4, 1]);
const spec = (): TrainingSpec => ({
  network: new Angle(),
  loss: ([output], target) => tf.mean(tf.square(tf.sub(output, target))) as ReturnType<typeof tf.scalar>,
  metrics: {},
  optimizer: { name: 'SGD' },
  seed: 0,
});

describe('a function that does not compile', () => {
  it('runs eagerly for auto, from the state it has, with one notice', async () => {
    const notices: string[] = [];
    const runtime = await openRuntime({ device: 'auto', onNotice: (text) => notices.push(text) });
    const eager = await openRuntime({ device: 'eager' });
    const [ours, theirs] = [await runtime.train(spec()), await eager.train(spec())];
    for (let step = 0; step < 2; step++) {
      const key = { epoch: 0, step };
      const hyper = { learningRate: 0.1 };
      expect(await ours.step(INPUT, INPUT, hyper, key)).toEqual(await theirs.step(INPUT, INPUT, hyper, key));
    }
    const inference = await runtime.infer(spec().network, await ours.state());
    expect(await inference.predict(INPUT)).toEqual(await theirs.predict(INPUT));
    expect(notices).toHaveLength(2);
    expect(notices[0]).toMatch(/The network Angle uses the TensorFlow.js kernel Atan2.*slower/);
    await runtime.dispose();
  });

  it('is an error where the device was asked for by name', async () => {
    const runtime = await openRuntime({ device: 'cpu' });
    const program = await runtime.train(spec());
    await expect(program.evaluate(INPUT, INPUT)).rejects.toThrow(
      /The network Angle uses the TensorFlow.js kernel Atan2/,
    );
    await runtime.dispose();
  });
});
