/**
 * Instance segmentation: a label for each object, and its class.
 */
import type { Config } from '../core/config/index.js';
import { ConfigError } from '../core/errors.js';
import { chain, type Graph, type GraphNode, node } from '../core/graph/graph.js';
import { matchStatisticNames } from '../core/nd/matching.js';
import { type Catalog, definePreset, type Part } from '../core/plugin/define.js';
import type { NetworkSpec } from '../core/plugin/network-spec.js';
import { InstanceChannels } from './instance-channels.js';
import {
  changingObjects,
  isRemoving,
  makingObjects,
  measuringObjects,
  unavailableOmnipose,
} from './instance-creation.js';
import {
  divisorsOf,
  filtered,
  loaderParameters,
  networkOf,
  predictionParameters,
  preprocessors,
  section,
  trainingGraph,
  undoPreprocessing,
} from './supervised.js';

const CHANNELS = 'normalizer/instance-channels';

export const instanceSegmentation = definePreset({
  id: 'INSTANCE_SEG',
  summary: 'A label for each object, learned from label images; with several classes also its class.',
  graphs(config, catalog) {
    const problems = unavailableOmnipose(config);
    if (problems.length > 0) throw new ConfigError(problems);
    const channels = new InstanceChannels(config);
    const network = networkFor(channels, config, catalog);
    const targetChannels = channels.classes > 0 ? 2 : 1;
    return {
      ...(config.TRAIN.ENABLE && {
        train: trainingGraph(config, catalog, {
          network,
          losses: channels.losses,
          metrics: channels.metrics(),
          loader: () => ({ targetChannels }),
          targets: (part) => [targets(config, catalog, part, `${part}-channels`)],
          finishing: (part) => remade(config, catalog, part),
        }),
      }),
      ...(config.TEST.ENABLE && { test: testGraph(config, catalog, { channels, network, targetChannels }) }),
    };
  },
});

function networkFor({ heads }: InstanceChannels, config: Config, catalog: Catalog): NetworkSpec {
  const network = networkOf(config, catalog, heads.channels);
  const divided = heads.kinds.length > 1;
  return divided ? { ...network, parameters: { ...network.parameters, headKinds: heads.kinds } } : network;
}

function targets(config: Config, catalog: Catalog, part: Part, name: string): GraphNode {
  return node(name, CHANNELS, section(catalog, CHANNELS, config, part));
}

/** What an augmentation turned or stretched is made anew of the labels that came along, where changing it like a mask would not do. */
function remade(config: Config, catalog: Catalog, part: Part): GraphNode[] {
  if (!config.PROBLEM.INSTANCE_SEG.DATA_CHANNELS.includes('I')) return [];
  const { keep, ...parameters } = section(catalog, CHANNELS, config, part)!;
  return [node(`${part}-remake`, 'augmenter/remake-channels', parameters)];
}

interface TestParts {
  channels: InstanceChannels;
  network: NetworkSpec;
  targetChannels: number;
}

/**
 * loader → normalizer → channels → cutter → model → stitcher → objects → classes → writers → post-processing → writers → report,
 * with metrics between.
 */
