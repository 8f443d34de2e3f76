import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../core/errors.js';
import { bindGraph } from '../../core/graph/compile.js';
import type { Graph } from '../../core/graph/graph.js';
import { instanceSegmentation } from '../../graphs/instance-segmentation.js';
import { unavailableSwitches } from '../../graphs/unavailable.js';
import { catalog } from '../plugins/nodes.js';
import { configOf, VOLUMES } from './config.js';

type Changes = NonNullable<Parameters<typeof configOf>[0]>;
const SECTION = 'PROBLEM.INSTANCE_SEG';
const INSTANCES: Changes = { 'PROBLEM.TYPE': 'INSTANCE_SEG', [`${SECTION}.DATA_CHANNELS`]: ['F', 'C'] };
const graphs = (changes: Changes = {}) => instanceSegmentation.graphs(configOf({ ...INSTANCES, ...changes }), catalog);
const names = (graph: Graph | undefined) => graph!.nodes.map(({ name }) => name);
const parametersOf = (graph: Graph | undefined, name: string) => graph!.nodes.find((node) => node.name === name)!.with!;
const channels = (...letters: string[]): Changes => ({ [`${SECTION}.DATA_CHANNELS`]: letters });

test.each<[string, Changes]>([
  ['planes', {}],
  ['whole planes', { 'TEST.FULL_IMG': true }],
  ['volumes with classes', { ...VOLUMES, ...channels('F', 'Db') }],
  ['channels that are made anew', channels('F', 'V', 'H')],
  [
    'weights of borders, classes, smoothed channels',
    {
      [`${SECTION}.BORDER_EXTRA_WEIGHTS`]: 'unet-like',
      'DATA.N_CLASSES': 4,
      'TEST.POST_PROCESSING.MEDIAN_FILTER': true,
      'TEST.POST_PROCESSING.MEDIAN_FILTER_AXIS': ['xy'],
      'TEST.POST_PROCESSING.MEDIAN_FILTER_SIZE': [3],
    },
  ],
])('graphs of %s compile', (_, changes) => {
  const made = graphs(changes);
  expect(Object.keys(made)).toEqual(['train', 'test']);
  for (const graph of Object.values(made)) expect(bindGraph(graph, catalog).problems).toEqual([]);
});

test('the test goes from labels to objects', () => {
  expect(names(graphs().test)).toEqual([
    ...['loader', 'normalizer', 'targets', 'target-pictures', 'cutter', 'model', 'patch-metrics', 'stitcher'],
    ...['metrics'],
    ...['prediction-writer', 'objects', 'instance-writer', 'instance-metrics', 'instance-associations'],
    ...['instance-pictures', 'report'],
  ]);
  expect(names(graphs({ 'DATA.TEST.LOAD_GT': false }).test)).toEqual([
    ...['loader', 'normalizer', 'cutter', 'model', 'stitcher', 'prediction-writer', 'objects', 'instance-writer'],
    ...['instance-pictures', 'report'],
  ]);
});

test('what a watershed works with is written where it is asked for', () => {
  const { test: tested } = graphs({ [`${SECTION}.WATERSHED.DATA_CHECK_MW`]: true });
  expect(bindGraph(tested!, catalog).problems).toEqual([]);
  const row = names(tested);
  expect(row.slice(row.indexOf('objects') + 1, row.indexOf('instance-writer'))).toEqual([
    ...['seed-map', 'topografic-surface', 'growth-mask'],
  ]);
  expect(parametersOf(tested, 'seed-map')).toMatchObject({ product: 'seed_map', suffix: '/seed_map', kind: 'labels' });
});

test('objects are compared image by image, or all together', () => {
  const each = graphs().test;
  expect(parametersOf(each, 'instance-metrics')).toMatchObject({ thresholds: [0.3, 0.5, 0.75], pooled: false });
  expect(parametersOf(each, 'report')).toEqual({});
  const pooled = graphs({ 'TEST.MATCHING_STATS_BY_IMAGE': false, 'TEST.MATCHING_STATS_THS': [0.5] }).test;
  expect(parametersOf(pooled, 'instance-metrics')).toMatchObject({ thresholds: [0.5], pooled: true });
  expect(parametersOf(pooled, 'report').pooled).toContain('f1 (IoU 0.5)');
});

