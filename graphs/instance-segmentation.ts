/**
 * Instance segmentation: a label for each object, and its class.
 */
import type { ChannelOptions } from '../core/config/check/channel-options.js';
import type { Config } from '../core/config/index.js';
import { ConfigError } from '../core/errors.js';
import { chain, type Graph, type GraphNode, node } from '../core/graph/graph.js';
import { farChannels } from '../core/instances/target-in-parts.js';
import { matchStatisticNames } from '../core/nd/matching.js';
import { type Catalog, definePreset, type Part } from '../core/plugin/define.js';
import type { NetworkSpec } from '../core/plugin/network-spec.js';
import { InstanceChannels } from './instance-channels.js';
import {
  changingObjects,
  isRemoving,
  makingObjects,
  measuringObjects,
  unavailableChannels,
} from './instance-creation.js';
import { alongStack, isMeasured, measure } from './measuring.js';
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
  whyWhole,
} from './supervised.js';

const CHANNELS = 'normalizer/instance-channels';

/** Product of the labels that target channels are made of. */
const LABELS = 'labels';

export const instanceSegmentation = definePreset({
  id: 'INSTANCE_SEG',
  summary: 'A label for each object, learned from label images; with several classes also its class.',
  graphs(config, catalog) {
    const problems = unavailableChannels(config);
    if (problems.length > 0) throw new ConfigError(problems);
    const channels = new InstanceChannels(config);
    const network = networkFor(channels, config, catalog);
    return {
      ...(config.TRAIN.ENABLE && {
        train: trainingGraph(config, catalog, {
          network,
          losses: channels.losses,
          metrics: channels.trainingMetrics,
          shown: channels.activations,
          loader: (part) => ({ ...labelImages(channels), ...reading(config, catalog, part) }),
          targets: (part) => [
            targets(config, catalog, part, `${part}-channels`, drawsForeground(config) ? LABELS : ''),
            pictures(config, catalog, part, `${part}-channel-pictures`),
          ],
          // The background is a channel, too: objects are where there are labels.
          patches: () => (drawsForeground(config) ? { foregroundOf: LABELS } : {}),
          finishing: (part) => [...remade(config, catalog, part), ...centred(channels, config, part)],
        }),
      }),
      ...(config.TEST.ENABLE && { test: testGraph(config, catalog, { channels, network }) }),
    };
  },
});

function networkFor({ heads }: InstanceChannels, config: Config, catalog: Catalog): NetworkSpec {
  const network = networkOf(config, catalog, heads.channels);
  const divided = heads.kinds.length > 1;
  return divided ? { ...network, parameters: { ...network.parameters, headKinds: heads.kinds } } : network;
}

/** Channels of a label image. */
function labelImages({ classes }: InstanceChannels): { targetChannels: number; targetHolds: string } {
  return classes > 0
    ? { targetChannels: 2, targetHolds: 'labels and the class of each pixel (DATA.N_CLASSES above 2)' }
    : { targetChannels: 1, targetHolds: 'labels of objects' };
}

/** @param keep product in which labels stay as they were; empty for what the part is used to. */
function targets(config: Config, catalog: Catalog, part: Part, name: string, keep = ''): GraphNode {
  return node(name, CHANNELS, { ...section(catalog, CHANNELS, config, part), ...(keep && { keep }) });
}

/** What shows the channels of the first images. */
function pictures(config: Config, catalog: Catalog, part: Part, name: string): GraphNode {
  const { keep: _, ...parameters } = section(catalog, CHANNELS, config, part)!;
  const { TRAIN_INSTANCE_CHANNELS_CHECK, VAL_INSTANCE_CHANNELS_CHECK, TEST_INSTANCE_CHANNELS_CHECK } = config.PATHS;
  const folder = {
    train: TRAIN_INSTANCE_CHANNELS_CHECK,
    validation: VAL_INSTANCE_CHANNELS_CHECK,
    test: TEST_INSTANCE_CHANNELS_CHECK,
  }[part];
  return node(name, 'writer/target-channels', { ...parameters, folder });
}

/** Volumes that do not fit into memory come in parts, but where all of a volume is needed at once. */
function reading(
  config: Config,
  catalog: Catalog,
  part: Part,
): { whole: true; whyWhole: string } | { whole: 'fitting' } {
  const far = farChannels({ channels: config.PROBLEM.INSTANCE_SEG.DATA_CHANNELS as string[] });
  const reasons = [
    ...far.map((channel) => `channel ${channel} looks at other objects, however far away`),
    ...whyWhole(config, catalog, part),
  ];
  return reasons.length > 0 ? { whole: true, whyWhole: reasons.join(', and ') } : { whole: 'fitting' };
}

