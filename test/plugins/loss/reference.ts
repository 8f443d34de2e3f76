/** Losses of the reference, compiled and eager. */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { type Measure, type NamedTensors, type Tensor, type TensorData, tf } from '../../../core/tensor/index.js';
import { readNpz } from '../../core/tensor/npz.js';
import { channelsLast, relativeError, runCompiled, runEager } from '../../core/tensor/run.js';

const FIXTURES = new URL('../../fixtures/tensor/', import.meta.url);
const arrays = readNpz(new URL('training.npz', FIXTURES).pathname);
const { losses } = JSON.parse(readFileSync(new URL('training.json', FIXTURES), 'utf8')) as {
  losses: Record<string, { value: number; gradient_wrt: Record<string, string> }>;
};

/** An array of the reference, channels-last. */
export function reference(name: string): TensorData {
  return channelsLast(arrays.get(name)!);
}

/** Value and gradients of a loss within 1e-5 of the reference, compiled and eager. */
export async function expectReference(
  name: string,
  loss: Measure,
  predictions: string[],
  target: string,
): Promise<void> {
  const inputs: NamedTensors = new Map([...predictions, target].map((key) => [key, reference(`loss/in/${key}`)]));
  const compute = (feeds: Map<string, Tensor>) => {
    const outputs = predictions.map((key) => feeds.get(key)!);
    const { value, grads } = tf.engine().gradients(() => loss(outputs, feeds.get(target)!), outputs);
    return new Map<string, Tensor>([
      ['value', value],
      ...predictions.map((key, i) => [`grad ${key}`, grads[i]] as const),
    ]);
  };
  for (const results of [runEager(inputs, compute), await runCompiled(inputs, compute)]) {
    expect(relativeError(results.get('value')!.data, [losses[name].value])).toBeLessThan(1e-5);
    for (const [key, array] of Object.entries(losses[name].gradient_wrt))
      expect(relativeError(results.get(`grad ${key}`)!.data, reference(array).data), key).toBeLessThan(1e-5);
  }
}
