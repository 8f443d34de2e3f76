/** Reading a small file that holds one chunk, into memory that may be used again. */
import { close, fstat, open, read } from 'node:fs';
import type { Scratch } from '../../core/image/scratch.js';
import { isMissing } from './container-folder.js';

/**
 * The bytes of a file; undefined when it is not there.
 *
 * @param most for longer files an Error is thrown before they are read.
 * @param scratch the bytes lie in it.
 */
export async function readStored(
  file: string,
  most: number,
  scratch: Scratch | undefined,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  let handle: number;
  try {
    handle = await called<number>((done) => open(file, 'r', done));
  } catch (cause) {
    if (isMissing(cause)) return undefined;
    throw cause;
  }
  try {
    const size = await called<number>((done) => fstat(handle, (error, found) => done(error, found?.size ?? 0)));
    if (size > most) throw new Error(`its file has ${size} bytes, more than the ${most} that it may take`);
    return await readAt(handle, 0, size, scratch);
  } finally {
    close(handle, () => {});
  }
}

/** The bytes from `at` on of a file that is there. @throws Error when it ends before. */
export async function readRange(
  file: string,
  at: number,
  length: number,
  scratch: Scratch | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  const handle = await called<number>((done) => open(file, 'r', done));
  try {
    return await readAt(handle, at, length, scratch);
  } finally {
    close(handle, () => {});
  }
}

async function readAt(
  handle: number,
  at: number,
  length: number,
  scratch: Scratch | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = scratch?.take('stored', length) ?? new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const count = await called<number>((told) => read(handle, bytes, done, length - done, at + done, told));
    if (count === 0) throw new Error(`the file ends ${length - done} bytes before`);
    done += count;
  }
  return bytes;
}

/** Callbacks, since the promises of Node take longer than small reads. */
function called<T>(call: (done: (error: Error | null, result: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => call((error, result) => (error ? reject(error) : resolve(result))));
}
