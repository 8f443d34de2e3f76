import { join } from 'node:path';
import { ConfigError, type Problem } from '../errors.js';
import { compareWithCheckpoint } from './check/checkpoint.js';
import { checkConfig } from './check.js';
import { type CheckpointContent, checkpointOf, takeFromCheckpoint } from './checkpoint.js';
import { deriveDependent } from './derive.js';
import { defaultConfig } from './keys.js';
import { readMapping } from './mapping.js';
import { mergeOverDefaults } from './merge.js';
import { freeSections, readOverride } from './override.js';
import { readYaml } from './read.js';
import { Report } from './report.js';
import type { Config } from './schema.js';
import { readSource } from './source.js';
import { entryAt, mergeEntry, nestDottedKeys } from './tree.js';
import { upgrade } from './upgrade.js';
import type { Mapping } from './value.js';

export interface LoadOptions {
  /** `KEY=VALUE` texts, applied in order after the file. */
  overrides?: string[];
  /** Names the results; default `unknown_job`. */
  jobName?: string;
  /** Default 1. */
  runId?: number;
  /** Folder that holds the job's folder; default `out`. */
  resultDir?: string;
  /** Look whether folders and files exist; default true. */
  checkPaths?: boolean;
  /** Names that plugins bring, valid beside the built-in ones. */
  extra?: { workflows?: string[]; architectures?: string[]; losses?: string[]; metrics?: string[]; trained?: string[] };
  /** What the checkpoint that is to be loaded holds: {@link checkpointToLoad} names its file. */
  checkpoint?: CheckpointContent;
  /**
   * Further problems that are to be told together with these, such as those of the graph. Also called for a
   * `broken` configuration, one with errors; what it throws then is dropped.
   */
  also?: (config: Config, broken: boolean) => Problem[];
}

export interface LoadedConfig {
  config: Config;
  /** Notices and warnings; errors are thrown. */
  problems: Problem[];
  /** The file as it was, empty for a mapping. */
  text: string;
  file: string;
  /** Where the user wrote a key, which may be an old one or `GRAPH.test.0`; undefined for what the file leaves out. */
  locate(key: string): { line: number; column: number } | undefined;
}

/**
 * Reads a configuration, upgrades old keys, fills in defaults and derived values, and checks everything.
 *
 * @param source path of a YAML file, or a mapping in memory
 * @throws ConfigError with every problem found, warnings included, when one of them is an error.
 */
export function loadConfig(source: string | Record<string, unknown>, options: LoadOptions = {}): LoadedConfig {
  const { written, problems, text, file } = readTree(source, options.overrides ?? []);
  const report = new Report(written, file);
  report.problems.push(...problems);

  const job = jobOf(options, report);
  const config = defaultConfig(job);
  mergeOverDefaults(written, config, report);
  if (!config.PROBLEM.PRINT_OLD_KEY_CHANGES) removeNotices(report.problems);
  const embedded = options.checkpoint && takeFromCheckpoint(config, options.checkpoint, report);
  deriveDependent(config);
  checkConfig(config, report, {
    jobId: job.id,
    checkPaths: options.checkPaths ?? true,
    extra: options.extra ?? {},
    modelWritten: options.checkpoint !== undefined && !embedded,
  });
  if (embedded)
    for (const problem of compareWithCheckpoint(config, embedded.config, embedded.states))
      report.problems.push({ file, ...problem });

  report.problems.push(...furtherProblems(config, written, file, options.also, report.problems));
  const sorted = inFileOrder(report.problems);
  if (sorted.some((problem) => problem.severity === 'error')) throw new ConfigError(sorted, { where: { file } });
  return { config, problems: sorted, text, file, locate: (key) => placeOf(written, key) };
}

function furtherProblems(
  config: Config,
  written: Mapping,
  file: string,
  also: LoadOptions['also'],
  known: readonly Problem[],
): Problem[] {
  const broken = known.some((problem) => problem.severity === 'error');
  const told = new Set(known.filter((problem) => problem.severity === 'error').map((problem) => problem.key));
  try {
    return (also?.(config, broken) ?? [])
      .filter((problem) => problem.key === undefined || !told.has(problem.key))
      .map((problem) => ({ file, ...(problem.key !== undefined && placeOf(written, problem.key)), ...problem }));
  } catch (error) {
    if (broken) return [];
    throw error;
  }
}

/**
 * The PLUGINS of a configuration that has not been checked: plugins bring names that the checks need. What is wrong
 * with the file is left to {@link loadConfig}.
 */