function testGraph(config: Config, catalog: Catalog, { channels, network, targetChannels }: TestParts): Graph {
  const { TEST: test, PATHS: paths, DATA: data } = config;
  const measured = data.TEST.LOAD_GT || data.TEST.USE_VAL_AS_TEST;
  const whole = test.FULL_IMG && config.PROBLEM.NDIM === '2D';
  const folders = paths.RESULT_DIR;
  const raw = whole ? folders.FULL_IMAGE : folders.PER_IMAGE;
  const [made, changed] = whole
    ? [folders.FULL_IMAGE_INSTANCES, folders.FULL_IMAGE_POST_PROCESSING]
    : [folders.PER_IMAGE_INSTANCES, folders.PER_IMAGE_POST_PROCESSING];
  const border = [...(test.EVAL_BORDER_CROP as number[])];
  const measure = (name: string, variant: string, product = 'channels'): GraphNode[] =>
    measured
      ? [
          node(name, 'metric/measure', {
            metrics: channels.metrics(product === 'channels' ? undefined : 0),
            variant,
            product,
            border: variant === 'per patch' ? [] : border,
          }),
        ]
      : [];
  const smooth = section(catalog, 'postprocessor/median-filter', config, 'test');
  const product = smooth ? 'smoothed' : 'channels';
  const matching = measured && test.MATCHING_STATS;
  const thresholds = [...(test.MATCHING_STATS_THS as number[])];
  const shown = thresholds.includes(0.5) ? 0.5 : thresholds[0];
  /** Classes, files, measures and pictures of objects as they are at one point. */
  const tell = (name: string, folder: string, variant: string, suffix: string): GraphNode[] => [
    ...(channels.classes > 0 ? [node(`${name}-classes`, 'postprocessor/object-classes', { classes: product })] : []),
    node(`${name}-writer`, 'writer/images', { product: 'labels', folder, kind: 'labels' }),
    ...(matching
      ? [
          node(`${name}-metrics`, 'metric/objects', {
            thresholds,
            also: coloured(config),
            border,
            pooled: !test.MATCHING_STATS_BY_IMAGE,
            variant,
          }),
          node(`${name}-associations`, 'writer/object-associations', {
            folder: folders.INST_ASSOC_POINTS,
            suffix,
            coloured: coloured(config),
          }),
        ]
      : []),
    node(`${name}-pictures`, 'writer/object-pictures', { folder: `${folder}_overlays`, threshold: shown }),
  ];
  const changes = changingObjects(config, catalog, product);

  const nodes: GraphNode[] = [
    node('loader', 'loader/folder', { ...loaderParameters(config, 'test'), ...(measured && { targetChannels }) }),
    ...preprocessors(config, catalog, 'test'),
    ...filtered(config, catalog, 'test', [
      node('normalizer', 'normalizer/intensity', section(catalog, 'normalizer/intensity', config, 'test')),
      ...(measured ? [targets(config, catalog, 'test', 'targets')] : []),
    ]),
    whole
      ? node('cutter', 'stitcher/whole-image', { divisor: divisorsOf(config, network, catalog) })
      : node('cutter', 'stitcher/cut-patches', section(catalog, 'stitcher/cut-patches', config, 'test')),
    node('model', 'model/predict', {
      network,
      ...predictionParameters(config),
      activations: channels.activations,
    }),
    ...(whole ? [] : measure('patch-metrics', 'per patch')),
    node('stitcher', 'stitcher/join-patches', {
      ...section(catalog, 'stitcher/join-patches', config, 'test'),
      channels: channels.width + channels.classes,
    }),
    ...undoPreprocessing(config, catalog, 'channels', ['truth']),
    ...measure('metrics', whole ? 'per image' : 'merge patches'),
    ...(channels.classes > 0
      ? [node('class-channel', 'postprocessor/class-channel', { classes: channels.classes })]
      : []),
    ...(test.SAVE_MODEL_RAW_OUTPUT ? [node('prediction-writer', 'writer/images', { folder: raw })] : []),
    ...(smooth
      ? [
          node('median-filter', 'postprocessor/median-filter', smooth),
          ...measure('smoothed-metrics', 'post-processing', 'smoothed'),
          // Objects that are changed afterwards have the name of the image in that folder.
          node('smoothed-writer', 'writer/images', { product: 'smoothed', folder: changed, suffix: '_channels' }),
        ]
      : []),
    ...makingObjects(config, catalog, product),
    ...tell('instance', made, 'per image', ''),
    ...changes,
    ...measuringObjects(config, catalog, { made, changed }),
    ...(changes.length > 0 || isRemoving(config) ? tell('final', changed, 'post-processing', '_post-proc') : []),
    node('report', 'metric/report', {
      ...(!test.MATCHING_STATS_BY_IMAGE && {
        pooled: thresholds.flatMap((one) => matchStatisticNames.map((name) => `${name} (IoU ${one})`)),
      }),
    }),
  ];
  return { phase: 'test', nodes, edges: chain(...nodes) };
}

function coloured({ TEST: test }: Config): number[] {
  return [...(test.MATCHING_STATS_THS_COLORED_IMG as number[])];
}