describe('planes as a volume, and predictions of an earlier run', () => {
  const stacking: Changes = { 'TEST.ANALIZE_2D_IMGS_AS_3D_STACK': true, 'TEST.EVAL_BORDER_CROP': [2, 2] };

  test('objects are made of the stack, after what is measured on each image was told', () => {
    const { test: tested } = graphs({ ...stacking, 'TEST.POST_PROCESSING.MEASURE_PROPERTIES.ENABLE': true });
    expect(bindGraph(tested!, catalog).problems).toEqual([]);
    const row = names(tested);
    expect(row.slice(row.indexOf('prediction-writer') + 1)).toEqual([
      ...['report', 'stack', 'stack-writer', 'objects', 'instance-writer', 'instance-metrics'],
      ...['instance-associations', 'instance-pictures', 'measure-objects', 'object-table', 'stack-report'],
    ]);
    expect(parametersOf(tested, 'stack').also).toEqual(['truth']);
    expect(parametersOf(tested, 'instance-metrics')).toMatchObject({ variant: 'as 3D stack', border: [0, 2, 2] });
    expect(parametersOf(tested, 'measure-objects').spacing).toEqual([1, 1, 1]);
    expect(parametersOf(tested, 'instance-writer').folder).toMatch(/as_3d_stack_instances$/);
  });

  test('a network is not run where predictions are there already', () => {
    const { test: tested } = graphs({ 'TEST.REUSE_PREDICTIONS': true, 'DATA.N_CLASSES': 3 });
    expect(bindGraph(tested!, catalog).problems).toEqual([]);
    expect(names(tested).slice(0, 7)).toEqual([
      ...['loader', 'normalizer', 'targets', 'target-pictures', 'predictions', 'metrics', 'objects'],
    ]);
    expect(parametersOf(tested, 'predictions').channels).toBe(3);
    const both = configOf({ ...INSTANCES, ...stacking, 'TEST.REUSE_PREDICTIONS': true });
    expect(unavailableSwitches(both, catalog)).toEqual([]);
    const measured = parametersOf(tested, 'metrics').metrics as { name: string }[];
    expect(measured.map(({ name }) => name)).toEqual(['IoU (F channel)', 'IoU (C channel)']);
  });
});

describe('post-processing', () => {
  const section = 'TEST.POST_PROCESSING';
  const measuring: Changes = { [`${section}.MEASURE_PROPERTIES.ENABLE`]: true };
  const removing: Changes = {
    ...measuring,
    [`${section}.MEASURE_PROPERTIES.REMOVE_BY_PROPERTIES.ENABLE`]: true,
    [`${section}.MEASURE_PROPERTIES.REMOVE_BY_PROPERTIES.PROPS`]: [['npixels']],
    [`${section}.MEASURE_PROPERTIES.REMOVE_BY_PROPERTIES.VALUES`]: [[20]],
    [`${section}.MEASURE_PROPERTIES.REMOVE_BY_PROPERTIES.SIGNS`]: [['lt']],
  };
  const last = ['final-writer', 'final-metrics', 'final-associations', 'final-pictures', 'report'];
  const behind = (changes: Changes) => {
    const row = names(graphs(changes).test);
    return row.slice(row.indexOf('instance-pictures') + 1);
  };

  test('goes on in the order of BiaPy, and tells of objects once more', () => {
    const all = {
      ...removing,
      ...channels('F', 'P'),
      [`${section}.INSTANCE_REFINEMENT.ENABLE`]: true,
      [`${section}.INSTANCE_REFINEMENT.OPERATIONS`]: ['fill_holes'],
      [`${section}.INSTANCE_REFINEMENT.VALUES`]: ['none'],
      [`${section}.REPARE_LARGE_BLOBS_SIZE`]: 50,
      [`${section}.VORONOI_ON_MASK`]: true,
    };
    expect(behind(all)).toEqual([
      ...['refine-objects', 'repair-large-objects', 'grow-over-mask', 'measure-objects', 'object-table'],
      ...last,
    ]);
    const { test: tested } = graphs(all);
    expect(bindGraph(tested!, catalog).problems).toEqual([]);
    expect(parametersOf(tested, 'final-metrics').variant).toBe('post-processing');
    expect(parametersOf(tested, 'final-associations').suffix).toBe('_post-proc');
  });

  test('measures alone change nothing', () => {
    expect(behind(measuring)).toEqual(['measure-objects', 'object-table', 'report']);
    expect(parametersOf(graphs(measuring).test, 'object-table').left).toBe(null);
    expect(behind(removing)).toEqual(['measure-objects', 'object-table', ...last]);
    expect(parametersOf(graphs(removing).test, 'object-table').left).toContain('per_image_post_processing');
  });
});

