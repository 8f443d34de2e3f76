import { describe, expect, test } from 'vitest';
import { bindGraph } from '../../core/graph/compile.js';
import type { Graph } from '../../core/graph/graph.js';
import { catalog } from '../plugins/nodes.js';
import { configOf } from './config.js';

type Changes = NonNullable<Parameters<typeof configOf>[0]>;
const CRAPPIFY: Changes = {
  'PROBLEM.TYPE': 'SELF_SUPERVISED',
  'DATA.PATCH_SIZE': '(64, 64, 1)',
  'DATA.TEST.LOAD_GT': false,
};
const MASKING: Changes = {
  ...CRAPPIFY,
  'PROBLEM.SELF_SUPERVISED.PRETEXT_TASK': 'masking',
  'MODEL.ARCHITECTURE': 'mae',
};

function graphs(changes: Changes) {
  const config = configOf(changes);
  return catalog
    .presets()
    .find(({ id }) => id === 'SELF_SUPERVISED')!
    .graphs(config, catalog);
}
const names = (graph: Graph | undefined) => graph!.nodes.map(({ name }) => name);
const parametersOf = (graph: Graph | undefined, name: string) => graph!.nodes.find((node) => node.name === name)!.with!;
const volumes = { 'PROBLEM.NDIM': '3D', 'DATA.PATCH_SIZE': '(32, 32, 32, 1)' };

test.each([
  ['degraded planes', CRAPPIFY],
  ['degraded volumes', { ...CRAPPIFY, ...volumes }],
  ['masked planes', MASKING],
  ['masked volumes', { ...MASKING, ...volumes }],
])('both graphs of %s compile', (_, changes) => {
  const made = graphs(changes);
  expect(Object.keys(made)).toEqual(['train', 'test']);
  for (const graph of Object.values(made)) expect(bindGraph(graph, catalog).problems).toEqual([]);
});

describe('crappify', () => {
  const { train, test: tested } = graphs({ ...CRAPPIFY, 'PROBLEM.SELF_SUPERVISED.NOISE': 0.1 });

  test('degrades images of every part before they are normalised, and reads no targets', () => {
    for (const [graph, prefix] of [
      [train, 'train-'],
      [train, 'validation-'],
      [tested, ''],
    ] as const) {
      expect(parametersOf(graph, `${prefix}loader`).targets).toBe(null);
      expect(parametersOf(graph, `${prefix}crappify`)).toEqual({ noise: 0.1, factor: 4 });
      const row = names(graph);
      expect(row.indexOf(`${prefix}crappify`)).toBeLessThan(row.indexOf(`${prefix}normalizer`));
    }
    expect(names(train)).toContain('train-target-normalizer');
  });

  test('is measured although no targets are read', () => {
    expect(parametersOf(tested, 'metrics').metrics).toMatchObject(['psnr', 'mae', 'mse', 'ssim'].map((id) => ({ id })));
  });
});

describe('masking', () => {
  const { train, test: tested } = graphs(MASKING);

  test('leaves the loss to the network, without targets and metrics', () => {
    expect(parametersOf(train, 'trainer')).toMatchObject({ losses: [{ id: 'network' }], metrics: [] });
    expect(names(train).filter((name) => name.includes('target') || name.includes('crappify'))).toEqual([]);
  });

  test('writes what was there, what was seen and what was guessed', () => {
    const ends = tested!.nodes.filter(({ plugin }) => plugin === 'writer/images').map((node) => node.with!.suffix);
    expect(ends).toEqual(['_original', '_masked', '_reconstruction', '_reconstruction_and_visible']);
    expect(parametersOf(tested, 'masked-writer').folder).toMatch(/MAE_checks$/);
  });
});
