/** Where intensities are normalised, by what is measured (DATA.NORMALIZATION.MEASURE_BY). */
import { describe, expect, test } from 'vitest';
import { bindGraph } from '../../core/graph/compile.js';
import type { Graph } from '../../core/graph/graph.js';
import { catalog } from '../plugins/nodes.js';
import { configOf } from './config.js';

type Changes = NonNullable<Parameters<typeof configOf>[0]>;

const WORKFLOWS: Record<string, Changes> = {
  SEMANTIC_SEG: {},
  INSTANCE_SEG: { 'PROBLEM.INSTANCE_SEG.DATA_CHANNELS': ['F', 'C'] },
  DETECTION: {},
  IMAGE_TO_IMAGE: {},
  DENOISING: { 'DATA.TEST.LOAD_GT': false },
  SUPER_RESOLUTION: { 'PROBLEM.SUPER_RESOLUTION.UPSCALING': '(2, 2)', 'DATA.NORMALIZATION.TYPE': 'div' },
  SELF_SUPERVISED: {
    'DATA.TEST.LOAD_GT': false,
    'MODEL.ARCHITECTURE': 'mae',
    'PROBLEM.SELF_SUPERVISED.PRETEXT_TASK': 'masking',
  },
  CLASSIFICATION: { 'MODEL.ARCHITECTURE': 'simple_cnn', 'DATA.N_CLASSES': 3, 'DATA.TEST.LOAD_GT': false },
};

function graphs(workflow: string, changes: Changes) {
  const config = configOf({ 'PROBLEM.TYPE': workflow, ...WORKFLOWS[workflow], ...changes });
  const made = catalog
    .presets()
    .find(({ id }) => id === workflow)!
    .graphs(config, catalog);
  for (const graph of Object.values(made)) bindGraph(graph as Graph, catalog);
  return made;
}

const place = ({ nodes }: Graph, name: string) => nodes.findIndex((node) => node.name === name);

describe.each(Object.keys(WORKFLOWS))('%s', (workflow) => {
  test('normalises each patch behind what cuts it; whole images of a classification are their patches', () => {
    const { train, test } = graphs(workflow, { 'DATA.NORMALIZATION.MEASURE_BY': 'patch' });
    const behind = workflow !== 'CLASSIFICATION';
    for (const part of ['train', 'validation'])
      expect(place(train!, `${part}-normalizer`) > place(train!, `${part}-patches`)).toBe(behind);
    expect(place(train!, 'train-normalizer')).toBeLessThan(place(train!, 'flip'));
    expect(place(test!, 'normalizer') > place(test!, 'cutter')).toBe(behind);
    expect(place(test!, 'normalizer')).toBeLessThan(place(test!, 'model'));
  });

  test('measures the training set in the training alone', () => {
    const { train, test } = graphs(workflow, { 'DATA.NORMALIZATION.MEASURE_BY': 'dataset' });
    const measuring = (graph: Graph) =>
      graph.nodes.flatMap(({ name, plugin, with: parameters }) =>
        plugin === 'normalizer/dataset' ? [`${name}: ${parameters?.measures}`] : [],
      );
    const ofImages = ['train-normalizer: true', 'validation-normalizer: false'];
    const ofTargets = ['train-target-normalizer: true', 'validation-target-normalizer: false'];
    const targets = ['IMAGE_TO_IMAGE', 'SUPER_RESOLUTION'].includes(workflow) ? ofTargets : [];
    expect(measuring(train!).sort()).toEqual([...ofImages, ...targets].sort());
    expect(measuring(test!)).toEqual(['normalizer: false']);
  });
});

test('whole images are measured where the test takes them whole', () => {
  const changes = { 'DATA.NORMALIZATION.MEASURE_BY': 'patch', 'TEST.FULL_IMG': true };
  const { test } = graphs('SEMANTIC_SEG', changes);
  expect(place(test!, 'normalizer')).toBeLessThan(place(test!, 'cutter'));
});

test('filters normalise each patch before they measure it, where that is asked for', () => {
  const filter = { ENABLE: true, PROPS: [['mean']], VALUES: [[0.5]], SIGNS: [['lt']], NORM_BEFORE: true };
  const changes = { 'DATA.TRAIN.FILTER_SAMPLES': filter, 'DATA.NORMALIZATION.TYPE': 'div' };
  const parametersOf = ({ train }: ReturnType<typeof graphs>) =>
    train!.nodes.find(({ name }) => name === 'train-filter')!.with!.normalize;
  const byPatch = graphs('IMAGE_TO_IMAGE', { ...changes, 'DATA.NORMALIZATION.MEASURE_BY': 'patch' });
  expect(parametersOf(byPatch)).toMatchObject({ image: { type: 'div' }, target: { type: 'div' } });
  expect(place(byPatch.train!, 'train-filter')).toBeLessThan(place(byPatch.train!, 'train-patches'));
  expect(parametersOf(graphs('SEMANTIC_SEG', changes))).toBeNull();
});

