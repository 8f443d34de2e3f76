import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../core/errors.js';
import { bindGraph, compileGraph } from '../../core/graph/compile.js';
import { drawText } from '../../core/graph/draw/text.js';
import type { Graph } from '../../core/graph/graph.js';
import { semanticSegmentation } from '../../graphs/semantic-segmentation.js';
import { catalog } from '../plugins/nodes.js';
import { configOf, TEST_ONLY, VOLUMES } from './config.js';

type Changes = Parameters<typeof configOf>[0];
const graphs = (changes: Changes = {}) => semanticSegmentation.graphs(configOf(changes), catalog);
/** Parameters of the network are the model's own affair. */
function draw(graph: Graph | undefined): string {
  const nodes = graph!.nodes.map((node) => {
    const network = node.with.network as object | undefined;
    return network ? { ...node, with: { ...node.with, network: { ...network, parameters: {} } } } : node;
  });
  return drawText(compileGraph({ ...graph!, nodes }, catalog), { columns: 110 });
}
const names = (graph: Graph | undefined) => graph!.nodes.map(({ name }) => name);
const parametersOf = (graph: Graph | undefined, name: string) => graph!.nodes.find((node) => node.name === name)!.with;

describe('images', () => {
  test('the training', () =>
    expect(draw(graphs().train)).toMatchInlineSnapshot(`
      "train graph: 15 nodes

      ● train-loader           loader/folder             → image
      │   images data/train/raw · targets data/train/label · subset.part train · subset.fraction 0.1
      │   subset.shuffle true · subset.seed 0 · share 0.4 · chunkShare 0.175 · targetChannels 1
      │   targetHolds the class of each pixel; save coloured masks as grey images
      ● train-normalizer       normalizer/intensity      → image
      ● train-labels           normalizer/class-labels   → image
      ● train-patches          stitcher/training-patches → patch
      │   patch [256, 256] · batch 6 · subset.part train · subset.fraction 0.1 · subset.shuffle true · subset.seed 0
      │   epochs 20 · prefetch 24
      ● preview-source         augmenter/preview-source  → patch
      ● affine                 augmenter/affine          → patch
      │   quarterTurn 0.5
      ● flip                   augmenter/flip            → patch
      │   y 0.5 · x 0.5
      ● preview                augmenter/preview         → patch
      │   folder out/job/results/job_1/aug
      ● train-batches          trainer/batch             → batch
      │   size 6
      │ ● validation-loader      loader/folder             → image
      │ │   images data/train/raw · targets data/train/label · subset.part validation · subset.fraction 0.1
      │ │   subset.shuffle true · subset.seed 0 · share 0.4 · chunkShare 0.175 · targetChannels 1
      │ │   targetHolds the class of each pixel; save coloured masks as grey images
      │ ● validation-normalizer  normalizer/intensity      → image
      │ ● validation-labels      normalizer/class-labels   → image
      │ ● validation-patches     stitcher/training-patches → patch
      │ │   patch [256, 256] · batch 6 · subset.part validation · subset.fraction 0.1 · subset.shuffle true
      │ │   subset.seed 0 · shuffle false · prefetch 24
      │ ● validation-batches     trainer/batch             → batch
      │ │   size 6
      ├─╯ validation
      ●   trainer                trainer/fit               ← main + validation
            network.architecture unet · network.ndim 2 · network.inputChannels 1 · network.outputChannels [1]
            losses [CE] · metrics [iou] · optimizer ADAMW · learningRate 0.001 · schedule.factor 0.5 · epochs 20
            patience 5
      "
    `));
  test('the test', () =>
    expect(draw(graphs().test)).toMatchInlineSnapshot(`
      "test graph: 13 nodes

      ● loader             loader/folder           → image
      │   images data/test/raw · targets data/test/label · targetChannels 1
      │   targetHolds the class of each pixel; save coloured masks as grey images
      ● normalizer         normalizer/intensity    → image
      ● labels             normalizer/class-labels → image
      ● cutter             stitcher/cut-patches    → patch
      │   patch [256, 256] · batch 6
      ● model              model/predict           → patch
      │   network.architecture unet · network.ndim 2 · network.inputChannels 1 · network.outputChannels [1]
      │   batchSize 6 · activations [sigmoid]
      ● patch-metrics      metric/measure          → patch
      │   metrics [iou] · variant per patch
      ● stitcher           stitcher/join-patches   → channels
      ● metrics            metric/measure          → channels
      │   metrics [iou]
      ● prediction-writer  writer/images           → channels
      │   folder out/job/results/job_1/per_image
      ● binarizer          postprocessor/binarize  → classes
      ● class-writer       writer/images           → classes
      │   product classes · folder out/job/results/job_1/per_image_binarized · kind labels
      ● overlay-writer     writer/overlays         → classes
      │   folder out/job/results/job_1/per_image_binarized_overlays · classes true
      ● report             metric/report           → classes
      "
    `));
});

