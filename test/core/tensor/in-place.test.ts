import { expect, it } from 'vitest';
import { writableInPlace } from '../../../core/tensor/in-place.js';
import type { OnnxGraph } from '../../../core/tensor/onnx/model.js';

type Line = [op: string, inputs: string, outputs: string];

/** All values have one shape but those named `wide`. */
function graph(inputs: string[], lines: Line[], outputs: string[]): OnnxGraph {
  const port = (name: string) => ({ name, type: 'float32' as const, shape: name.endsWith('wide') ? [2, 3] : [3] });
  return {
    name: 'test',
    nodes: lines.map(([op, from, to]) => ({ op, inputs: from.split(' '), outputs: to.split(' '), attributes: {} })),
    initializers: [],
    inputs: inputs.map(port),
    outputs: outputs.map(port),
  };
}

it('allows a moment that is read on the way to the next one', () => {
  const moment: Line[] = [
    ['Sub', 'm g', 'd'],
    ['Mul', 'd rate', 's'],
    ['Add', 'g s', 'next.m'],
  ];
  expect(writableInPlace(graph(['m', 'g', 'rate'], moment, ['next.m']))).toEqual(['next.m']);
});

it('allows a node that reads and writes element by element', () => {
  expect(writableInPlace(graph(['m', 'g'], [['Add', 'm g', 'next.m']], ['next.m']))).toEqual(['next.m']);
});

it('refuses a node that reads elements after it has written others', () => {
  expect(writableInPlace(graph(['m'], [['CumSum', 'm axis', 'next.m']], ['next.m']))).toEqual([]);
});

it('refuses a weight that is also read elsewhere, directly or as a view', () => {
  const update: Line = ['Sub', 'w g', 'next.w'];
  expect(writableInPlace(graph(['w', 'g'], [['MatMul', 'g w', 'back'], update], ['next.w', 'back']))).toEqual([]);
  const viewed: Line[] = [['Reshape', 'w flat', 'v'], update, ['MatMul', 'g v', 'back']];
  expect(writableInPlace(graph(['w', 'g'], viewed, ['next.w', 'back']))).toEqual([]);
});

it('allows a weight whose other reader feeds the update', () => {
  const lines: Line[] = [
    ['MatMul', 'x w', 'y'],
    ['Mul', 'y x', 'g'],
    ['Sub', 'w g', 'next.w'],
  ];
  expect(writableInPlace(graph(['w', 'x'], lines, ['next.w']))).toEqual(['next.w']);
});

it('refuses another shape, and results that replace no input', () => {
  expect(writableInPlace(graph(['m'], [['Mul', 'm m', 'next.m']], ['next.m']))).toEqual(['next.m']);
  expect(writableInPlace(graph(['wide'], [['ReduceSum', 'wide', 'loss']], ['loss']))).toEqual([]);
  const changed = graph(['m'], [['Add', 'm rows', 'next.m']], ['next.m']);
  const reshaped = { ...changed, outputs: [{ name: 'next.m', type: 'float32' as const, shape: [2, 3] }] };
  expect(writableInPlace(reshaped)).toEqual([]);
});
