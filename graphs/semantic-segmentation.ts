/**
 * Semantic segmentation: a class for each pixel.
 */
import type { Config } from '../core/config/index.js';
import { ConfigError } from '../core/errors.js';
import { chain, type Graph, type GraphNode, node } from '../core/graph/graph.js';
import { type Catalog, definePreset, type Part } from '../core/plugin/define.js';
import type { NetworkSpec } from '../core/plugin/network-spec.js';
import { alongStack, isMeasured, measure } from './measuring.js';
import { lossesOf, metricsOf, networkOf } from './network-parts.js';
import {
  divisorsOf,
  filtered,
  loaderParameters,
  normalizing,
  predictionParameters,
  preprocessors,
  reusedPredictions,
  section,
  stackedImages,
  trainingGraph,
  undoPreprocessing,
} from './supervised.js';

export const semanticSegmentation = definePreset({
  id: 'SEMANTIC_SEG',
  summary: 'A class for each pixel of an image.',
  graphs(config, catalog) {
    const classes = config.DATA.N_CLASSES;
    checkIgnored(config);
    const network = networkOf(config, catalog, [classes > 2 ? classes : 1]);
    return {
      ...(config.TRAIN.ENABLE && {
        train: trainingGraph(config, catalog, {
          network,
          losses: lossesOf(config, catalog),
          metrics: metricsOf(config.TRAIN.METRICS as string[], config, catalog),
          shown: [classes > 2 ? 'softmax' : 'sigmoid'],
          loader: () => MASKS,
          targets: (part) => [labels(config, catalog, part, `${part}-labels`)],
        }),
      }),
      ...(config.TEST.ENABLE && { test: testGraph(config, catalog, network) }),
    };
  },
});

/** Colours of a mask would be taken for channels of the target. */
const MASKS = { targetChannels: 1, targetHolds: 'the class of each pixel; save coloured masks as grey images' };

/** Losses and metrics leave out one id. @throws ConfigError where two are named, or one that is no class. */
function checkIgnored({ LOSS: loss, DATA: data, PROBLEM: problem }: Config): void {
  const key = 'PROBLEM.SEMANTIC_SEG.IGNORE_CLASS_ID';
  const { IGNORE_CLASS_ID: id } = problem.SEMANTIC_SEG;
  if (id === 0 || data.N_CLASSES <= 2) return;
  const refuse = (message: string, advice: string) => {
    throw new ConfigError([{ severity: 'error', key, message, advice }]);
  };
  if (id < 0 || id >= data.N_CLASSES)
    refuse(`expected a class from 1 to ${data.N_CLASSES - 1}, came ${id}.`, 'Write 0 to leave none out.');
  if (loss.IGNORE_INDEX !== -1 && loss.IGNORE_INDEX !== id)
    refuse(
      `LOSS.IGNORE_INDEX leaves out ${loss.IGNORE_INDEX}, this ${id}.`,
      'Only one can be left out: set one of the two.',
    );
}

function labels(config: Config, catalog: Catalog, part: Part, name: string): GraphNode {
  return node(name, 'normalizer/class-labels', section(catalog, 'normalizer/class-labels', config, part));
}