describe('volumes of three classes', () => {
  test('the training', () =>
    expect(draw(graphs(VOLUMES).train)).toMatchInlineSnapshot(`
      "train graph: 15 nodes

      ● train-loader           loader/folder             → image
      │   images data/train/raw · targets data/train/label · ndim 3D · share 0.4 · chunkShare 0.175
      │   targetChannels 1 · targetHolds the class of each pixel; save coloured masks as grey images
      ● train-normalizer       normalizer/intensity      → image
      ● train-labels           normalizer/class-labels   → image
      │   classes 3
      ● train-patches          stitcher/training-patches → patch
      │   patch [20, 128, 128] · batch 6 · epochs 20 · prefetch 24
      ● preview-source         augmenter/preview-source  → patch
      ● affine                 augmenter/affine          → patch
      │   quarterTurn 0.5
      ● flip                   augmenter/flip            → patch
      │   y 0.5 · x 0.5 · z 0.5
      ● preview                augmenter/preview         → patch
      │   folder out/job/results/job_1/aug
      ● train-batches          trainer/batch             → batch
      │   size 6
      │ ● validation-loader      loader/folder             → image
      │ │   images data/val/raw · targets data/val/label · ndim 3D · share 0.4 · chunkShare 0.175 · targetChannels 1
      │ │   targetHolds the class of each pixel; save coloured masks as grey images
      │ ● validation-normalizer  normalizer/intensity      → image
      │ ● validation-labels      normalizer/class-labels   → image
      │ │   classes 3
      │ ● validation-patches     stitcher/training-patches → patch
      │ │   patch [20, 128, 128] · batch 6 · shuffle false · prefetch 24
      │ ● validation-batches     trainer/batch             → batch
      │ │   size 6
      ├─╯ validation
      ●   trainer                trainer/fit               ← main + validation
            network.architecture unet · network.ndim 3 · network.inputChannels 1 · network.outputChannels [3]
            losses [CE] · metrics [iou] · optimizer ADAMW · learningRate 0.001 · schedule.factor 0.5 · epochs 20
            patience 5
      "
    `));
  test('the test', () =>
    expect(draw(graphs(VOLUMES).test)).toMatchInlineSnapshot(`
      "test graph: 13 nodes

      ● loader             loader/folder           → image
      │   images data/test/raw · targets data/test/label · ndim 3D · targetChannels 1
      │   targetHolds the class of each pixel; save coloured masks as grey images
      ● normalizer         normalizer/intensity    → image
      ● labels             normalizer/class-labels → image
      │   classes 3
      ● cutter             stitcher/cut-patches    → patch
      │   patch [20, 128, 128] · overlap [0.25, 0.25, 0.25] · padding [2, 16, 16] · batch 6
      ● model              model/predict           → patch
      │   network.architecture unet · network.ndim 3 · network.inputChannels 1 · network.outputChannels [3]
      │   batchSize 6 · activations [softmax]
      ● patch-metrics      metric/measure          → patch
      │   metrics [iou] · variant per patch
      ● stitcher           stitcher/join-patches   → channels
      │   channels 3
      ● metrics            metric/measure          → channels
      │   metrics [iou]
      ● prediction-writer  writer/images           → channels
      │   folder out/job/results/job_1/per_image
      ● binarizer          postprocessor/binarize  → classes
      ● class-writer       writer/images           → classes
      │   product classes · folder out/job/results/job_1/per_image_binarized · kind labels
      ● overlay-writer     writer/overlays         → classes
      │   folder out/job/results/job_1/per_image_binarized_overlays · classes true
      ● report             metric/report           → classes
      "
    `));
});

