/**
 * What the workflows have in common whose result is an image: image to image, super-resolution, denoising.
 */
import type { Config } from '../core/config/index.js';
import { chain, type Graph, type GraphNode, node } from '../core/graph/graph.js';
import { isMeasuredBy, normalizationFromConfig } from '../core/image/normalization-parameters.js';
import type { Phase } from '../core/job/events.js';
import type { Catalog, Part } from '../core/plugin/define.js';
import type { LossSpec, NetworkSpec } from '../core/plugin/network-spec.js';
import { isMeasured, measure } from './measuring.js';
import { metricsOf } from './network-parts.js';
import {
  divisorsOf,
  filtered,
  loaderParameters,
  normalizing,
  predictionParameters,
  preprocessors,
  reusedPredictions,
  section,
  type TrainingParts,
  trainingGraph,
  undoPreprocessing,
} from './supervised.js';

export interface RestorationParts {
  network: NetworkSpec;
  losses: LossSpec;
  /** Of each channel, in the network's own training too; linear where left out. */
  activations?: string[];
  /** Channels of the targets. */
  targetChannels: number;
  /** Pixels of a target along one pixel of its image; ones where left out. */
  scale?: number[];
  /** Learns from the noisy images alone: nodes that make the targets out of them, in place of targets that are read. */
  ownTargets?: (part: 'train' | 'validation') => GraphNode[];
  /** Parameters of the loaders that this workflow alone sets. */
  loader?: Record<string, unknown>;
  /** Parameters of the training patches that this workflow alone sets. */
  patches?: TrainingParts['patches'];
  /** Targets are always there, since a node makes them. Without it they are where DATA.TEST says so. */
  measured?: boolean;
  /** Metrics of the test, beside those of TEST.METRICS. */
  alsoMeasured?: readonly string[];
}

/** The graphs of training and test, as far as they are switched on. */
export function restorationGraphs(
  config: Config,
  catalog: Catalog,
  parts: RestorationParts,
): Partial<Record<Phase, Graph>> {
  return {
    ...(config.TRAIN.ENABLE && { train: learning(config, catalog, parts) }),
    ...(config.TEST.ENABLE && { test: testing(config, catalog, parts) }),
  };
}

/** Targets are images, normalised as images are; or they are made at the end, out of the patches. */
function learning(config: Config, catalog: Catalog, parts: RestorationParts): Graph {
  const { network, losses, activations, targetChannels, scale = [], ownTargets, loader, patches } = parts;
  const targets = (part: Part): GraphNode => {
    const name = `${part}-target-normalizer`;
    const dataset = section(catalog, 'normalizer/dataset', config, part);
    if (dataset)
      return node(name, 'normalizer/dataset', {
        ...dataset,
        ...normalizationFromConfig(config, 'target'),
        of: 'target',
      });
    return node(name, 'normalizer/target-intensity', section(catalog, 'normalizer/target-intensity', config, part));
  };
  const byPatch = isMeasuredBy(config, 'patch');
  return trainingGraph(config, catalog, {
    network,
    losses,
    ...(activations && { activations }),
    metrics: metricsOf(config.TRAIN.METRICS as string[], config, catalog),
    normalizedTargets: (part) => (ownTargets || byPatch ? [] : [targets(part)]),
    patchTargets: (part) => (!ownTargets && byPatch ? [targets(part)] : []),
    loader: () => ({ ...loader, ...(ownTargets ? { targets: null } : { targetChannels, scale }) }),
    ...(patches && { patches }),
    ...(ownTargets && { finishing: ownTargets }),
  });
}

const PERCEPTUAL = ['fid', 'is', 'lpips'];

/** Measured by features of a trained network, unless a plugin brings a metric of that name. */
function isPerceptual(catalog: Catalog, name: string): boolean {
  return PERCEPTUAL.includes(name) && !catalog.metrics().some(({ id }) => id.toLowerCase() === name);
}

