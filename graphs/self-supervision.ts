/**
 * Self-supervision: a network learns from images without labels, by restoring what was taken from them. Its encoder is
 * where another training starts from.
 */
import type { Config } from '../core/config/index.js';
import { chain, type Graph, type GraphNode, node } from '../core/graph/graph.js';
import { type Catalog, definePreset, type Part } from '../core/plugin/define.js';
import type { NetworkSpec } from '../core/plugin/network-spec.js';
import { measure } from './measuring.js';
import { lossesOf, metricsOf, networkOf } from './network-parts.js';
import { restorationGraphs } from './restoration.js';
import { filtered, loaderParameters, normalizing, preprocessors, section, trainingGraph } from './supervised.js';

export const selfSupervision = definePreset({
  id: 'SELF_SUPERVISED',
  summary: 'Learning from images without labels, by restoring degraded images or hidden parts of them.',
  graphs(config, catalog) {
    const channels = (config.DATA.PATCH_SIZE as number[]).at(-1)!;
    const network = networkOf(config, catalog, [channels]);
    if (config.PROBLEM.SELF_SUPERVISED.PRETEXT_TASK === 'masking') return masking(config, catalog, network, channels);
    // Targets are the images as they were, which the crappifier among the preprocessors keeps.
    return restorationGraphs(config, catalog, {
      network,
      losses: lossesOf(config, catalog),
      targetChannels: channels,
      loader: { targets: null },
      measured: true,
    });
  },
});

/** The network hides parts of its input, and compares its guesses itself. */
function masking(config: Config, catalog: Catalog, network: NetworkSpec, channels: number) {
  return {
    ...(config.TRAIN.ENABLE && {
      train: trainingGraph(config, catalog, {
        network,
        losses: [{ id: 'network', weight: 1, parameters: {} }],
        metrics: [],
        loader: () => ({ targets: null }),
      }),
    }),
    ...(config.TEST.ENABLE && { test: testGraph(config, catalog, network, channels) }),
  };
}

/** Products of a reconstruction, and the ends of their files. */
const PICTURES = ['masked', 'reconstruction', 'reconstruction_and_visible'];

/** loader → normalizer → cutter → autoencoder → stitcher → intensities → pictures → report. */
function testGraph(config: Config, catalog: Catalog, network: NetworkSpec, channels: number): Graph {
  const { TEST: test, TRAIN: train, PATHS: paths } = config;
  const folder = paths.MAE_OUT_DIR;
  const from = (plugin: string, part: Part = 'test') => section(catalog, plugin, config, part);
  const writer = (product: string, suffix: string): GraphNode =>
    node(`${suffix.replaceAll('_', '-')}-writer`, 'writer/images', { product, folder, suffix: `_${suffix}` });
  const nodes: GraphNode[] = [
    node('loader', 'loader/folder', { ...loaderParameters(config, catalog, 'test'), targets: null }),
    ...preprocessors(config, catalog, 'test'),
    ...filtered(config, catalog, 'test', normalizing(config, catalog, 'test', 'normalizer').images),
    node('cutter', 'stitcher/cut-patches', from('stitcher/cut-patches')),
    ...normalizing(config, catalog, 'test', 'normalizer').patches,
    node('model', 'model/reconstruct', { network, batchSize: train.BATCH_SIZE }),
    node('patch-intensities', 'postprocessor/denormalize-patch', from('postprocessor/denormalize-patch')),
    node('stitcher', 'stitcher/join-patches', {
      ...from('stitcher/join-patches'),
      channels: PICTURES.length * channels,
      weights: 'plain',
    }),
    node('intensities', 'postprocessor/denormalize', from('postprocessor/denormalize')),
    node('pictures', 'postprocessor/split-channels', { product: 'restored', into: PICTURES }),
    ...measure(config, 'metrics', {
      metrics: metricsOf(test.METRICS as string[], config, catalog),
      variant: 'merge patches',
      measured: true,
      product: 'reconstruction',
    }),
    writer('raw', 'original'),
    ...PICTURES.map((product) => writer(product, product)),
    node('panel-writer', 'writer/panels', { product: 'reconstruction_and_visible', folder: `${folder}_panels` }),
    node('report', 'metric/report'),
  ];
  return { phase: 'test', nodes, edges: chain(...nodes) };
}