/** loader → normalizer → labels → cutter → model → stitcher → post-processing → writers → report, with metrics between. */
function testGraph(config: Config, catalog: Catalog, network: NetworkSpec): Graph {
  const { TEST: test, PATHS: paths } = config;
  const channels = network.outputChannels[0];
  const metrics = metricsOf(test.METRICS as string[], config, catalog);
  const whole = test.FULL_IMG && config.PROBLEM.NDIM === '2D';
  const folders = whole
    ? { raw: paths.RESULT_DIR.FULL_IMAGE, classes: paths.RESULT_DIR.FULL_IMAGE_BIN }
    : { raw: paths.RESULT_DIR.PER_IMAGE, classes: paths.RESULT_DIR.PER_IMAGE_BIN };
  const reused = reusedPredictions(config, { folder: folders.raw, channels });
  const stack = stackedImages(config);
  const smooth = section(catalog, 'postprocessor/median-filter', config, 'test');
  /** What is done with the stack of all images, as with a volume. */
  const volume = (): GraphNode[] => {
    const { AS_3D_STACK: raw, AS_3D_STACK_BIN: classes, AS_3D_STACK_POST_PROCESSING: processed } = paths.RESULT_DIR;
    const border = alongStack(test.EVAL_BORDER_CROP as number[]);
    return [
      ...measure(config, 'stack-metrics', { metrics, variant: 'as 3D stack', border }),
      ...(test.SAVE_MODEL_RAW_OUTPUT ? [node('stack-writer', 'writer/images', { folder: raw })] : []),
      ...(smooth
        ? [
            node('median-filter', 'postprocessor/median-filter', smooth),
            ...measure(config, 'smoothed-metrics', {
              metrics,
              variant: 'as 3D stack - post-processing',
              product: 'smoothed',
              border,
            }),
            node('smoothed-writer', 'writer/images', { product: 'smoothed', folder: processed }),
          ]
        : []),
      node('stack-binarizer', 'postprocessor/binarize', { product: smooth ? 'smoothed' : 'channels' }),
      node('stack-class-writer', 'writer/images', { product: 'classes', folder: classes, kind: 'labels' }),
      node('stack-overlay-writer', 'writer/overlays', { folder: `${classes}_overlays`, classes: true }),
      node('stack-report', 'metric/report', { counts: false }),
    ];
  };

  const nodes: GraphNode[] = [
    node('loader', 'loader/folder', { ...loaderParameters(config, catalog, 'test'), ...(isMeasured(config) && MASKS) }),
    ...preprocessors(config, catalog, 'test', !reused),
    ...filtered(config, catalog, 'test', normalizing(config, catalog, 'test', 'normalizer').images),
    ...(isMeasured(config) ? [labels(config, catalog, 'test', 'labels')] : []),
    ...(reused
      ? [reused]
      : [
          whole
            ? node('cutter', 'stitcher/whole-image', { divisor: divisorsOf(config, network, catalog) })
            : node('cutter', 'stitcher/cut-patches', section(catalog, 'stitcher/cut-patches', config, 'test')),
          ...normalizing(config, catalog, 'test', 'normalizer').patches,
          node('model', 'model/predict', {
            network,
            ...predictionParameters(config),
            activations: [channels > 1 ? 'softmax' : 'sigmoid'],
          }),
          ...(whole ? [] : measure(config, 'patch-metrics', { metrics, variant: 'per patch' })),
          node('stitcher', 'stitcher/join-patches', {
            ...section(catalog, 'stitcher/join-patches', config, 'test'),
            channels,
          }),
          ...undoPreprocessing(config, catalog),
        ]),
    ...measure(config, 'metrics', { metrics, variant: whole ? 'per image' : 'merge patches' }),
    ...(test.SAVE_MODEL_RAW_OUTPUT && !reused
      ? [node('prediction-writer', 'writer/images', { folder: folders.raw })]
      : []),
    ...(smooth && !stack
      ? [
          node('median-filter', 'postprocessor/median-filter', smooth),
          ...measure(config, 'smoothed-metrics', { metrics, variant: 'post-processing', product: 'smoothed' }),
          node('smoothed-writer', 'writer/images', {
            product: 'smoothed',
            folder: `${folders.raw}_post_processing`,
          }),
        ]
      : []),
    node('binarizer', 'postprocessor/binarize', { product: smooth && !stack ? 'smoothed' : 'channels' }),
    node('class-writer', 'writer/images', { product: 'classes', folder: folders.classes, kind: 'labels' }),
    node('overlay-writer', 'writer/overlays', { folder: `${folders.classes}_overlays`, classes: true }),
    node('report', 'metric/report'),
    ...(stack ? [stack, ...volume()] : []),
  ];
  return { phase: 'test', nodes, edges: chain(...nodes) };
}
