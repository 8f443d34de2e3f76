/** What the command tells the shell. */
import type { ErrorTag } from '../core/errors.js';

export const EXIT_CODES = {
  ok: 0,
  failed: 1,
  usage: 2,
  data: 3,
  output: 4,
  stopped: 130,
} as const;

/** Meaning of each code, as shown by `--help`. */
export const EXIT_CODE_HELP = `Exit codes:
  0    everything went well
  1    the run failed
  2    wrong command, configuration, graph or plugin
  3    images, labels or checkpoints that cannot be used
  4    results that cannot be written
  130  stopped by you`;

const BY_TAG: Readonly<Record<ErrorTag, number>> = {
  config: EXIT_CODES.usage,
  graph: EXIT_CODES.usage,
  plugin: EXIT_CODES.usage,
  data: EXIT_CODES.data,
  format: EXIT_CODES.data,
  output: EXIT_CODES.output,
  aborted: EXIT_CODES.stopped,
  memory: EXIT_CODES.failed,
  tensor: EXIT_CODES.failed,
};

/** The exit code for an error; 1 for what no one foresaw. */
export function exitCodeOf(error: unknown): number {
  const tag = (error as { _tag?: unknown } | undefined)?._tag;
  return typeof tag === 'string' && tag in BY_TAG ? BY_TAG[tag as ErrorTag] : EXIT_CODES.failed;
}