describe('targets, heads and activations', () => {
  test('labels ride along until a warped patch was made anew, in training and validation', () => {
    const { train, test: tested } = graphs(channels('F', 'V', 'H'));
    for (const part of ['train', 'validation']) {
      expect(parametersOf(train, `${part}-channels`).channels).toEqual(['F', 'V', 'H', 'I']);
      const row = names(train);
      expect(row.indexOf(`${part}-remake`)).toBeGreaterThan(row.indexOf(`${part}-patches`));
    }
    expect(parametersOf(tested, 'targets')).toMatchObject({ channels: ['F', 'V', 'H'], keep: 'truth' });
    expect(names(graphs().train)).not.toContain('train-remake');
  });

  test('one head for all channels, or as they are divided, and one for classes', () => {
    const outputs = (changes: Changes) => {
      const network = parametersOf(graphs(changes).test, 'model').network as { outputChannels: number[] };
      return network.outputChannels;
    };
    expect(outputs(channels('F', 'C', 'Db'))).toEqual([3]);
    const divided = { ...channels('F', 'C', 'Db'), [`${SECTION}.CHANNELS_PER_HEAD_INFO`]: [2, 1] };
    expect(outputs(divided)).toEqual([2, 1]);
    expect(outputs({ ...divided, 'DATA.N_CLASSES': 3 })).toEqual([2, 1, 3]);
    const { network } = parametersOf(graphs({ ...divided, 'DATA.N_CLASSES': 3 }).train, 'trainer') as never;
    expect(network).toMatchObject({ parameters: { headKinds: ['prediction', 'prediction', 'class'] } });
    expect(() => graphs({ ...channels('F', 'C'), [`${SECTION}.CHANNELS_PER_HEAD_INFO`]: [2, 1] })).toThrow(ConfigError);
  });

  test('each channel has its activation when it is predicted', () => {
    const activations = (changes: Changes) => parametersOf(graphs(changes).test, 'model').activations;
    expect(activations({ ...channels('D', 'F'), 'DATA.N_CLASSES': 3 })).toEqual([
      ...['sigmoid', 'tanh', 'softmax', 'softmax', 'softmax'],
    ]);
  });
});

