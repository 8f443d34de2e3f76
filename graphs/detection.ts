/**
 * Detection: a point for each object, and its class.
 */
import type { Config } from '../core/config/index.js';
import { chain, type Graph, type GraphNode, node } from '../core/graph/graph.js';
import { type Catalog, definePreset, type Part } from '../core/plugin/define.js';
import type { LossSpec, MetricSpec, NetworkSpec } from '../core/plugin/network-spec.js';
import { checkWriters } from './instance-creation.js';
import { isMeasured, measure } from './measuring.js';
import { networkOf } from './network-parts.js';
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

export const detection = definePreset({
  id: 'DETECTION',
  summary: 'A point for each object, learned from tables of points; with several classes also its class.',
  graphs(config, catalog) {
    const classes = classesOf(config);
    const network = networkOf(config, catalog, classes > 0 ? [1, classes] : [1]);
    return {
      ...(config.TRAIN.ENABLE && {
        train: trainingGraph(config, catalog, {
          network,
          losses: losses(config),
          metrics: overlaps(config),
          shown: activationsOf(classes),
          loader: () => ({ targets: null }),
          reading: (part) => [points(config, catalog, part, `${part}-points`)],
        }),
      }),
      ...(config.TEST.ENABLE && { test: testGraph(config, catalog, network) }),
    };
  },
});

/** Of the points, and of the class head where there is one. */
function activationsOf(classes: number): string[] {
  return ['sigmoid', ...(classes > 0 ? ['softmax'] : [])];
}

/** Channels of the class head: all classes with the background; 0 without a head. */
function classesOf({ DATA: { N_CLASSES: classes } }: Config): number {
  return classes > 2 ? classes : 0;
}

/** The node that reads the tables of a part. */
function points(config: Config, catalog: Catalog, part: Part, name: string): GraphNode {
  const { CENTRAL_POINT_DILATION: radii, CHECK_POINTS_CREATED: check } = config.PROBLEM.DETECTION;
  return node(name, 'loader/points', {
    folder: loaderParameters(config, catalog, part).targets,
    radii: [...(radii as number[])],
    classes: Math.max(config.DATA.N_CLASSES, 2),
    check,
  });
}

/** Binary cross-entropy of points, and cross-entropy of classes where there are points. */
function losses(config: Config): LossSpec {
  const { DATA_CHANNEL_WEIGHTS: weights, CLASS_REBALANCE_WITHIN_CHANNELS: rebalance } = config.PROBLEM.DETECTION;
  const [ofPoints, ofClasses = 1] = weights as number[];
  const classes = classesOf(config);
  const terms = [
    { loss: 'bce', target: 0, weight: ofPoints, rebalance },
    ...(classes > 0 ? [{ loss: 'classes', output: 1, count: classes, target: 1, weight: ofClasses }] : []),
  ];
  return [{ id: 'channels', weight: 1, parameters: { terms } }];
}

/** Overlap of the drawn points, and of the classes on them. */
function overlaps(config: Config): MetricSpec {
  const classes = classesOf(config);
  return [
    { id: 'iou', parameters: { classes: 2, part: { output: 0, target: 0 } } },
    ...(classes > 0
      ? [
          {
            id: 'iou',
            name: 'IoU (classes)',
            parameters: { classes, ignore: 0, part: { output: 1, before: 1, count: classes, target: 1 } },
          },
        ]
      : []),
  ];
}

