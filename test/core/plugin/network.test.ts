import { Type } from 'typebox';
import { describe, expect, test } from 'vitest';
import { PluginError } from '../../../core/errors.js';
import { defineLoss, defineMetric, defineModel, definePlugin } from '../../../core/plugin/define.js';
import { buildLoss, buildNetwork, buildTensorMetrics, checked } from '../../../core/plugin/network.js';
import { createRegistry } from '../../../core/plugin/registry.js';
import { Convolution, type Scalar, tf } from '../../../core/tensor/index.js';

const asked: unknown[] = [];
const factor = Type.Object({ factor: Type.Number({ default: 1 }) }, { additionalProperties: false });
const catalog = createRegistry([
  definePlugin({
    name: 'toy',
    version: '1.0.0',
    models: [
      defineModel({
        id: 'tiny',
        summary: 'One layer.',
        parameters: Type.Object({ size: Type.Integer({ default: 3 }) }, { additionalProperties: false }),
        build(parameters, shape) {
          asked.push({ parameters, shape });
          const kernel = new Array<number>(shape.ndim).fill(parameters.size);
          return new Convolution(shape.inputChannels, shape.outputChannels[0], { kernel });
        },
      }),
    ],
    losses: [
      defineLoss({
        id: 'SUM',
        summary: 'The sum.',
        parameters: factor,
        build:
          (parameters) =>
          ([output]) =>
            tf.mul(tf.sum(output), parameters.factor) as Scalar,
      }),
    ],
    metrics: [
      defineMetric({
        id: 'sum',
        name: 'Sum',
        summary: 'The sum.',
        higherIsBetter: true,
        parameters: factor,
        onTensors:
          (parameters) =>
          ([output]) =>
            tf.mul(tf.sum(output), parameters.factor) as Scalar,
      }),
      defineMetric({
        id: 'later',
        name: 'Later',
        summary: 'On whole images only.',
        higherIsBetter: true,
        parameters: factor,
        onImages: () => () => 0,
      }),
    ],
  }),
]);

const spec = { architecture: 'tiny', parameters: {}, ndim: 2 as const, inputChannels: 1, outputChannels: [4] };
const output = [tf.tensor([1, 2, 3])];

describe('a network', () => {
  test('is built from complete parameters and the shape that is asked for', () => {
    const network = buildNetwork(spec, catalog);
    expect(asked.at(-1)).toEqual({
      parameters: { size: 3 },
      shape: { ndim: 2, inputChannels: 1, outputChannels: [4] },
    });
    expect([...network.slots()].map(([name, { shape }]) => [name, shape])).toEqual([
      ['weight', [4, 1, 3, 3]],
      ['bias', [4]],
    ]);
  });

  test('that is unknown or has other parameters is refused', () => {
    expect(() => buildNetwork({ ...spec, architecture: 'tinny' }, catalog)).toThrow(/Did you mean 'tiny'/);
    const wrong = () => buildNetwork({ ...spec, parameters: { size: 'big', depth: 2 } }, catalog);
    expect(wrong).toThrow(PluginError);
    expect(wrong).toThrow(/parameters of model 'tiny' do not fit: .*size: .*depth|depth: .*size: /);
  });
});

test('losses are added with their weights', () => {
  const loss = (...terms: [weight: number, factor?: number][]) => {
    const specs = terms.map(([weight, value]) => ({
      id: 'SUM',
      weight,
      parameters: value === undefined ? {} : { factor: value },
    }));
    return buildLoss(specs, catalog)(output, output[0]).dataSync()[0];
  };
  expect(loss([1])).toBe(6);
  expect(loss([0.5])).toBe(3);
  expect(loss([1, 2], [0.5])).toBe(15);
});

test('metrics are called by the names they are shown with; those on images only are left out', () => {
  const metrics = buildTensorMetrics(
    [
      { id: 'sum', parameters: { factor: 3 } },
      { id: 'later', parameters: {} },
    ],
    catalog,
  );
  expect(Object.keys(metrics)).toEqual(['Sum']);
  expect(metrics.Sum(output, output[0]).dataSync()[0]).toBe(18);
});

test('parameters are checked under the name of what they are for', () => {
  expect(checked('loss', 'SUM', factor, {})).toEqual({ factor: 1 });
  expect(() => checked('loss', 'SUM', factor, { fator: 1 })).toThrow(
    "parameters of loss 'SUM' do not fit: fator: there is no such parameter; did you mean 'factor'?",
  );
});
