/** What a checkpoint that is to be loaded says of its network and its images: `model_arch` and `norm`. */
import type { Problem } from '../errors.js';
import { findCheckpoint } from './check/checkpoint.js';
import { deriveDependent } from './derive.js';
import { defaultConfig, getKey, keyInfo, namesIn, setKey } from './keys.js';
import { readMapping } from './mapping.js';
import { mergeOverDefaults } from './merge.js';
import { Report } from './report.js';
import type { Config } from './schema.js';
import { entryAt } from './tree.js';
import { upgrade } from './upgrade.js';
import { showPlain } from './value.js';

/** A checkpoint, as far as the configuration depends on it. */
export interface CheckpointContent {
  file: string;
  /** Its configuration, of any release; undefined for a file of weights alone. */
  config?: Record<string, unknown>;
  /** Shapes of its weights by name. */
  shapes: ReadonlyMap<string, readonly number[]>;
}

/** Keys of MODEL that say how this job loads and saves, not what the network is. */
const OF_THE_JOB = new Set([
  'SOURCE',
  'LOAD_CHECKPOINT',
  'ITEMS_TO_LOAD_FROM_CHECKPOINT',
  'LOAD_CHECKPOINT_EPOCH',
  'OUT_CHECKPOINT_FORMAT',
  'SKIP_UNMATCHED_LAYERS',
  'SAVE_CKPT_FREQ',
  'FREEZE_LAYERS_MATCHING',
  'FIND_UNUSED_PARAMETERS',
  'BMZ',
  'TORCHVISION_MODEL_NAME',
]);

/** The file that {@link takeFromCheckpoint} needs the content of; undefined where nothing of it is wanted. */
export function checkpointOf(config: Config, jobId: string): string | undefined {
  const { LOAD_CHECKPOINT, ITEMS_TO_LOAD_FROM_CHECKPOINT: items } = config.MODEL;
  if (!LOAD_CHECKPOINT || !items.some((item) => item === 'model_arch' || item === 'norm')) return undefined;
  return findCheckpoint(config, jobId);
}

/**
 * Replaces the network of MODEL (`model_arch`) and DATA.NORMALIZATION (`norm`) by those of the checkpoint, as far as
 * MODEL.ITEMS_TO_LOAD_FROM_CHECKPOINT names them. A network that another workflow learned, such as a masked autoencoder,
 * is left out where this job names another architecture: then weights go over by their names alone.
 *
 * @returns the configuration in the checkpoint, brought up to date; undefined where it has none.
 */
export function takeFromCheckpoint(config: Config, content: CheckpointContent, report: Report): Embedded | undefined {
  const items = config.MODEL.ITEMS_TO_LOAD_FROM_CHECKPOINT as string[];
  const key = 'MODEL.ITEMS_TO_LOAD_FROM_CHECKPOINT';
  const { file } = content;
  if (!content.config) {
    report.notice('', key, `${file} holds no configuration, so MODEL and DATA.NORMALIZATION of this file count.`);
    if (items.includes('model_arch')) takeAffine(config, content);
    return undefined;
  }
  const read = readEmbedded(content.config, file);
  const { config: embedded, problems } = read;
  const transfer =
    embedded.PROBLEM.TYPE !== config.PROBLEM.TYPE &&
    embedded.MODEL.ARCHITECTURE.toLowerCase() !== config.MODEL.ARCHITECTURE.toLowerCase();
  const changed: string[] = [];
  const take = (name: string) => {
    const [ours, theirs] = [getKey(config, name), getKey(embedded, name)];
    if (JSON.stringify(ours) === JSON.stringify(theirs)) return;
    setKey(config, name, structuredClone(theirs));
    changed.push(keyInfo(name) ? `${name.split('.').slice(1).join('.')} ${showPlain(theirs)}` : name);
  };
  if (items.includes('model_arch')) {
    if (transfer)
      report.notice(
        '',
        key,
        `${file} holds a network ${embedded.MODEL.ARCHITECTURE} of another workflow. This job keeps ${config.MODEL.ARCHITECTURE}, and takes the weights whose names fit.`,
      );
    else for (const name of namesIn('MODEL')) if (!OF_THE_JOB.has(name)) take(`MODEL.${name}`);
    if (!transfer) takeAffine(config, content);
    report.problems.push(...problems.filter((problem) => problem.key?.startsWith('MODEL.')));
  }
  if (items.includes('norm')) {
    take('DATA.NORMALIZATION');
    report.problems.push(...problems.filter((problem) => problem.key?.startsWith('DATA.NORMALIZATION')));
  }
  if (changed.length > 0) report.notice('', key, `Taken from ${file}: ${changed.join(', ')}.`);
  return read;
}

/** The configuration in a checkpoint. */
interface Embedded {
  config: Config;
  problems: Problem[];
  /** True for a key that it has a value for. */
  states(key: string): boolean;
}

/** What does not matter here, such as folders of another machine, is not complained about. */
function readEmbedded(source: Record<string, unknown>, file: string): Embedded {
  const written = readMapping(source, file);
  upgrade(written);
  const report = new Report(written, file);
  const embedded = defaultConfig();
  mergeOverDefaults(written, embedded, report);
  deriveDependent(embedded);
  const problems = report.problems.map(
    (problem): Problem => ({
      ...problem,
      severity: 'warning',
      message: `In the configuration that ${file} holds, ${problem.key}: ${problem.message}`,
      advice: 'Nothing can be changed there; look whether the network is the right one.',
    }),
  );
  const states = (key: string) => {
    const value = entryAt(written, key)?.value;
    return value !== undefined && !((value.kind === 'list' || value.kind === 'tuple') && value.items.length === 0);
  };
  return { config: embedded, problems, states };
}

/**
 * Instance normalisation with scale and shift, which some releases of BiaPy had and no key tells: seen from the weights
 * of normalisations, the only vectors of that name in a convolutional block.
 */
function takeAffine({ MODEL }: Config, { shapes }: CheckpointContent): void {
  if (MODEL.NORMALIZATION !== 'in' || 'instanceNormAffine' in MODEL.PARAMETERS) return;
  const scales = [...shapes].some(
    ([name, shape]) => shape.length === 1 && /(^|\.)(block|up|psi|w_g|shortcut|pre_conv)\.\d+\.weight$/.test(name),
  );
  if (scales) MODEL.PARAMETERS = { ...MODEL.PARAMETERS, instanceNormAffine: true };
}
