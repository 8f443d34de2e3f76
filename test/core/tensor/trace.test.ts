import { describe, expect, it } from 'vitest';
import { type Tensor, tf } from '../../../core/tensor/index.js';
import { trace } from '../../../core/tensor/trace.js';

const INPUT = [{ name: 'x', shape: [2, 3] }];
const record = (compute: (x: Tensor) => Tensor) =>
  trace('The function under test', INPUT, (feeds) => new Map([['y', compute(feeds.get('x')!)]]));

describe('a trace', () => {
  it('notes kernels, shapes and constants without computing', () => {
    const { calls, outputs } = record((x) => tf.sum(tf.mul(tf.ones([2, 3]), x), 1));
    expect(calls.map((call) => call.kernel)).toContain('Multiply');
    expect(calls.find((call) => call.kernel === 'Multiply')!.inputs.a.constant).toBe(1);
    expect(outputs[0].value.shape).toEqual([2]);
  });

  it('holds the kernels of gradients', () => {
    const { calls } = record((x) => tf.grad((v: Tensor) => tf.sum(tf.elu(v)))(x));
    expect(calls.map((call) => call.kernel)).toContain('EluGrad');
  });

  it('takes inputs that are asked for on the way', () => {
    const { inputs } = trace('f', INPUT, (feeds, addInput) => {
      const noise = addInput({ name: 'noise', shape: [2, 3] });
      return new Map([['y', tf.mul(feeds.get('x')!, noise)]]);
    });
    expect(inputs.map(({ name }) => name)).toEqual(['x', 'noise']);
  });

  it.each<[string, (x: Tensor) => unknown]>([
    ['dataSync', (x) => x.dataSync()],
    ['arraySync', (x) => x.arraySync()],
  ])('refuses %s, naming the function and the way out', (_name, read) => {
    const run = () =>
      record((x) => {
        read(x);
        return x;
      });
    expect(run).toThrow(/The function under test reads the value of a tensor.*SYSTEM\.DEVICE/s);
  });

  it('refuses a kernel it cannot translate, naming both', () => {
    expect(() => record((x) => tf.cumprod(x))).toThrow(/The function under test uses the TensorFlow.js kernel Cumprod/);
  });

  it('makes a constant of a tensor made outside', () => {
    void tf.setBackend('cpu');
    const outside = tf.tensor([1, 2, 3]);
    const { calls } = record((x) => tf.add(x, outside));
    expect([...(calls.find((call) => call.kernel === 'Add')!.inputs.b.constant as Float32Array)]).toEqual([1, 2, 3]);
    expect([...outside.dataSync()]).toEqual([1, 2, 3]);
  });

  it('refuses a tensor of another trace', () => {
    let kept: Tensor | undefined;
    record((x) => {
      kept = tf.keep(tf.neg(x));
      return x;
    });
    expect(() => record((x) => tf.add(x, kept!))).toThrow(/The function under test uses a tensor of an earlier call/);
  });

  it('leaves TensorFlow.js as it was, after a failure too', () => {
    void tf.setBackend('cpu');
    expect(() =>
      record(() => {
        throw new RangeError('inside');
      }),
    ).toThrow('inside');
    expect(tf.getBackend()).toBe('cpu');
    expect(tf.add(1, 2).dataSync()[0]).toBe(3);
  });
});