function drawsForeground({ DATA: { TRAIN: train } }: Config): boolean {
  return train.EXTRACT_RANDOM_PATCH && train.PROBABILITY_MAP;
}

/** What an augmentation turned or stretched is made anew of the labels that came along, where changing it like a mask would not do. */
function remade(config: Config, catalog: Catalog, part: Part): GraphNode[] {
  if (!config.PROBLEM.INSTANCE_SEG.DATA_CHANNELS.includes('I')) return [];
  const { keep, ...parameters } = section(catalog, CHANNELS, config, part)!;
  return [node(`${part}-remake`, 'augmenter/remake-channels', parameters)];
}

/** Centres that embeddings learn to point to, of objects as an augmentation left them. */
function centred({ embedded }: InstanceChannels, config: Config, part: Part | 'validation'): GraphNode[] {
  if (!embedded) return [];
  const options = (config.PROBLEM.INSTANCE_SEG.DATA_CHANNELS_EXTRA_OPTS[0] ?? {}) as Record<string, ChannelOptions>;
  const { center_mode: mode = 'medoid', medoid_max_points: mostPoints = 10_000 } = options.E_offset ?? {};
  return [node(`${part}-centres`, 'augmenter/embedding-centres', { mode, mostPoints })];
}

interface TestParts {
  channels: InstanceChannels;
  network: NetworkSpec;
}

/** loader → normalizer → channels → cutter → model → stitcher → objects → writers → report, with metrics between. */
function testGraph(config: Config, catalog: Catalog, parts: TestParts): Graph {
  const stack = stackedImages(config);
  if (stack) checkStack(config);
  const nodes: GraphNode[] = [
    ...predicting(config, catalog, parts),
    // From here on the stack is one image.
    ...(stack
      ? [
          node('report', 'metric/report'),
          { ...stack, with: { ...stack.with, also: ['truth'] } },
          ...(config.TEST.SAVE_MODEL_RAW_OUTPUT
            ? [node('stack-writer', 'writer/images', { folder: config.PATHS.RESULT_DIR.AS_3D_STACK })]
            : []),
        ]
      : []),
    ...segmenting(config, catalog, parts.channels),
    node(stack ? 'stack-report' : 'report', 'metric/report', {
      ...(stack && { counts: false }),
      ...(!config.TEST.MATCHING_STATS_BY_IMAGE && { pooled: matchNames(config) }),
    }),
  ];
  return { phase: 'test', nodes, edges: chain(...nodes) };
}

/** From images to channels of whole images, measured and written; or from those of an earlier run. */
function predicting(config: Config, catalog: Catalog, { channels, network }: TestParts): GraphNode[] {
  const { TEST: test } = config;
  const whole = isWhole(config);
  const raw = whole ? config.PATHS.RESULT_DIR.FULL_IMAGE : config.PATHS.RESULT_DIR.PER_IMAGE;
  const classed = channels.classes > 0;
  const reused = reusedPredictions(config, { folder: raw, channels: channels.width + Number(classed) });
  // Saved predictions have class ids, not the probabilities of all classes.
  const metrics = channels.metrics(reused && 0);
  const own: GraphNode[] = [
    whole
      ? node('cutter', 'stitcher/whole-image', { divisor: divisorsOf(config, network, catalog) })
      : node('cutter', 'stitcher/cut-patches', section(catalog, 'stitcher/cut-patches', config, 'test')),
    ...normalizing(config, catalog, 'test', 'normalizer').patches,
    node('model', 'model/predict', {
      network,
      ...predictionParameters(config, channels.directed),
      activations: channels.activations,
    }),
    ...(whole ? [] : measure(config, 'patch-metrics', { metrics, variant: 'per patch' })),
    node('stitcher', 'stitcher/join-patches', {
      ...section(catalog, 'stitcher/join-patches', config, 'test'),
      channels: channels.width + channels.classes,
    }),
    ...undoPreprocessing(config, catalog, 'channels', ['truth']),
  ];
  return [
    node('loader', 'loader/folder', {
      ...loaderParameters(config, catalog, 'test'),
      whole: true,
      whyWhole: 'objects are made of all of its prediction at once',
      ...(isMeasured(config) && labelImages(channels)),
    }),
    ...(reused ? [] : preprocessors(config, catalog, 'test')),
    ...filtered(config, catalog, 'test', normalizing(config, catalog, 'test', 'normalizer').images),
    ...(isMeasured(config)
      ? [targets(config, catalog, 'test', 'targets'), pictures(config, catalog, 'test', 'target-pictures')]
      : []),
    ...(reused ? [reused] : own),
    ...measure(config, 'metrics', { metrics, variant: whole ? 'per image' : 'merge patches' }),
    ...(classed && !reused
      ? [node('class-channel', 'postprocessor/class-channel', { classes: channels.classes })]
      : []),
    ...(test.SAVE_MODEL_RAW_OUTPUT && !reused ? [node('prediction-writer', 'writer/images', { folder: raw })] : []),
  ];
}

