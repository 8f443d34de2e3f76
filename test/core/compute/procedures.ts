/** Functions for worker threads to call. */
import { setTimeout } from 'node:timers/promises';
import { threadId } from 'node:worker_threads';
import { DataError } from '../../../core/errors.js';

export const here = import.meta.url;

export function double({ values }: { values: Float32Array }): { values: Float32Array; thread: number; bytes: number } {
  const bytes = values.buffer.byteLength;
  return { values: values.map((value) => 2 * value), thread: threadId, bytes };
}

export function refuse(file: string): never {
  throw new DataError(`${file}: no.`, { where: { file } });
}

export function break_(): never {
  throw new TypeError('a defect');
}

export async function wait(milliseconds: number): Promise<string> {
  await setTimeout(milliseconds);
  return 'waited';
}
