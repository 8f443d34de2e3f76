import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../core/errors.js';
import { bindGraph } from '../../core/graph/compile.js';
import type { Graph } from '../../core/graph/graph.js';
import { catalog } from '../plugins/nodes.js';
import { configOf } from './config.js';

type Changes = NonNullable<Parameters<typeof configOf>[0]>;
const BASE: Changes = {
  'PROBLEM.TYPE': 'CLASSIFICATION',
  'MODEL.ARCHITECTURE': 'simple_cnn',
  'DATA.PATCH_SIZE': '(64, 64, 3)',
  'DATA.N_CLASSES': 3,
};

function graphs(changes: Changes = {}) {
  const config = configOf({ ...BASE, ...changes });
  return catalog
    .presets()
    .find(({ id }) => id === 'CLASSIFICATION')!
    .graphs(config, catalog);
}
const names = (graph: Graph | undefined) => graph!.nodes.map(({ name }) => name);
const parametersOf = (graph: Graph | undefined, name: string) => graph!.nodes.find((node) => node.name === name)!.with!;

describe('the graphs of a classification', () => {
  test.each([
    ['planes', {}],
    ['volumes', { 'PROBLEM.NDIM': '3D', 'DATA.PATCH_SIZE': '(16, 32, 32, 1)' }],
    ['transformers', { 'MODEL.ARCHITECTURE': 'vit', 'MODEL.VIT_TOKEN_SIZE': 16 }],
    ['EfficientNet', { 'MODEL.ARCHITECTURE': 'efficientnet_b0' }],
    ['random patches', { 'DATA.TRAIN.EXTRACT_RANDOM_PATCH': true }],
  ])('compile for %s', (_, changes) => {
    const made = graphs(changes);
    expect(Object.keys(made)).toEqual(['train', 'test']);
    for (const graph of Object.values(made)) expect(bindGraph(graph, catalog).problems).toEqual([]);
  });

  test('read classes from folders, and give the network one logit for each', () => {
    const { train, test: tested } = graphs({ 'DATA.N_CLASSES': 2 });
    for (const [graph, name] of [
      [train, 'train-loader'],
      [train, 'validation-loader'],
      [tested, 'loader'],
    ] as const)
      expect(parametersOf(graph, name)).toMatchObject({ targets: null, classes: { count: 2, known: true } });
    expect(parametersOf(train, 'trainer')).toMatchObject({
      network: { outputChannels: [2], parameters: { softmax: false } },
      losses: [{ id: 'CE', parameters: { classes: 2, exclusive: true, rebalance: false } }],
      metrics: [{ id: 'accuracy' }],
    });
    expect(parametersOf(tested, 'model').activations).toEqual(['softmax']);
  });

  test('take whole images, cut to their middle', () => {
    const { train } = graphs({ 'DATA.TRAIN.EXTRACT_RANDOM_PATCH': true, 'DATA.TRAIN.OVERLAP': '(0.5, 0.5)' });
    expect(parametersOf(train, 'train-patches')).toMatchObject({ random: false, overlap: [], padding: [] });
    expect(parametersOf(train, 'train-centre-crop')).toEqual({ size: [64, 64] });
  });

  test('measure nothing where classes are not known', () => {
    const { test: tested } = graphs({ 'DATA.TEST.LOAD_GT': false });
    expect(parametersOf(tested, 'loader').classes).toEqual({ count: 3, known: false });
    expect(names(tested)).not.toContain('confusion');
    expect(names(tested)).toContain('table-writer');
  });

  test('measure the best five of six classes or more', () => {
    const metrics = (count: number) => parametersOf(graphs({ 'DATA.N_CLASSES': count }).train, 'trainer').metrics;
    expect(metrics(5)).toMatchObject([{ id: 'accuracy' }]);
    expect(metrics(6)).toMatchObject([{ id: 'accuracy' }, { id: 'top-5-accuracy' }]);
  });

  test('are refused for one class', () => {
    expect(() => graphs({ 'DATA.N_CLASSES': 1 })).toThrow(ConfigError);
  });
});