/** From channels to objects, which are measured, written, changed, and measured and written again. */
function segmenting(config: Config, catalog: Catalog, channels: InstanceChannels): GraphNode[] {
  const { TEST: test } = config;
  const stacked = stackedImages(config) !== undefined;
  const { made, changed } = objectFolders(config, stacked);
  const [plain, processed] = stacked
    ? (['as 3D stack', 'as 3D stack - post-processing'] as const)
    : (['per image', 'post-processing'] as const);
  const cropped = test.EVAL_BORDER_CROP as number[];
  const border = stacked ? alongStack(cropped) : [...cropped];
  const smooth = section(catalog, 'postprocessor/median-filter', config, 'test');
  const product = smooth ? 'smoothed' : 'channels';
  const thresholds = [...(test.MATCHING_STATS_THS as number[])];
  const coloured = [...(test.MATCHING_STATS_THS_COLORED_IMG as number[])];
  /** Classes, files, measures and pictures of objects as they are at one point. */
  const tell = (name: string, folder: string, variant: string, suffix: string): GraphNode[] => [
    ...(channels.classes > 0 ? [node(`${name}-classes`, 'postprocessor/object-classes', { classes: product })] : []),
    node(`${name}-writer`, 'writer/images', { product: 'labels', folder, kind: 'labels' }),
    ...(isMeasured(config) && test.MATCHING_STATS
      ? [
          node(`${name}-metrics`, 'metric/objects', {
            ...{ thresholds, also: coloured, border, pooled: !test.MATCHING_STATS_BY_IMAGE, variant },
          }),
          node(`${name}-associations`, 'writer/object-associations', {
            ...{ folder: config.PATHS.RESULT_DIR.INST_ASSOC_POINTS, suffix, coloured },
          }),
        ]
      : []),
    node(`${name}-pictures`, 'writer/object-pictures', {
      folder: `${folder}_overlays`,
      threshold: thresholds.includes(0.5) ? 0.5 : thresholds[0],
    }),
  ];
  const changes = changingObjects(config, catalog, product);
  return [
    ...(smooth
      ? [
          node('median-filter', 'postprocessor/median-filter', smooth),
          ...measure(config, 'smoothed-metrics', { metrics: channels.metrics(0), variant: processed, product, border }),
          // Objects that are changed afterwards have the name of the image in that folder.
          node('smoothed-writer', 'writer/images', { product, folder: changed, suffix: '_channels' }),
        ]
      : []),
    ...makingObjects(config, catalog, product),
    ...tell('instance', made, plain, ''),
    ...changes,
    ...measuringObjects(config, catalog, { made, changed }),
    ...(changes.length > 0 || isRemoving(config) ? tell('final', changed, processed, '_post-proc') : []),
  ];
}

function isWhole({ TEST: test, PROBLEM: problem }: Config): boolean {
  return test.FULL_IMG && problem.NDIM === '2D';
}

/** Where objects go as they are made, and after they were changed. */
function objectFolders(config: Config, stacked: boolean): { made: string; changed: string } {
  const folders = config.PATHS.RESULT_DIR;
  if (stacked) return { made: `${folders.AS_3D_STACK}_instances`, changed: folders.AS_3D_STACK_POST_PROCESSING };
  return isWhole(config)
    ? { made: folders.FULL_IMAGE_INSTANCES, changed: folders.FULL_IMAGE_POST_PROCESSING }
    : { made: folders.PER_IMAGE_INSTANCES, changed: folders.PER_IMAGE_POST_PROCESSING };
}

function matchNames({ TEST: test }: Config): string[] {
  return (test.MATCHING_STATS_THS as number[]).flatMap((one) =>
    matchStatisticNames.map((name) => `${name} (IoU ${one})`),
  );
}

/** Rays, flows and embeddings of planes say nothing of a volume. */
function checkStack(config: Config): void {
  const { INSTANCE_CREATION_PROCESS: process } = config.PROBLEM.INSTANCE_SEG;
  if (process !== 'watershed')
    throw new ConfigError([
      {
        severity: 'error',
        key: 'TEST.ANALIZE_2D_IMGS_AS_3D_STACK',
        message: `objects of a stack are made by a watershed, not by ${process}.`,
        advice: 'Switch it off, or use channels for a watershed, such as [F, C].',
      },
    ]);
}
