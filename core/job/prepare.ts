/**
 * Everything before the first pixel: plugins, configuration, graphs. All problems come out here.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { type CheckpointContent, type Config, checkpointToLoad, loadConfig, readPlugins } from '../config/index.js';
import { ConfigError, type Problem } from '../errors.js';
import { type BoundGraph, bindGraph } from '../graph/compile.js';
import { type Edit, editGraph } from '../graph/edit.js';
import type { Graph } from '../graph/graph.js';
import type { Catalog, Plugin, PresetDefinition } from '../plugin/define.js';
import { loadPlugin } from '../plugin/load.js';
import { createRegistry } from '../plugin/registry.js';
import { readWeightHeader } from '../tensor/weights/index.js';
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
  /** Checkpoint to load instead of the one that the configuration names. */
  checkpoint?: string;
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
 * @throws PluginError; ConfigError with every problem of the configuration and of its graphs.
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

  const trained = catalog.models().flatMap((model) => (model.trained ? [model.id] : []));
  const graphs: Partial<Record<Phase, BoundGraph>> = {};
  const loaded = loadConfig(source, {
    overrides,
    jobName: name,
    runId,
    resultDir,
    checkPaths: options.checkPaths ?? true,
    checkpoint: await readCheckpoint(
      options.checkpoint ?? checkpointToLoad(source, { overrides, jobName: name, runId, resultDir }),
    ),
    // Built-in names have rules of their own, which names of plugins are free of.
    extra: {
      workflows: external.flatMap(({ presets }) => presets.map(({ id }) => id)),
      architectures: [...external.flatMap(({ models }) => models.map(({ id }) => id)), ...trained],
      trained,
      losses: external.flatMap(({ losses }) => losses.map(({ id }) => id)),
      metrics: external.flatMap(({ metrics }) => metrics.map(({ id }) => id)),
    },
    also: (config, broken) => [
      ...(assembly.unavailable?.(config, catalog) ?? []),
      ...makeGraphs(config, catalog, graphs, broken),
    ],
  });
  return {
    config: loaded.config,
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

/** What a checkpoint says of its network; undefined without one. @throws FormatError for a file that is none. */
async function readCheckpoint(file: string | undefined): Promise<CheckpointContent | undefined> {
  if (file === undefined || !existsSync(file)) return undefined;
  const { config, shapes } = await readWeightHeader(file);
  return { file, shapes, ...(config && { config }) };
}

/** Puts the compiled graphs of a configuration into `graphs`; returns every problem of theirs. */
function makeGraphs(
  config: Config,
  catalog: Catalog,
  graphs: Partial<Record<Phase, BoundGraph>>,
  broken: boolean,
): Problem[] {
  const preset = catalog.presets().find(({ id }) => id === config.PROBLEM.TYPE);
  if (!preset) return [withoutPreset(config, catalog)];
  const problems: Problem[] = [];
  for (const [phase, graph] of Object.entries(presetGraphs(preset, config, catalog, problems)) as [Phase, Graph][]) {
    const edited = editGraph(graph, (config.GRAPH[phase] ?? []) as Edit[], catalog);
    const { bound, problems: found } = bindGraph(edited.graph, catalog);
    problems.push(...edited.problems, ...(broken ? newProblems(found, graph, catalog) : found));
    graphs[phase] = bound;
  }
  return problems;
}

/** Problems that edits brought. Those of the preset's own graph only repeat what is wrong with the configuration. */
function newProblems(found: readonly Problem[], unedited: Graph, catalog: Catalog): Problem[] {
  const told = new Set(bindGraph(unedited, catalog).problems.map(({ node, message }) => `${node} ${message}`));
  return found.filter(({ node, message }) => !told.has(`${node} ${message}`));
}

function withoutPreset(config: Config, catalog: Catalog): Problem {
  const ids = catalog.presets().map(({ id }) => id);
  return {
    severity: 'error',
    key: 'PROBLEM.TYPE',
    message: `there is no workflow for ${config.PROBLEM.TYPE} in this version of Biagraph.`,
    advice: `Available: ${ids.join(', ')}. A plugin may bring others.`,
  };
}

/** What a preset cannot find in the catalog joins the other problems instead of hiding them. */
function presetGraphs(
  preset: PresetDefinition,
  config: Config,
  catalog: Catalog,
  problems: Problem[],
): Partial<Record<Phase, Graph>> {
  try {
    return preset.graphs(config, catalog);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    problems.push(...error.problems);
    return {};
  }
}