describe('the configuration decides', () => {
  test('which phases there are', () => {
    expect(Object.keys(graphs(TEST_ONLY))).toEqual(['test']);
    expect(Object.keys(graphs({ 'TEST.ENABLE': false }))).toEqual(['train']);
  });

  test('which augmenters run, in their own order', () => {
    const between = (changes: Changes) => {
      const row = names(graphs(changes).train);
      return row.slice(row.indexOf('train-patches') + 1, row.indexOf('train-batches'));
    };
    expect(between({})).toEqual(['preview-source', 'affine', 'flip', 'preview']);
    expect(between({ 'AUGMENTOR.ROT90': false })).toEqual(['preview-source', 'flip', 'preview']);
    expect(between({ 'AUGMENTOR.ENABLE': false })).toEqual([]);
  });

  test('which steps prepare images, between loader and normalizer, and that predictions get their size back', () => {
    const changes = {
      'DATA.PREPROCESS.TRAIN': true,
      'DATA.PREPROCESS.TEST': true,
      'DATA.PREPROCESS.RESIZE.ENABLE': true,
      'DATA.PREPROCESS.CLAHE.ENABLE': true,
      'DATA.PREPROCESS.MEDIAN_BLUR.ENABLE': true,
    };
    const { train, test: tested } = graphs(changes);
    const steps = ['resize', 'median-blur', 'clahe'];
    expect(names(train).slice(0, 5)).toEqual([
      'train-loader',
      ...steps.map((step) => `train-${step}`),
      'train-normalizer',
    ]);
    expect(names(train)).toContain('validation-clahe');
    expect(names(tested).slice(0, 5)).toEqual(['loader', ...steps, 'normalizer']);
    const order = names(tested);
    expect(order.indexOf('undo-resize')).toBe(order.indexOf('stitcher') + 1);
    expect(parametersOf(tested, 'undo-resize')).toMatchObject({ product: 'channels', order: 1, imageTargets: false });
    expect(names(graphs({ ...changes, 'DATA.PREPROCESS.TEST': false }).test)).not.toContain('undo-resize');
  });

  test('that regions of interest and median padding reach the test only', () => {
    const { train, test: tested } = graphs({
      'DATA.TEST.MEDIAN_PADDING': true,
      'DATA.TEST.ROI_MASK': { ENABLE: true, PATH: 'masks' },
    });
    expect(parametersOf(tested, 'cutter')).toMatchObject({ medianPadding: true });
    expect(parametersOf(tested, 'loader')).toMatchObject({ whole: 'fitting' });
    expect(parametersOf(train, 'train-patches')).not.toHaveProperty('medianPadding');
    expect(parametersOf(tested, 'roi-mask')).toEqual({ masks: 'masks', ndim: '2D', axes: '', product: 'channels' });
    expect(names(tested).indexOf('roi-mask')).toBe(names(tested).indexOf('stitcher') + 1);
  });

  test('where samples are filtered, and whether as images or patches', () => {
    const filter = (phase: string, before: boolean) => ({
      [`DATA.${phase}.FILTER_SAMPLES.ENABLE`]: true,
      [`DATA.${phase}.FILTER_SAMPLES.PROPS`]: [['foreground', 'mean']],
      [`DATA.${phase}.FILTER_SAMPLES.VALUES`]: [[0.05, 3]],
      [`DATA.${phase}.FILTER_SAMPLES.SIGNS`]: [['lt', 'gt']],
      [`DATA.${phase}.FILTER_SAMPLES.NORM_BEFORE`]: before,
    });
    const { train, test: tested } = graphs({ ...filter('TRAIN', true), ...filter('TEST', false) });
    expect(names(train).slice(0, 5)).toEqual([
      'train-loader',
      'train-normalizer',
      'train-filter',
      'train-labels',
      'train-patches',
    ]);
    expect(names(train)).toContain('validation-filter');
    expect(names(tested).slice(0, 3)).toEqual(['loader', 'filter', 'normalizer']);
    expect(parametersOf(tested, 'filter').groups).toEqual([
      [
        { property: 'foreground', sign: 'lt', value: 0.05 },
        { property: 'mean', sign: 'gt', value: 3 },
      ],
    ]);
    const plugin = (graph: Graph | undefined, name: string) =>
      graph!.nodes.find((found) => found.name === name)!.plugin;
    expect(plugin(train, 'train-filter')).toBe('filter/patches');
    const random = graphs({ ...filter('TRAIN', true), 'DATA.TRAIN.EXTRACT_RANDOM_PATCH': true });
    expect(plugin(random.train, 'train-filter')).toBe('filter/images');
    const whole = graphs({ ...filter('TEST', true), 'TEST.FULL_IMG': true });
    expect(plugin(whole.test, 'filter')).toBe('filter/images');
  });

  test('that nothing is measured without labels', () => {
    const { test: graph } = graphs({ 'DATA.TEST.LOAD_GT': false });
    expect(names(graph).filter((name) => /metrics|labels/.test(name))).toEqual([]);
    expect(parametersOf(graph, 'loader').targets).toBe(null);
  });

  test('that images are predicted as a whole', () => {
    const { test: graph } = graphs({ 'TEST.FULL_IMG': true });
    expect(graph?.nodes.find(({ name }) => name === 'cutter')).toMatchObject({
      plugin: 'stitcher/whole-image',
      with: { divisor: [4, 4] },
    });
    expect(names(graph)).not.toContain('patch-metrics');
    expect(parametersOf(graph, 'metrics').variant).toBe('per image');
  });

  test('that predictions are smoothed, and what is then made of them', () => {
    const { test: graph } = graphs({
      'TEST.POST_PROCESSING.MEDIAN_FILTER': true,
      'TEST.POST_PROCESSING.MEDIAN_FILTER_AXIS': ['xy'],
      'TEST.POST_PROCESSING.MEDIAN_FILTER_SIZE': [5],
    });
    const row = names(graph);
    expect(row.slice(row.indexOf('median-filter'))).toEqual([
      'median-filter',
      'smoothed-metrics',
      'smoothed-writer',
      'binarizer',
      'class-writer',
      'overlay-writer',
      'report',
    ]);
    expect(parametersOf(graph, 'binarizer').product).toBe('smoothed');
    expect(compileGraph(graph!, catalog).order).toHaveLength(row.length);
  });

  test('how training samples are cut, repeated and kept', () => {
    const cut = (part: string, changes: Record<string, unknown> = {}) =>
      parametersOf(graphs(changes).train, `${part}-patches`);
    expect(cut('train')).toMatchObject({
      replicate: 0,
      inMemory: true,
      complete: true,
      random: false,
      foreground: null,
    });
    const random = { 'DATA.TRAIN.EXTRACT_RANDOM_PATCH': true, 'DATA.TRAIN.PROBABILITY_MAP': true };
    const drawn = { random: true, foreground: { foreground: 0.94, background: 0.06 } };
    expect(cut('train', random)).toMatchObject(drawn);
    expect(cut('validation', random)).toMatchObject(drawn);
    const more = {
      ...{ 'DATA.TRAIN.REPLICATE': 3, 'DATA.TRAIN.IN_MEMORY': false, 'DATA.REFLECT_TO_COMPLETE_SHAPE': false },
      ...{ 'DATA.TRAIN.OVERLAP': '(0.5, 0.25)', 'DATA.TRAIN.PADDING': '(8, 4)' },
    };
    const shared = { complete: false, overlap: [0.5, 0.25], padding: [8, 4] };
    expect(cut('train', more)).toMatchObject({ ...shared, replicate: 3, inMemory: false });
    expect(cut('validation', more)).toMatchObject({ ...shared, replicate: 0, inMemory: true });
    const separate = { ...more, 'DATA.VAL.FROM_TRAIN': false, 'DATA.VAL.IN_MEMORY': false };
    const own = { 'DATA.VAL.OVERLAP': '(0.125, 0)', 'DATA.VAL.PADDING': '(2, 2)' };
    expect(cut('validation', { ...separate, ...own, 'DATA.VAL.PATH': 'v', 'DATA.VAL.GT_PATH': 'w' })).toMatchObject({
      ...{ complete: false, overlap: [0.125, 0], padding: [2, 2], replicate: 0, inMemory: false, subset: null },
    });
  });

  test('pictures of what is predicted in training show probabilities, or classes', () => {
    const preview = (changes: Record<string, unknown>) => parametersOf(graphs(changes).train, 'trainer').preview;
    expect(preview({})).toBe(null);
    const asked = { 'TRAIN.SAVE_TRAIN_PREDS_FREQ': 5, 'TRAIN.SAVE_TRAIN_PREDS_NUM_SAMPLES': 2 };
    expect(preview(asked)).toMatchObject({ every: 5, count: 2, activations: ['sigmoid'] });
    expect(preview({ ...asked, 'DATA.N_CLASSES': 3 })).toMatchObject({ activations: ['softmax'] });
  });

  test('which images validate, and that those may be the test', () => {
    const subset = (graph: Graph | undefined, name: string) => parametersOf(graph, name).subset;
    const changes = {
      'DATA.VAL.CROSS_VAL': true,
      'DATA.VAL.CROSS_VAL_NFOLD': 5,
      'DATA.VAL.CROSS_VAL_FOLD': 2,
      'DATA.TEST.USE_VAL_AS_TEST': true,
    };
    const { train, test: measured } = graphs(changes);
    expect(subset(train, 'train-loader')).toMatchObject({ part: 'train', folds: 5, fold: 2 });
    expect(subset(train, 'validation-loader')).toMatchObject({ part: 'validation', folds: 5, fold: 2 });
    expect(subset(measured, 'loader')).toEqual(subset(train, 'validation-loader'));
    expect(parametersOf(measured, 'loader')).toMatchObject({ images: 'data/train/raw', targets: 'data/train/label' });
    expect(subset(graphs(VOLUMES).train, 'train-loader')).toBe(null);
  });

  test('test-time augmentation', () => {
    expect(parametersOf(graphs().test, 'model').augmentation).toBe(null);
    const { test: augmented } = graphs({ 'TEST.AUGMENTATION': true, 'TEST.AUGMENTATION_MODE': 'max' });
    expect(parametersOf(augmented, 'model').augmentation).toEqual({ group: 'full', mode: 'max' });
  });

  test('that joining patches takes half the memory', () => {
    expect(parametersOf(graphs().test, 'stitcher').half).toBe(false);
    expect(parametersOf(graphs({ 'TEST.REDUCE_MEMORY': true }).test, 'stitcher').half).toBe(true);
  });

  test('that a border is not measured on merged images', () => {
    const { test: graph } = graphs({ 'TEST.EVAL_BORDER_CROP': [8, 8] });
    expect(parametersOf(graph, 'metrics').border).toEqual([8, 8]);
    expect(parametersOf(graph, 'patch-metrics').border).toEqual([]);
  });
});

