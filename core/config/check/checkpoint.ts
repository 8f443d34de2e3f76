import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Problem } from '../../errors.js';
import { getKey } from '../keys.js';
import type { Config } from '../schema.js';
import { showPlain } from '../value.js';
import type { Check } from './context.js';

/** Whether there is a model to go on with, and how it is written (rules R309 to R311). */
export function checkCheckpoint(c: Check): void {
  const { MODEL, TRAIN, TEST, PATHS } = c.config;
  c.oneOf('R311', 'MODEL.OUT_CHECKPOINT_FORMAT', ['pth', 'safetensors']);
  if (c.isTrainedArchitecture) {
    if (TRAIN.ENABLE)
      c.error('', ['TRAIN.ENABLE', 'MODEL.ARCHITECTURE'], `${c.architecture} can only predict.`, 'Write False.');
  } else if (MODEL.LOAD_CHECKPOINT) {
    if (PATHS.CHECKPOINT_FILE !== '') c.exists('R309', 'PATHS.CHECKPOINT_FILE', ['MODEL.LOAD_CHECKPOINT']);
    else if (c.options.checkPaths && findCheckpoint(c.config, c.options.jobId) === undefined)
      c.error(
        'R309',
        ['MODEL.LOAD_CHECKPOINT', 'PATHS.CHECKPOINT'],
        `There is no checkpoint of ${c.options.jobId} in ${showPlain(PATHS.CHECKPOINT)}.`,
        'Give the file in PATHS.CHECKPOINT_FILE, or train first.',
      );
  } else if (MODEL.SOURCE === 'biapy' && TEST.ENABLE && !TRAIN.ENABLE && !TEST.REUSE_PREDICTIONS)
    c.error(
      'R310',
      ['MODEL.LOAD_CHECKPOINT', 'TEST.ENABLE', 'TRAIN.ENABLE'],
      'Testing without training needs a trained model.',
      'Write MODEL.LOAD_CHECKPOINT: True and its file in PATHS.CHECKPOINT_FILE.',
    );
}

/**
 * The checkpoint to load: the file given, else the best or the last of the job (R309).
 *
 * @param jobId job name and run number, `<name>_<run>`.
 * @returns undefined when there is none.
 */
export function findCheckpoint(config: Config, jobId: string): string | undefined {
  const { CHECKPOINT_FILE, CHECKPOINT } = config.PATHS;
  if (CHECKPOINT_FILE !== '') return existsSync(CHECKPOINT_FILE) ? CHECKPOINT_FILE : undefined;
  if (!existsSync(CHECKPOINT)) return undefined;
  const prefix = `${jobId}-checkpoint-`;
  const best = config.MODEL.LOAD_CHECKPOINT_EPOCH === 'best_on_val';
  const candidates = readdirSync(CHECKPOINT)
    .map((name) => ({ name, end: /^(.+)\.(?:pth|safetensors)$/.exec(name)?.[1] ?? '' }))
    .filter(({ end }) => end.startsWith(prefix))
    .map(({ name, end }) => ({ name, epoch: end.slice(prefix.length) }))
    .filter(({ epoch }) => (best ? epoch === 'best' : /^(\d+|last)$/.test(epoch)))
    // Biagraph's own `last` is written after every epoch, numbers only now and then.
    .sort((a, b) => Number(b.epoch === 'last') - Number(a.epoch === 'last') || Number(b.epoch) - Number(a.epoch));
  return candidates.length > 0 ? join(CHECKPOINT, candidates[0].name) : undefined;
}

const bound = [
  'PROBLEM.TYPE',
  'PROBLEM.NDIM',
  'DATA.PATCH_SIZE',
  'PROBLEM.INSTANCE_SEG.DATA_CHANNELS',
  'PROBLEM.SUPER_RESOLUTION.UPSCALING',
  'DATA.N_CLASSES',
  'TRAIN.OPTIMIZER',
];

/**
 * Where a configuration and the one inside a checkpoint to be loaded contradict each other (R312). Another workflow is
 * fine when the checkpoint comes from self-supervision, other classes when unmatched layers are left out, and a smaller
 * patch only earns a warning, which upstream means and never reaches.
 *
 * @param states tells whether the checkpoint says anything about a key; all of them where left out.
 */
export function compareWithCheckpoint(
  config: Config,
  embedded: Config,
  states: (key: string) => boolean = () => true,
): Problem[] {
  const problems: Problem[] = [];
  for (const key of bound) {
    if (!states(key)) continue;
    const ours = getKey(config, key);
    const theirs = getKey(embedded, key);
    if (JSON.stringify(ours) === JSON.stringify(theirs)) continue;
    if (key === 'PROBLEM.TYPE' && theirs === 'SELF_SUPERVISED') continue;
    if (key === 'DATA.N_CLASSES' && config.MODEL.SKIP_UNMATCHED_LAYERS) continue;
    if (key === 'TRAIN.OPTIMIZER' && !config.TRAIN.ENABLE) continue;
    if (key === 'DATA.PATCH_SIZE' && embedded.PROBLEM.TYPE !== config.PROBLEM.TYPE) continue;
    const smaller = key === 'DATA.PATCH_SIZE' && isSmaller(ours as number[], theirs as number[]);
    problems.push({
      severity: smaller ? 'warning' : 'error',
      key,
      message: `The checkpoint was made with ${showPlain(theirs)}, the configuration says ${showPlain(ours)}.`,
      advice: `Write ${key.split('.').at(-1)}: ${showPlain(theirs)}, or load another checkpoint.`,
      rule: 'R312',
    });
  }
  return problems;
}

function isSmaller(ours: readonly number[], theirs: readonly number[]): boolean {
  return ours.length === theirs.length && ours.at(-1) === theirs.at(-1) && ours.every((side, i) => side <= theirs[i]);
}