test('filters measure image targets as they are normalised, and masks and labels as they are in their files', () => {
  const filter = { ENABLE: true, PROPS: [['target_mean']], VALUES: [[0.5]], SIGNS: [['lt']], NORM_BEFORE: true };
  const order = (workflow: string, phase: 'train' | 'test', names: string[]) => {
    const changes = { 'DATA.TRAIN.FILTER_SAMPLES': filter, 'DATA.TEST.FILTER_SAMPLES': filter };
    const { nodes } = graphs(workflow, { ...changes, 'DATA.NORMALIZATION.TYPE': 'div' })[phase]!;
    return nodes.map(({ name }) => name).filter((name) => names.includes(name));
  };
  for (const [workflow, made] of [
    ['SEMANTIC_SEG', 'labels'],
    ['INSTANCE_SEG', 'channels'],
  ]) {
    const training = ['train-normalizer', 'train-filter', `train-${made}`];
    expect(order(workflow, 'train', [...training].sort())).toEqual(training);
    const testing = ['normalizer', 'filter', made === 'labels' ? made : 'targets'];
    expect(order(workflow, 'test', [...testing].sort())).toEqual(testing);
  }
  const images = ['train-normalizer', 'train-target-normalizer', 'train-filter'];
  expect(order('IMAGE_TO_IMAGE', 'train', [...images].sort())).toEqual(images);
});

test('images that a filter leaves are divided by the filter, patches belong to images that were divided', () => {
  const filter = { ENABLE: true, PROPS: [['mean']], VALUES: [[5]], SIGNS: [['lt']] };
  const part = (changes: Changes, phase: 'train' | 'test' = 'train') => {
    const made = graphs('SEMANTIC_SEG', { 'DATA.TRAIN.FILTER_SAMPLES': filter, ...changes })[phase]!;
    const parameters = (name: string) => made.nodes.find((node) => node.name === name)!.with as Changes;
    const [loader, by] = phase === 'train' ? ['validation-loader', 'validation-filter'] : ['loader', 'filter'];
    return { loader: parameters(loader).subset, filter: parameters(by).subset, least: parameters(by).least };
  };
  const side = { part: 'validation', fraction: 0.1, shuffle: true, seed: 0 };
  expect(part({})).toEqual({ loader: side, filter: undefined, least: 1 });
  for (const key of ['DATA.FILTER_BY_IMAGE', 'DATA.TRAIN.EXTRACT_RANDOM_PATCH'])
    expect(part({ [key]: true })).toEqual({ loader: null, filter: side, least: 2 });
  const folders = { 'DATA.VAL.FROM_TRAIN': false, 'DATA.VAL.PATH': 'v', 'DATA.VAL.GT_PATH': 'w' };
  const own = { ...folders, 'DATA.VAL.FILTER_SAMPLES': filter };
  expect(part({ ...own, 'DATA.FILTER_BY_IMAGE': true })).toEqual({ loader: null, filter: null, least: 2 });
  // The test on a fold finds the same images.
  const fold = { 'DATA.VAL.CROSS_VAL': true, 'DATA.TEST.USE_VAL_AS_TEST': true };
  const held = { part: 'validation', folds: 5, fold: 1, shuffle: true, seed: 0 };
  const random = { ...fold, 'DATA.TRAIN.EXTRACT_RANDOM_PATCH': true };
  expect(part(random, 'test')).toEqual({ loader: null, filter: held, least: 0 });
});

test.each(Object.keys(WORKFLOWS).filter((workflow) => workflow !== 'CLASSIFICATION'))(
  '%s joins with half the memory where that is asked for',
  (workflow) => {
    const { test: made } = graphs(workflow, { 'TEST.REDUCE_MEMORY': true });
    expect(made!.nodes.find(({ name }) => name === 'stitcher')!.with).toMatchObject({ half: true });
  },
);

test('another word is refused', () => {
  expect(() => configOf({ 'DATA.NORMALIZATION.MEASURE_BY': 'volume' })).toThrow(/image, patch/);
});
