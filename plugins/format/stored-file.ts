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
    const bytes = scratch?.take('stored', size) ?? new Uint8Array(size);
    for (let at = 0; at < size; ) {
      const count = await called<number>((done) => read(handle, bytes, at, size - at, at, done));
      if (count === 0) throw new Error('its file became shorter while it was read');
      at += count;
    }
    return bytes;
  } finally {
    close(handle, () => {});
  }
}

/** Callbacks, since the promises of Node take longer than small reads. */
function called<T>(call: (done: (error: Error | null, result: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => call((error, result) => (error ? reject(error) : resolve(result))));
}
