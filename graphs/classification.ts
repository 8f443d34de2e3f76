/**
 * Classification: one class for each whole image.
 */
import type { Config } from '../core/config/index.js';
import { ConfigError } from '../core/errors.js';
import { chain, type Graph, type GraphNode, node } from '../core/graph/graph.js';
import { type Catalog, definePreset, type Part } from '../core/plugin/define.js';
import type { MetricSpec, NetworkSpec } from '../core/plugin/network-spec.js';
import { isMeasured, measure } from './measuring.js';
import { lossesOf, metricsOf, networkOf } from './network-parts.js';
import {
  filtered,
  loaderParameters,
  normalizing,
  predictionParameters,
  preprocessors,
  section,
  trainingGraph,
} from './supervised.js';

export const classification = definePreset({
  id: 'CLASSIFICATION',
  summary: 'A class for each image as a whole; the images of a class are a folder.',
  graphs(config, catalog) {
    const classes = config.DATA.N_CLASSES;
    if (classes < 2)
      throw new ConfigError([
        {
          severity: 'error',
          key: 'DATA.N_CLASSES',
          message: `expected 2 classes or more, came ${classes}.`,
          advice: 'With one class there is nothing to tell apart: add a folder of other images, such as background.',
        },
      ]);
    const network = networkOf(config, catalog, [classes]);
    return {
      ...(config.TRAIN.ENABLE && {
        train: trainingGraph(config, catalog, {
          network,
          losses: lossesOf(config, catalog),
          metrics: trainingMetrics(config, catalog),
          loader: () => ({ targets: null, classes: { count: classes, known: true } }),
          patches: () => WHOLE,
        }),
      }),
      ...(config.TEST.ENABLE && { test: testGraph(config, catalog, network) }),
    };
  },
});

/** An image is its only patch, wherever DATA says that patches are cut. */
const WHOLE = { overlap: [], padding: [], random: false, foreground: null };

/** Among five classes the right one is always one of the best five. */
function trainingMetrics(config: Config, catalog: Catalog): MetricSpec {
  return metricsOf(config.TRAIN.METRICS as string[], config, catalog).filter(
    ({ id }) => id !== 'top-5-accuracy' || config.DATA.N_CLASSES > 5,
  );
}

/** loader → preprocessors → normalizer → model → class of each image → tables and report, with metrics between. */
function testGraph(config: Config, catalog: Catalog, network: NetworkSpec): Graph {
  const { TEST: test, PATHS: paths, DATA: data } = config;
  const classes = data.N_CLASSES;
  const known = isMeasured(config);
  const folder = paths.RESULT_DIR.PATH;
  const from = (plugin: string, part: Part = 'test') => section(catalog, plugin, config, part);
  const measures: GraphNode[] = known
    ? [
        ...measure(config, 'metrics', {
          metrics: metricsOf(test.METRICS as string[], config, catalog),
          variant: 'per image',
          border: [],
        }),
        node('confusion', 'metric/confusion', { classes, folder }),
      ]
    : [];
  const nodes: GraphNode[] = [
    node('loader', 'loader/folder', {
      ...loaderParameters(config, catalog, 'test'),
      targets: null,
      classes: { count: classes, known },
    }),
    ...preprocessors(config, catalog, 'test'),
    ...filtered(config, catalog, 'test', normalizing(config, catalog, 'test', 'normalizer').images),
    node('cutter', 'stitcher/cut-patches', { ...from('stitcher/cut-patches'), overlap: [], padding: [] }),
    node('model', 'model/predict', { network, ...predictionParameters(config), activations: ['softmax'] }),
    node('stitcher', 'stitcher/join-scores'),
    node('classifier', 'postprocessor/binarize'),
    ...measures,
    node('table-writer', 'writer/class-table', { file: `${folder}/predictions.csv` }),
    node('report', 'metric/report'),
  ];
  return { phase: 'test', nodes, edges: chain(...nodes) };
}
