import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  Activation,
  BatchNormalization,
  Convolution,
  Linear,
  Module,
  type Pass,
  Sequential,
  type Tensor,
  type TensorData,
  tf,
} from '../../../../core/tensor/index.js';
import { type Channel, openChannel } from '../../../../core/tensor/runtime/channel.js';
import { CompiledInference } from '../../../../core/tensor/runtime/compiled-inference.js';
import { pattern } from '../run.js';

/** Convolutions and products, whose results must not depend on what else is in the batch. */
const network = new Sequential([
  new Convolution(2, 16, { kernel: [3, 3] }),
  new BatchNormalization(16),
  new Activation('elu'),
  new Linear(16, 5),
]);

/** The mean over everything, which has no axis of samples. */
class Mean extends Module<Tensor> {
  readonly layer = this.child('layer', new Linear(2, 2));
  forward(x: Tensor, pass: Pass): Tensor {
    return tf.reshape(tf.mean(this.layer.forward(x, pass)), [1, 1, 1, 1]);
  }
}

const first = ({ data, shape: [batch, ...sample] }: TensorData, samples: number): TensorData => ({
  data: data.slice(0, (data.length / batch) * samples),
  shape: [samples, ...sample],
});

describe('batches of a compiled prediction', () => {
  let channel: Channel;
  let loads = 0;
  let programs = 0;
  beforeAll(async () => {
    const open = openChannel('cpu');
    await open.ask({ call: 'open', threads: 2, provider: 'cpu' });
    channel = {
      ...open,
      ask(request, moved) {
        if (request.call === 'load') loads++;
        return open.ask(request, moved);
      },
    };
  });
  afterAll(() => channel.close());

  const program = (module: Module) => {
    loads = 0;
    return new CompiledInference(channel, programs++, module);
  };

  it('that are at least half full need no graph of their own, and give the same bits', async () => {
    const input = pattern([6, 9, 8, 2], 3);
    const together = program(network);
    const [six] = await together.predict(input);
    for (const samples of [3, 4, 5]) {
      const [some] = await together.predict(first(input, samples));
      expect(loads).toBe(1);
      expect(some).toEqual(first(six, samples));
      const [alone] = await new CompiledInference(channel, programs++, network).predict(first(input, samples));
      expect(some).toEqual(alone);
      loads = 1;
    }
  });

  it('that are less than half full, or of other sides, have one', async () => {
    const apart = program(network);
    await apart.predict(pattern([6, 9, 8, 2]));
    await apart.predict(pattern([2, 9, 8, 2]));
    await apart.predict(pattern([3, 9, 7, 2]));
    expect(loads).toBe(3);
  });

  it('are predicted as they are where the output is not one of samples', async () => {
    const mean = program(new Mean());
    const input = pattern([4, 3, 3, 2], 5);
    await mean.predict(input);
    const [some] = await mean.predict(first(input, 3));
    const [alone] = await new CompiledInference(channel, programs++, new Mean()).predict(first(input, 3));
    expect(some).toEqual(alone);
  });
});