/**
 * loader → normalizer → cutter → model → stitcher → intensities → writers → report. Predictions are
 * brought back to intensities before they are compared with the targets, which are as in their files.
 */
function testing(config: Config, catalog: Catalog, parts: RestorationParts): Graph {
  const { TEST: test, PATHS: paths } = config;
  const { network, activations = ['linear'], targetChannels, scale = [], alsoMeasured = [] } = parts;
  const names = [...new Set([...(test.METRICS as string[]), ...alsoMeasured])];
  // Those that compare images by the features of a network have a node of their own.
  const flat = config.PROBLEM.NDIM === '2D';
  const perceptual = names.map((name) => name.toLowerCase()).filter((name) => flat && isPerceptual(catalog, name));
  const metrics = metricsOf(
    names.filter((name) => !perceptual.includes(name.toLowerCase())),
    config,
    catalog,
  );
  const measured = parts.measured || isMeasured(config);
  const whole = test.FULL_IMG && config.PROBLEM.NDIM === '2D';
  const folder = whole ? paths.RESULT_DIR.FULL_IMAGE : paths.RESULT_DIR.PER_IMAGE;
  const border = (test.EVAL_BORDER_CROP as number[]).map((side, axis) => side * (scale[axis] ?? 1));
  const measuring = { metrics, product: 'restored', border, measured };
  const reused = reusedPredictions(config, { folder, channels: targetChannels, product: 'restored', scale });
  const from = (plugin: string, part: Part = 'test') => section(catalog, plugin, config, part);
  const restorer = (name: string) => node(name, 'postprocessor/denormalize', from('postprocessor/denormalize'));

  const nodes: GraphNode[] = [
    node('loader', 'loader/folder', {
      ...loaderParameters(config, catalog, 'test'),
      ...parts.loader,
      ...(measured && { targetChannels, scale }),
    }),
    ...preprocessors(config, catalog, 'test', !reused),
    ...filtered(config, catalog, 'test', normalizing(config, catalog, 'test', 'normalizer').images),
    ...(reused
      ? [reused]
      : [
          whole
            ? node('cutter', 'stitcher/whole-image', { divisor: divisorsOf(config, network, catalog) })
            : node('cutter', 'stitcher/cut-patches', from('stitcher/cut-patches')),
          ...normalizing(config, catalog, 'test', 'normalizer').patches,
          node('model', 'model/predict', { network, ...predictionParameters(config), activations }),
          // A patch is brought back for its own metrics alone: joining goes on with what the network gave.
          ...(measured && !whole
            ? [
                restorer('patch-intensities'),
                ...measure(config, 'patch-metrics', { ...measuring, variant: 'per patch' }),
              ]
            : []),
          ...(whole
            ? []
            : [node('own-intensities', 'postprocessor/denormalize-patch', from('postprocessor/denormalize-patch'))]),
          node('stitcher', 'stitcher/join-patches', {
            ...from('stitcher/join-patches'),
            channels: targetChannels,
            scale,
          }),
          restorer('intensities'),
          ...undoPreprocessing(config, catalog, 'restored'),
        ]),
    ...measure(config, 'metrics', { ...measuring, variant: whole ? 'per image' : 'merge patches' }),
    ...(measured && perceptual.length > 0
      ? [
          node('perceptual-metrics', 'metric/perceptual', {
            metrics: perceptual,
            product: 'restored',
            variant: whole ? 'per image' : 'merge patches',
            border,
          }),
        ]
      : []),
    ...(test.SAVE_MODEL_RAW_OUTPUT && !reused
      ? [node('prediction-writer', 'writer/images', { product: 'restored', folder })]
      : []),
    node('panel-writer', 'writer/panels', { product: 'restored', folder: `${folder}_panels` }),
    node('report', 'metric/report'),
  ];
  return { phase: 'test', nodes, edges: chain(...nodes) };
}