describe('losses and metrics', () => {
  const terms = (changes: Changes) =>
    (parametersOf(graphs(changes).train, 'trainer').losses as { parameters: { terms: object[] } }[])[0].parameters
      .terms;

  test('masks have a cross-entropy, distances an error inside of objects', () => {
    expect(terms({ ...channels('Db', 'F'), [`${SECTION}.DATA_CHANNEL_WEIGHTS`]: [3, 2] })).toEqual([
      { loss: 'bce', first: 0, count: 1, target: 0, weight: 2, rebalance: true, extra: null },
      {
        ...{ loss: 'l1', first: 1, count: 1, target: 1, weight: 3, extra: null },
        ...{ activation: 'sigmoid', within: { channel: 0, background: false } },
      },
    ]);
  });

  test('distances without a mask count where they are not 0, or everywhere where that is asked for', () => {
    expect(terms(channels('Db'))).toMatchObject([{ within: null }]);
    const unmasked = { [`${SECTION}.DATA_CHANNELS_EXTRA_OPTS`]: [{ Db: { mask_values: false } }] };
    expect(terms({ ...channels('Db'), ...unmasked })).toMatchObject([{ everywhere: true }]);
  });

  test('background marks what is outside, borders and classes come after the channels', () => {
    const found = terms({
      ...channels('B', 'C', 'Dc'),
      [`${SECTION}.WATERSHED.SEED_CHANNELS`]: ['B', 'C'],
      [`${SECTION}.WATERSHED.SEED_CHANNELS_THRESH`]: ['auto', 'auto'],
      [`${SECTION}.WATERSHED.GROWTH_MASK_CHANNELS`]: ['B'],
      [`${SECTION}.WATERSHED.GROWTH_MASK_CHANNELS_THRESH`]: ['auto'],
      [`${SECTION}.WATERSHED.TOPOGRAPHIC_SURFACE_CHANNEL`]: 'B',
      [`${SECTION}.BORDER_EXTRA_WEIGHTS`]: 'unet-like',
      [`${SECTION}.DATA_CHANNEL_WEIGHTS`]: [1, 1, 1, 5],
      'DATA.N_CLASSES': 3,
    });
    expect(found).toMatchObject([
      { loss: 'bce', extra: 4 },
      { loss: 'bce', extra: 4 },
      { loss: 'l1', within: { channel: 0, background: true }, extra: 4 },
      { loss: 'classes', output: 1, count: 3, target: 3, weight: 5 },
    ]);
  });

  test('are named by their channels', () => {
    const metrics = (changes: Changes) =>
      (parametersOf(graphs(changes).train, 'trainer').metrics as { name: string }[]).map(({ name }) => name);
    expect(metrics({ ...channels('C', 'Db', 'F'), 'DATA.N_CLASSES': 3 })).toEqual([
      ...['IoU (F channel)', 'IoU (C channel)', 'L1 (Db channel)', 'IoU (classes)'],
    ]);
    const affinities = { ...VOLUMES, ...channels('A'), 'DATA.N_CLASSES': 2, 'TEST.ENABLE': false };
    expect(metrics(affinities)).toEqual(['IoU (A channels)']);
  });

  test('distances in steps are classes', () => {
    const steps = { [`${SECTION}.DATA_CHANNELS_EXTRA_OPTS`]: [{ Db: { val_type: 'discretize' } }] };
    expect(terms({ ...channels('Db'), ...steps })).toMatchObject([{ loss: 'ce', count: 11, target: 0 }]);
    expect(() => graphs({ ...channels('Db'), ...steps, 'DATA.N_CLASSES': 3 })).toThrow('do not go with classes');
  });

  test('embeddings are learned together, from numbers and centres made after the augmentations', () => {
    const made = graphs(channels('E_offset', 'E_sigma', 'E_seediness'));
    const { losses, metrics } = parametersOf(made.train, 'trainer') as { losses: object[]; metrics: object[] };
    const layout = { steps: [1 / 255, 1 / 255], centres: 1 };
    const weights = { foreground: 10, instance: 1, variance: 10, seed: 1 };
    expect(losses).toEqual([{ id: 'embedding', weight: 1, parameters: { ...layout, weights } }]);
    expect(metrics).toEqual([{ id: 'embedding_iou', parameters: layout }]);
    expect(parametersOf(made.train, 'train-centres')).toEqual({ mode: 'medoid', mostPoints: 10_000 });
    expect(bindGraph(made.train!, catalog).problems).toEqual([]);
    expect(names(made.test)).not.toContain('metrics');
  });

  test('a loss that a channel cannot have is refused', () => {
    const wrong = { [`${SECTION}.DATA_CHANNELS_LOSSES`]: ['ce', 'bce'] };
    expect(() => graphs(wrong)).toThrow('ce compares classes, but channel F has none');
  });
});

