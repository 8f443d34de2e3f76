/** The job's log files: what was printed, with times, and the losses as one JSON object per epoch. */
import { appendFile } from 'node:fs/promises';
import path from 'node:path';
import type { EpochDone } from './history.js';
import { makeFolder } from './make-folder.js';
import { outputFailure } from './output-failure.js';
import { dateTime } from './time-text.js';

/**
 * Appends to a log file. Logs are not written aside: what was logged before a crash is what one wants to read.
 *
 * @throws OutputError naming the file, the cause and what to do.
 */
export async function appendLog(file: string, content: string | Uint8Array): Promise<void> {
  try {
    await makeFolder(path.dirname(file));
    await appendFile(file, content);
  } catch (error) {
    throw outputFailure(file, error);
  }
}

/** Every line of `text` behind the time, as `[2026-01-02 03:04:05] line`. @param now milliseconds since 1970. */
export function timestamped(text: string, now: number): string {
  const time = `[${dateTime(now)}]`;
  return text
    .split('\n')
    .map((line) => `${time} ${line}`.trimEnd())
    .map((line) => `${line}\n`)
    .join('');
}

/**
 * One line of the training log, with BiaPy's keys: `train_<name>` and `test_<name>` for loss, lr and each metric, and
 * `epoch` from 0. `test` means validation here. A value that is not finite is null, as JSON has no other way.
 */
export function trainingLogLine({ epoch, train, validation, learningRate }: EpochDone): string {
  const prefixed = (prefix: string, values: Readonly<Record<string, number>>) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}_${name}`, value]));
  return `${JSON.stringify({
    ...prefixed('train', { ...train, lr: learningRate }),
    ...(validation && prefixed('test', { ...validation, lr: learningRate })),
    epoch,
  })}\n`;
}
