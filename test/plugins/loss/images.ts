/** Losses of images against values of PyTorch, compiled and eager. */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { type Measure, type NamedTensors, type Tensor, type TensorData, tf } from '../../../core/tensor/index.js';
import { readNpz } from '../../core/tensor/npz.js';
import { channelsLast, relativeError, runCompiled, runEager } from '../../core/tensor/run.js';

const FIXTURES = new URL('../../fixtures/measure/', import.meta.url);
const arrays = readNpz(new URL('images.npz', FIXTURES).pathname);
export const { losses, metrics } = JSON.parse(readFileSync(new URL('images.json', FIXTURES), 'utf8')) as {
  losses: Record<string, number>;
  metrics: Record<string, Record<string, number>>;
};

/** An array of the fixture, channels-last. */
export function pixels(name: string): TensorData {
  return channelsLast(arrays.get(name)!);
}

/** Value and gradient of a loss within 1e-4 of PyTorch's, in 2D and 3D. */
export async function expectTorch(id: string, loss: Measure): Promise<void> {
  for (const name of ['plane', 'volume']) {
    const inputs: NamedTensors = new Map(
      ['prediction', 'target'].map((part) => [part, pixels(`${name}/${part}`)] as const),
    );
    const compute = (feeds: Map<string, Tensor>) => {
      const prediction = feeds.get('prediction')!;
      const { value, grads } = tf.engine().gradients(() => loss([prediction], feeds.get('target')!), [prediction]);
      return new Map<string, Tensor>([
        ['value', value],
        ['gradient', grads[0]],
      ]);
    };
    for (const results of [runEager(inputs, compute), await runCompiled(inputs, compute)]) {
      expect(relativeError(results.get('value')!.data, [losses[`${id}/${name}`]])).toBeLessThan(1e-4);
      const wanted = pixels(`${name}/grad/${id}`);
      expect(relativeError(results.get('gradient')!.data, wanted.data), `${id} ${name}`).toBeLessThan(1e-4);
    }
  }
}