test('a class that is left out reaches masks, loss and metrics', () => {
  const key = 'PROBLEM.SEMANTIC_SEG.IGNORE_CLASS_ID';
  const three = { 'DATA.N_CLASSES': 3, [key]: 2 };
  const { train, test: measured } = graphs(three);
  expect(parametersOf(train, 'train-labels').ignore).toBe(2);
  expect(parametersOf(train, 'trainer')).toMatchObject({ losses: [{ parameters: { ignoreIndex: 2 } }] });
  expect(parametersOf(measured, 'metrics')).toMatchObject({ metrics: [{ parameters: { ignore: 2 } }] });
  expect(parametersOf(graphs({ [key]: 1 }).train, 'train-labels').ignore).toBe(-1);
  expect(() => graphs({ ...three, [key]: 3 })).toThrow('expected a class from 1 to 2, came 3');
  expect(() => graphs({ ...three, 'LOSS.IGNORE_INDEX': 1 })).toThrow('Only one can be left out');
});

test('every graph compiles, whatever is switched on beside', () => {
  const switches: Changes[] = [
    {},
    VOLUMES,
    { 'TEST.FULL_IMG': true },
    { 'DATA.TRAIN.EXTRACT_RANDOM_PATCH': true, 'DATA.FORCE_RGB': true, 'DATA.PATCH_SIZE': '(128, 128, 3)' },
    { 'TRAIN.LR_SCHEDULER.NAME': 'onecycle' },
    { 'DATA.NORMALIZATION.TYPE': 'div', 'DATA.N_CLASSES': 4 },
    { 'TEST.REUSE_PREDICTIONS': true, 'TEST.ANALIZE_2D_IMGS_AS_3D_STACK': true },
  ];
  for (const changes of switches)
    for (const graph of Object.values(graphs(changes))) expect(bindGraph(graph, catalog).problems).toEqual([]);
});

test('both phases use the same network', () => {
  const { train, test: tested } = graphs(VOLUMES);
  expect(parametersOf(train, 'trainer').network).toEqual(parametersOf(tested, 'model').network);
});

test('what nobody brings is told under its key, with what there is', () => {
  const without = (kind: 'models' | 'losses' | 'metrics') => ({ ...catalog, [kind]: () => [] });
  for (const [kind, key] of [
    ['models', 'MODEL.ARCHITECTURE'],
    ['losses', 'LOSS.TYPE'],
    ['metrics', 'TEST.METRICS'],
  ] as const) {
    const make = () => semanticSegmentation.graphs(configOf(), without(kind));
    expect(make).toThrow(ConfigError);
    expect(make).toThrow(new RegExp(`${key}: the .* is not available in this version`));
  }
});
