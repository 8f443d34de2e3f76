import { describe, expect, it } from 'vitest';
import { ACTIVATION_NAMES, Activation, type ActivationName, activate } from '../../../../core/tensor/index.js';
import { runEager } from '../run.js';
import { expectLayerSame } from './both-ways.js';

/** PyTorch's values at −1.5, −0.25, 0.5, 2. */
const REFERENCE: Partial<Record<ActivationName, number[]>> = {
  relu: [0, 0, 0.5, 2],
  leaky_relu: [-0.3, -0.05, 0.5, 2],
  elu: [-0.7768698, -0.2211992, 0.5, 2],
  gelu: [-0.1002108, -0.1003234, 0.3457312, 1.9544998],
  silu: [-0.2736382, -0.1094559, 0.3112297, 1.7615942],
  softplus: [0.2014133, 0.5759392, 0.974077, 2.126928],
  sigmoid: [0.1824255, 0.4378235, 0.6224593, 0.8807971],
  tanh: [-0.9051483, -0.2449187, 0.4621172, 0.9640276],
  linear: [-1.5, -0.25, 0.5, 2],
};

describe('activations', () => {
  it.each(ACTIVATION_NAMES)('%s is the same compiled and eager', (name) =>
    expectLayerSame(new Activation(name), [2, 3, 4, 5]),
  );

  it.each(Object.entries(REFERENCE))('%s has the values of PyTorch', (name, wanted) => {
    const x = { data: Float32Array.of(-1.5, -0.25, 0.5, 2), shape: [4] };
    const results = runEager(
      new Map([['x', x]]),
      (feeds) => new Map([['y', activate(name as ActivationName, feeds.get('x')!)]]),
    );
    wanted.forEach((value, i) => {
      expect(results.get('y')!.data[i]).toBeCloseTo(value, 5);
    });
  });

  it('leaky ReLU takes another slope', async () => {
    await expectLayerSame(new Activation('leaky_relu', 0.01), [2, 5]);
    const x = { data: Float32Array.of(-1.5, 2), shape: [2] };
    const results = runEager(
      new Map([['x', x]]),
      (feeds) => new Map([['y', activate('leaky_relu', feeds.get('x')!, 0.01)]]),
    );
    expect([...results.get('y')!.data]).toEqual([Math.fround(-1.5 * Math.fround(0.01)), 2]);
  });
});
