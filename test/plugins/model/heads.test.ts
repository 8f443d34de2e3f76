import { describe, expect, it } from 'vitest';
import { type Pass, type Tensor, tf } from '../../../core/tensor/index.js';
import { Heads } from '../../../plugins/model/heads.js';

/** Convolutions of one pixel that pass channels on: ones and no bias. */
const pass: Pass = {
  training: false,
  value: (slot) => tf.fill([...slot.shape], slot.shape.length > 1 ? 1 : 0),
  blend: () => {},
  random: () => tf.scalar(0),
};

function outputs(headActivations: string[] | undefined, kinds: ('prediction' | 'class')[], at = 0.5): number[][] {
  void tf.setBackend('cpu');
  const heads = kinds.map((kind) => ({ channels: 2, kind }));
  const module = new Heads(1, 2, { heads, headActivations });
  return module.forward(tf.fill([1, 1, 1, 1], at) as Tensor, pass).map((tensor) => [...tensor.dataSync()]);
}

const sigmoid = 1 / (1 + Math.exp(-0.5));

function expectClose(got: number[][], wanted: number[][]): void {
  expect(got.map((list) => list.length)).toEqual(wanted.map((list) => list.length));
  wanted.flat().forEach((value, i) => {
    expect(got.flat()[i]).toBeCloseTo(value, 6);
  });
}

describe('heads', () => {
  it('give logits where nothing is asked', () => {
    expectClose(outputs(undefined, ['prediction', 'class']), [
      [0.5, 0.5],
      [0.5, 0.5],
    ]);
  });

  it('apply one activation to all channels', () => {
    expectClose(outputs(['ce_sigmoid'], ['prediction']), [[sigmoid, sigmoid]]);
  });

  it('apply one activation to each channel, and further ones to the class heads', () => {
    expectClose(outputs(['tanh', 'Linear', 'ce_softmax'], ['prediction', 'class']), [
      [Math.tanh(0.5), 0.5],
      [0.5, 0.5],
    ]);
    expectClose(outputs(['sigmoid', 'linear', 'sigmoid'], ['prediction', 'class']), [
      [sigmoid, 0.5],
      [sigmoid, sigmoid],
    ]);
  });

  it('read no activation after a softmax', () => {
    expectClose(outputs(['softmax', 'sigmoid', 'tanh'], ['prediction']), [[0.5, 0.5]]);
  });

  it('name an activation that there is not', () => {
    expect(() => outputs(['sigmoidal'], ['prediction'])).toThrow(/sigmoidal is no activation; expected one of relu/);
  });
});
