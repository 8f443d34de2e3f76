/**
 * From predicted channels to objects, and what becomes of them: the nodes by PROBLEM.INSTANCE_SEG.INSTANCE_CREATION_PROCESS and
 * TEST.POST_PROCESSING.
 */
import type { ChannelOptions } from '../core/config/check/channel-options.js';
import type { Config } from '../core/config/index.js';
import { ConfigError, type Problem } from '../core/errors.js';
import { type GraphNode, node } from '../core/graph/graph.js';
import type { Catalog } from '../core/plugin/define.js';
import { section, stackedImages } from './supervised.js';

/** The node of each way to make objects. It takes `channels` and leaves the product `labels`. */
const MAKERS: Readonly<Record<string, string>> = {
  watershed: 'postprocessor/watershed',
  agglomeration: 'postprocessor/agglomeration',
  stardist: 'postprocessor/stardist',
  embeddings: 'postprocessor/embeddings',
  'gradient-flow': 'postprocessor/gradient-flow',
};

/** What a watershed works with, by BiaPy's file names, and what each holds. */
const CHECKS = { seed_map: 'labels', topografic_surface: 'image', growth_mask: 'labels' } as const;

/** Nodes that change objects, in BiaPy's order. */
const CHANGERS = [
  'postprocessor/refine-objects',
  'postprocessor/repair-large-objects',
  'postprocessor/grow-over-mask',
] as const;

/**
 * The node that makes objects, and writers of what it made them of, where that is asked for.
 *
 * @param product channels that objects are made of.
 * @throws ConfigError where there is no such node.
 */
export function makingObjects(config: Config, catalog: Catalog, product: string): GraphNode[] {
  const problems = unavailableObjects(config, catalog);
  if (problems.length > 0) throw new ConfigError(problems);
  const plugin = MAKERS[config.PROBLEM.INSTANCE_SEG.INSTANCE_CREATION_PROCESS];
  const parameters = section(catalog, plugin, config, 'test');
  return [
    node('objects', plugin, { ...parameters, product }),
    ...(parameters?.check === true ? checkWriters(config, ['seed_map', 'topografic_surface', 'growth_mask']) : []),
  ];
}

/** Writers of what a watershed worked with (DATA_CHECK_MW), in a folder for each image. */
export function checkWriters(config: Config, files: (keyof typeof CHECKS)[]): GraphNode[] {
  return files.map((file) =>
    node(file.replace('_', '-'), 'writer/images', {
      product: file,
      folder: config.PATHS.WATERSHED_DIR,
      suffix: `/${file}`,
      kind: CHECKS[file],
    }),
  );
}

/** Nodes that change the objects that were made, as far as they are switched on. @param product channels that objects were made of. */
export function changingObjects(config: Config, catalog: Catalog, product: string): GraphNode[] {
  return CHANGERS.flatMap((plugin) => {
    const parameters = section(catalog, plugin, config, 'test');
    if (!parameters) return [];
    const channels = plugin === 'postprocessor/grow-over-mask' ? { product } : {};
    return [node(nameOf(plugin), plugin, { ...parameters, ...channels })];
  });
}

/** Nodes that measure objects, write the measures, and remove objects by them. */
export function measuringObjects(
  config: Config,
  catalog: Catalog,
  folders: { made: string; changed: string },
): GraphNode[] {
  const plugin = 'postprocessor/measure-objects';
  const parameters = section(catalog, plugin, config, 'test');
  if (!parameters) return [];
  const left = isRemoving(config) ? folders.changed : null;
  return [
    node(nameOf(plugin), plugin, stackedImages(config) ? alongStack(parameters) : parameters),
    node('object-table', 'writer/object-table', { all: folders.made, left }),
  ];
}

/** Planes of a stack lie one pixel apart where nothing else is said. */
function alongStack(parameters: Record<string, unknown>): Record<string, unknown> {
  const spacing = parameters.spacing as number[];
  return { ...parameters, spacing: spacing.length === 2 ? [1, ...spacing] : spacing };
}

/** Whether objects are removed by their measures. */
export function isRemoving({ TEST: test }: Config): boolean {
  const { ENABLE, REMOVE_BY_PROPERTIES: removal } = test.POST_PROCESSING.MEASURE_PROPERTIES;
  return ENABLE && removal.ENABLE;
}

function nameOf(plugin: string): string {
  return plugin.split('/')[1];
}

/** What cannot be done yet. */
function unavailableObjects(config: Config, catalog: Catalog): Problem[] {
  const { INSTANCE_CREATION_PROCESS: process } = config.PROBLEM.INSTANCE_SEG;
  if (config.PROBLEM.TYPE !== 'INSTANCE_SEG') return [];
  if (!has(catalog, MAKERS[process]))
    return [
      {
        severity: 'error',
        key: 'PROBLEM.INSTANCE_SEG.INSTANCE_CREATION_PROCESS',
        message: `this version of Biagraph does not make objects by ${process} yet.`,
        advice: 'Use channels for a watershed, such as [F, C] in DATA_CHANNELS.',
      },
    ];
  if (process !== 'watershed' && config.TEST.POST_PROCESSING.REMOVE_CLOSE_POINTS)
    return [
      {
        severity: 'error',
        key: 'TEST.POST_PROCESSING.REMOVE_CLOSE_POINTS',
        message: `close seeds are those of a watershed, but objects are made by ${process}.`,
        advice: 'Switch it off.',
      },
    ];
  const { STARDIST } = config.PROBLEM.INSTANCE_SEG;
  if (process === 'stardist' && (STARDIST.GRID as number[]).some((step) => step !== 1))
    return [
      {
        severity: 'error',
        key: 'PROBLEM.INSTANCE_SEG.STARDIST.GRID',
        message: 'the networks of Biagraph predict every pixel.',
        advice: 'Leave it empty.',
      },
    ];
  return [];
}

/** Targets that are not made of labels here: synapses, and the distances and flows of Omnipose. */
export function unavailableChannels(config: Config): Problem[] {
  const { TYPE } = config.PROBLEM.INSTANCE_SEG;
  if (config.PROBLEM.TYPE === 'INSTANCE_SEG' && TYPE !== 'regular')
    return [
      {
        severity: 'error',
        key: 'PROBLEM.INSTANCE_SEG.TYPE',
        message: `this version of Biagraph does not find ${TYPE} yet.`,
        advice: 'Write regular, for objects with outlines.',
      },
    ];
  const options = (config.PROBLEM.INSTANCE_SEG.DATA_CHANNELS_EXTRA_OPTS[0] ?? {}) as Record<string, ChannelOptions>;
  const named = Object.entries(options).find(
    ([, { gradient_type, val_type }]) => gradient_type === 'omnipose' || val_type === 'omnipose',
  );
  if (config.PROBLEM.TYPE !== 'INSTANCE_SEG' || !named) return [];
  return [
    {
      severity: 'error',
      key: 'PROBLEM.INSTANCE_SEG.DATA_CHANNELS_EXTRA_OPTS',
      message: `channel ${named[0]}: this version of Biagraph has neither the distances nor the flows of Omnipose.`,
      advice: 'Use flows of Cellpose: gradient_type: cellpose, with the channel F.',
    },
  ];
}

function has(catalog: Catalog, plugin: string): boolean {
  return catalog.nodes().some(({ id }) => id === plugin);
}