/** loader → points → normalizer → cutter → model → stitcher → points → post-processing → writers → report. */
function testGraph(config: Config, catalog: Catalog, network: NetworkSpec): Graph {
  const { TEST: test, PATHS: paths, DATA: data } = config;
  const classes = classesOf(config);
  const measured = isMeasured(config);
  const whole = test.FULL_IMG && config.PROBLEM.NDIM === '2D';
  const folders = paths.RESULT_DIR;
  const raw = whole ? folders.FULL_IMAGE : folders.PER_IMAGE;
  const reused = reusedPredictions(config, { folder: raw, channels: classes > 0 ? 2 : 1 });
  const stack = stackedImages(config);
  // Planes lie one pixel apart where nothing else is said.
  const along = (lengths: number[], z: number) => (stack && lengths.length === 2 ? [z, ...lengths] : lengths);
  const border = [...(test.EVAL_BORDER_CROP as number[])];
  // Smoothed and saved predictions have class ids, not the probabilities of all classes.
  const metrics = {
    probabilities: reused ? overlaps(config).slice(0, 1) : overlaps(config),
    ids: overlaps(config).slice(0, 1),
  };
  const processed = stack ? 'as 3D stack - post-processing' : 'post-processing';
  const smooth = section(catalog, 'postprocessor/median-filter', config, 'test');
  // Points are found in the prediction as the network gave it: a zoom would make steps of its peaks.
  const zoomed = section(catalog, 'preprocessor/zoom', config, 'test') && !reused && !stack && !smooth;
  const spaced = section(catalog, 'postprocessor/remove-close-points', config, 'test');
  const compare = (name: string, variant: string, suffix: string): GraphNode[] =>
    measured
      ? [
          node(name, 'metric/points', {
            tolerance: test.DET_TOLERANCE,
            spacing: along([...(data.TEST.RESOLUTION as number[])], 1),
            border: along(border, 0),
            variant,
          }),
          node(`${name}-associations`, 'writer/point-associations', { folder: folders.DET_ASSOC_POINTS, suffix }),
        ]
      : [];
  const finished = whole ? folders.FULL_IMAGE_POST_PROCESSING : folders.PER_IMAGE_POST_PROCESSING;
  const grown = grownObjects(config, catalog, stack ? folders.AS_3D_STACK_POST_PROCESSING : finished, along);

  const nodes: GraphNode[] = [
    node('loader', 'loader/folder', { ...loaderParameters(config, catalog, 'test'), targets: null }),
    ...(measured ? [points(config, catalog, 'test', 'points')] : []),
    ...preprocessors(config, catalog, 'test', !reused),
    ...filtered(config, catalog, 'test', normalizing(config, catalog, 'test', 'normalizer').images),
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
            activations: activationsOf(classes),
          }),
          ...(whole ? [] : measure(config, 'patch-metrics', { metrics: metrics.probabilities, variant: 'per patch' })),
          node('stitcher', 'stitcher/join-patches', {
            ...section(catalog, 'stitcher/join-patches', config, 'test'),
            channels: 1 + classes,
          }),
          ...undoPreprocessing(config, catalog, 'channels', [], zoomed ? 'zoomed' : ''),
        ]),
    ...measure(config, 'metrics', {
      metrics: metrics.probabilities,
      variant: whole ? 'per image' : 'merge patches',
    }),
    ...(classes > 0 && !reused ? [node('classes', 'postprocessor/class-channel', { classes })] : []),
    ...(classes > 0 && zoomed
      ? [node('zoomed-classes', 'postprocessor/class-channel', { classes, product: 'zoomed' })]
      : []),
    ...(test.SAVE_MODEL_RAW_OUTPUT && !reused ? [node('prediction-writer', 'writer/images', { folder: raw })] : []),
    // From here on the stack is one image.
    ...(stack
      ? [
          node('report', 'metric/report'),
          stack,
          ...(test.SAVE_MODEL_RAW_OUTPUT
            ? [node('stack-writer', 'writer/images', { folder: folders.AS_3D_STACK })]
            : []),
        ]
      : []),
    ...(smooth
      ? [
          node('median-filter', 'postprocessor/median-filter', smooth),
          ...measure(config, 'smoothed-metrics', {
            metrics: metrics.ids,
            variant: processed,
            product: 'smoothed',
            border: along(border, 0),
          }),
          node('smoothed-writer', 'writer/images', {
            product: 'smoothed',
            folder: stack ? folders.AS_3D_STACK_POST_PROCESSING : `${raw}_post_processing`,
          }),
        ]
      : []),
    node('finder', 'postprocessor/find-points', {
      ...section(catalog, 'postprocessor/find-points', config, 'test'),
      product: smooth ? 'smoothed' : zoomed ? 'zoomed' : 'channels',
    }),
    ...compare('point-metrics', stack ? 'as 3D stack' : 'per image', ''),
    node('point-writer', 'writer/points', {
      folder: folders.DET_LOCAL_MAX_COORDS_CHECK,
      pictures: !spaced && grown.length === 0,
    }),
    ...(spaced
      ? [
          node('close-points', 'postprocessor/remove-close-points', {
            ...spaced,
            spacing: along([...(data.TEST.RESOLUTION as number[])], 1),
          }),
        ]
      : []),
    ...grown,
    ...(spaced || grown.length > 0
      ? [
          ...compare('final-metrics', processed, '_post-proc'),
          node('final-writer', 'writer/points', { folder: folders.DET_LOCAL_MAX_COORDS_CHECK_POST_PROCESSING }),
        ]
      : []),
    stack ? node('stack-report', 'metric/report', { counts: false }) : node('report', 'metric/report'),
  ];
  return { phase: 'test', nodes, edges: chain(...nodes) };
}

/**
 * Objects that grow from the points, are measured, and removed with their points by their measures.
 *
 * @param along adds a number for z where planes have become a stack.
 */
function grownObjects(
  config: Config,
  catalog: Catalog,
  folder: string,
  along: (numbers: number[], first: number) => number[],
): GraphNode[] {
  const parameters = section(catalog, 'postprocessor/grow-points', config, 'test');
  const measures = section(catalog, 'postprocessor/measure-objects', config, 'test');
  if (!parameters || !measures) return [];
  const { seed, rings, check } = parameters as { seed: number[]; rings: { patch: number[] } | null; check: boolean };
  return [
    node('grow-points', 'postprocessor/grow-points', {
      check,
      seed: seed.length > 0 ? along(seed, 1) : [],
      rings: rings && { ...rings, patch: along(rings.patch, 1) },
    }),
    ...(check ? checkWriters(config, ['seed_map', 'topografic_surface']) : []),
    node('measure-objects', 'postprocessor/measure-objects', {
      ...measures,
      spacing: along([...(config.DATA.TEST.RESOLUTION as number[])], 1),
    }),
    node('object-table', 'writer/object-table', { all: folder, left: folder }),
    node('object-writer', 'writer/images', { product: 'labels', folder, kind: 'labels' }),
    node('object-pictures', 'writer/object-pictures', { folder: `${folder}_overlays` }),
    node('kept-points', 'postprocessor/keep-grown-points', {}),
  ];
}