describe('objects are made', () => {
  const maker = (changes: Changes) => graphs(changes).test!.nodes.find(({ name }) => name === 'objects')!;

  test.each<[string, Changes, object]>([
    ['stardist', channels('Db', 'R'), { rays: 32, threshold: 0.4, overlap: 0.3 }],
    ['gradient-flow', channels('F', 'Gv', 'Gh'), { channels: ['F', 'Gv', 'Gh'], steps: 200, largestError: 0.4 }],
    ['embeddings', channels('E_offset', 'E_sigma', 'E_seediness'), { gridSide: 256, seed: 0.9, spacing: [1, 1] }],
    ['agglomeration', { ...VOLUMES, ...channels('A'), 'DATA.N_CLASSES': 2 }, { seed: 0.9, quantile: 50 }],
    ['watershed', channels('F', 'V', 'H'), { surface: 'F' }],
  ])('by %s, as the channels want it', (plugin, changes, parameters) => {
    const made = graphs(changes);
    expect(maker(changes).plugin).toBe(`postprocessor/${plugin}`);
    expect(maker(changes).with).toMatchObject(parameters);
    expect(bindGraph(made.test!, catalog).problems).toEqual([]);
  });

  test('of seeds that are not too close, where there are seeds', () => {
    const close = {
      'TEST.POST_PROCESSING.REMOVE_CLOSE_POINTS': true,
      'TEST.POST_PROCESSING.REMOVE_CLOSE_POINTS_RADIUS': 4,
    };
    expect(maker({ ...channels('F', 'P'), ...close }).with).toMatchObject({
      closeSeeds: { radius: 4, spacing: [1, 1] },
    });
    expect(maker(channels('F', 'P')).with).toMatchObject({ closeSeeds: null });
    expect(() => graphs({ ...channels('Db', 'R'), ...close })).toThrow('close seeds are those of a watershed');
  });

  test('of every pixel, and not by Omnipose', () => {
    const grid = { ...channels('Db', 'R'), [`${SECTION}.STARDIST.GRID`]: [2, 2] };
    expect(() => graphs(grid)).toThrow('predict every pixel');
    const omnipose = { [`${SECTION}.DATA_CHANNELS_EXTRA_OPTS`]: [{ Db: { val_type: 'omnipose' } }] };
    expect(() => graphs({ ...channels('Db'), ...omnipose })).toThrow('neither the distances nor the flows of Omnipose');
  });
});

test('ways to make objects that there are not are refused', () => {
  const bare = { ...catalog, nodes: () => catalog.nodes().filter(({ id }) => id !== 'postprocessor/watershed') };
  expect(() => instanceSegmentation.graphs(configOf(INSTANCES), bare)).toThrow(
    'does not make objects by watershed yet',
  );
});

test('random patches are drawn around labels, not around channels', () => {
  const random = { 'DATA.TRAIN.EXTRACT_RANDOM_PATCH': true, 'DATA.TRAIN.PROBABILITY_MAP': true };
  const { train } = graphs(random);
  expect(bindGraph(train!, catalog).problems).toEqual([]);
  expect(parametersOf(train, 'train-channels')).toMatchObject({ keep: 'labels' });
  expect(parametersOf(train, 'train-patches')).toMatchObject({ foregroundOf: 'labels' });
  expect(parametersOf(graphs().train, 'train-patches').foregroundOf).toBeUndefined();
});

test('a training reads volumes in parts that do not fit, but where all of one is needed at once', () => {
  const volumes = { 'PROBLEM.NDIM': '3D', 'DATA.PATCH_SIZE': '(16, 64, 64, 1)' };
  const reading = (changes: Changes) => parametersOf(graphs({ ...volumes, ...changes }).train, 'train-loader');
  expect(reading(channels('F', 'H', 'V', 'Z'))).toMatchObject({ whole: 'fitting' });
  expect(reading(channels('F', 'Dn'))).toMatchObject({
    whole: true,
    whyWhole: 'channel Dn looks at other objects, however far away',
  });
  const blurred = {
    'DATA.PREPROCESS.TRAIN': true,
    'DATA.PREPROCESS.GAUSSIAN_BLUR.ENABLE': true,
    'DATA.PREPROCESS.GAUSSIAN_BLUR.CHANNEL_AXIS': -1,
  };
  expect(reading(blurred)).toMatchObject({ whole: 'fitting' });
  expect(reading({ ...blurred, 'DATA.PREPROCESS.GAUSSIAN_BLUR.MODE': 'wrap' })).toMatchObject({
    whole: true,
    whyWhole: 'DATA.PREPROCESS.GAUSSIAN_BLUR.MODE wrap brings in its other end',
  });
});
