/**
 * Everything before the first pixel: plugins, configuration, graphs. All problems come out here.
 */
import path from 'node:path';
import { type Config, loadConfig, readPlugins } from '../config/index.js';
import { ConfigError, GraphError, type Problem } from '../errors.js';
import { type BoundGraph, bindGraph } from '../graph/compile.js';
import { type Edit, editGraph } from '../graph/edit.js';
import type { Graph } from '../graph/graph.js';
import { nearest } from '../graph/nearest.js';
import type { Catalog, Plugin, PresetDefinition } from '../plugin/define.js';
import { loadPlugin } from '../plugin/load.js';
import { createRegistry } from '../plugin/registry.js';
import type { Phase } from './events.js';

/** What the engine is put together with; core knows no plugin. */
export interface Assembly {
  builtIns: readonly Plugin[];
  /** URL of Biagraph's own entry, for plugins that import it. */
  selfUrl: string;
  /** Module that decodes images in worker threads, and the formats that it knows. */
  decoder?: { url: URL; formats: readonly string[] };
  /** Switches that are on and that no node answers to. */
  unavailable?: (config: Config, catalog: Catalog) => Problem[];
}

export interface PrepareOptions {
  /** YAML file, or a configuration as an object. */
  source: string | Record<string, unknown>;
  /** `KEY=VALUE` texts. */
  overrides?: string[];
  /** Plugins beside those that the configuration names. */
  plugins?: string[];
  /** Default: the stem of the YAML file. */
  jobName?: string;
  runId?: number;
  resultDir?: string;
  /** Check that folders and files exist; default true. */
  checkPaths?: boolean;
}

export interface PreparedJob {
  readonly config: Config;
  readonly name: string;
  readonly runId: number;
  readonly resultDir: string;
  /** The YAML file; empty for an object. */
  readonly file: string;
  readonly text: string;
  readonly catalog: Catalog & { plugins: readonly Plugin[] };
  readonly graphs: Partial<Record<Phase, BoundGraph>>;
  /** Warnings and notices. */
  readonly problems: readonly Problem[];
  readonly assembly: Assembly;
}

/**
 * Loads plugins, reads and checks the configuration, makes and edits the graphs and compiles them.
 *
 * @throws PluginError, ConfigError or GraphError, the latter two with every problem found.
 */
export async function prepareJob(options: PrepareOptions, assembly: Assembly): Promise<PreparedJob> {
  const { source, overrides = [] } = options;
  const isFile = typeof source === 'string';
  const folder = isFile ? path.dirname(path.resolve(source)) : process.cwd();
  const name = options.jobName ?? (isFile ? path.parse(source).name : 'unknown_job');
  const runId = options.runId ?? 1;
  const resultDir = options.resultDir ?? 'out';

  const wanted = [...new Set([...readPlugins(source, overrides), ...(options.plugins ?? [])])];
  const external: Plugin[] = [];
  for (const spec of wanted) external.push(await loadPlugin(spec, folder, assembly.selfUrl));
  const catalog = createRegistry([...assembly.builtIns, ...external]);

  const loaded = loadConfig(source, {
    overrides,
    jobName: name,
    runId,
    resultDir,
    checkPaths: options.checkPaths ?? true,
    extra: {
      architectures: catalog.models().map(({ id }) => id),
      losses: catalog.losses().map(({ id }) => id),
      metrics: catalog.metrics().map(({ id }) => id),
    },
  });
  const locate = (problem: Problem): Problem => ({
    ...(isFile && { file: source }),
    ...(problem.key !== undefined && loaded.locate(problem.key)),
    ...problem,
  });

  const { config } = loaded;
  const problems = (assembly.unavailable?.(config, catalog) ?? []).map(locate);
  const preset = findPreset(config, catalog, problems, locate);
  const made = preset ? collect(() => preset.graphs(config, catalog), problems, locate) : undefined;
  if (problems.length > 0) throw new ConfigError(problems);

  const graphs: Partial<Record<Phase, BoundGraph>> = {};
  for (const [phase, graph] of Object.entries(made ?? {}) as [Phase, Graph][]) {
    const edited = editGraph(graph, (config.GRAPH[phase] ?? []) as Edit[], catalog);
    const { bound, problems: found } = bindGraph(edited.graph, catalog);
    problems.push(...[...edited.problems, ...found].map(locate));
    graphs[phase] = bound;
  }
  if (problems.length > 0) throw new GraphError(problems);
  return {
    config,
    name,
    runId,
    resultDir,
    file: loaded.file,
    text: loaded.text,
    catalog,
    graphs,
    problems: loaded.problems,
    assembly,
  };
}

function findPreset(
  config: Config,
  catalog: Catalog,
  problems: Problem[],
  locate: (problem: Problem) => Problem,
): PresetDefinition | undefined {
  const ids = catalog.presets().map(({ id }) => id);
  const preset = catalog.presets().find(({ id }) => id === config.PROBLEM.TYPE);
  if (!preset)
    problems.push(
      locate({
        severity: 'error',
        key: 'PROBLEM.TYPE',
        message: `there is no workflow for ${config.PROBLEM.TYPE} in this version of Biagraph.`,
        advice: `Available: ${ids.join(', ')}.${nearest(config.PROBLEM.TYPE, ids) ? '' : ' A plugin may bring others.'}`,
      }),
    );
  return preset;
}

/** Runs `work`; the problems of a ConfigError join the others instead of hiding them. */
function collect<T>(work: () => T, problems: Problem[], locate: (problem: Problem) => Problem): T | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    problems.push(...error.problems.map(locate));
    return undefined;
  }
}