export function readPlugins(source: string | Record<string, unknown>, overrides: string[] = []): string[] {
  try {
    const value = entryAt(readTree(source, overrides).written, 'PLUGINS')?.value;
    if (value?.kind !== 'list' && value?.kind !== 'tuple') return [];
    return value.items.flatMap((item) => (item.kind === 'str' ? [item.value] : []));
  } catch (error) {
    if (error instanceof ConfigError) return [];
    throw error;
  }
}

/** The checkpoint whose network or normalisation a configuration asks for, where there is such a file. */
export function checkpointToLoad(
  source: string | Record<string, unknown>,
  options: Pick<LoadOptions, 'overrides' | 'jobName' | 'runId' | 'resultDir'>,
): string | undefined {
  try {
    const { written, file } = readTree(source, options.overrides ?? []);
    const report = new Report(written, file);
    const job = jobOf(options, report);
    const config = defaultConfig(job);
    mergeOverDefaults(written, config, report);
    return checkpointOf(config, job.id);
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}

/**
 * The configuration embedded in a checkpoint, made ready for inference with it (R001): training off, testing on without
 * ground truth, the checkpoint loaded, and paths left to the new run.
 */
export function configForInference(embedded: Record<string, unknown>): Record<string, unknown> {
  const { PATHS: _paths, ...kept } = structuredClone(embedded);
  const section = (parent: Record<string, unknown>, name: string): Record<string, unknown> => {
    const value = parent[name];
    const mapping = typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
    parent[name] = mapping;
    return mapping as Record<string, unknown>;
  };
  section(kept, 'TRAIN').ENABLE = false;
  section(kept, 'TEST').ENABLE = true;
  section(section(kept, 'DATA'), 'TEST').LOAD_GT = false;
  section(kept, 'MODEL').LOAD_CHECKPOINT = true;
  return kept;
}

/** Everything the user wrote, upgraded, overrides laid over the file. */
function readTree(source: string | Record<string, unknown>, overrides: readonly string[]) {
  const base = typeof source === 'string' ? readFile(source) : readObject(source);
  const written = nestDottedKeys(base.tree, freeSections);
  const problems = [...base.problems, ...upgrade(written)];
  for (const option of overrides) {
    const override = readOverride(option);
    if ('problem' in override) problems.push(override.problem);
    else {
      problems.push(...upgrade(override.tree, written));
      for (const [name, entry] of override.tree.entries) mergeEntry(written, name, entry);
    }
  }
  return { written, problems, text: base.text, file: base.file };
}

function readFile(file: string): { tree: Mapping; problems: Problem[]; text: string; file: string } {
  const source = readSource(file);
  const { value, problems } = readYaml(source);
  if (value.kind === 'map') return { tree: value, problems, text: source.original, file };
  const message = value.kind === 'null' ? 'The file is empty.' : 'The file does not hold a mapping of keys.';
  const advice = 'Start with a section, such as PROBLEM: with TYPE: and NDIM: indented below it.';
  throw new ConfigError([{ severity: 'error', ...value.origin, message, advice, rule: 'R001' }]);
}

function readObject(source: Record<string, unknown>) {
  const file = 'the given mapping';
  return { tree: readMapping(source, file), problems: [] as Problem[], text: '', file };
}

function jobOf(options: LoadOptions, report: Report): { name: string; dir: string; id: string } {
  const name = options.jobName ?? 'unknown_job';
  if (/[/\\]/.test(name) || name === '' || name === '.' || name === '..')
    report.problems.push({
      severity: 'error',
      message: `The job name ${JSON.stringify(name)} is not a plain name.`,
      advice: 'Give a name without slashes; it becomes the name of a folder.',
    });
  return { name, dir: join(options.resultDir ?? 'out', name), id: `${name}_${options.runId ?? 1}` };
}

function removeNotices(problems: Problem[]): void {
  for (let i = problems.length - 1; i >= 0; i--) if (problems[i].severity === 'notice') problems.splice(i, 1);
}

/** In the order of the file, overrides after it, and what has no place at the end. */
function inFileOrder(problems: readonly Problem[]): Problem[] {
  const place = (problem: Problem) => problem.line ?? (problem.file?.startsWith('--set ') ? 1e9 : 2e9);
  return [...problems].sort((a, b) => place(a) - place(b) || (a.column ?? 0) - (b.column ?? 0));
}

function placeOf(written: Mapping, key: string): { line: number; column: number } | undefined {
  const origin = entryAt(written, key)?.origin;
  return origin?.line === undefined ? undefined : { line: origin.line, column: origin.column ?? 1 };
}
