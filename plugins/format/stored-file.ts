/** Reading a small file that holds one chunk, into memory that may be used again. */
import { close, closeSync, constants, fstat, fstatSync, open, openSync, read, readSync } from 'node:fs';
import type { Scratch } from '../../core/image/scratch.js';
import { isMissing } from './container-folder.js';

/**
 * The bytes of a file; undefined when it is not there.
 *
 * @param most for longer files an Error is thrown before they are read.
 * @param scratch the bytes lie in it.
 */
export function readStored(
  name: string,
  most: number,
  scratch: Scratch | undefined,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  return orMissing(
    reading(name, scratch?.alone, async (file) => {
      const size = await file.size();
      if (size > most) throw new Error(`its file has ${size} bytes, more than the ${most} that it may take`);
      return readAt(file, 0, size, scratch);
    }),
  );
}

/** The bytes from `at` on of a file that is there. @throws Error when it ends before. */
export function readRange(
  name: string,
  at: number,
  length: number,
  scratch: Scratch | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  return reading(name, scratch?.alone, (file) => readAt(file, at, length, scratch));
}

/**
 * Bytes of a shard; undefined when it is not there.
 *
 * @param at from here on; counted from the end where negative.
 * @param memory the bytes lie in `scratch`, or in memory of their own.
 * @throws Error when the file is shorter.
 */
export function readPart(
  name: string,
  at: number,
  length: number,
  { scratch, alone = false }: { scratch?: Scratch; alone?: boolean },
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  return orMissing(
    reading(name, alone, async (file) => {
      const size = await file.size();
      const start = at < 0 ? size + at : at;
      const end = at < 0 ? -at : at + length;
      if (end > size) throw new Error(`its shard has ${size} bytes, but ${end} are asked for`);
      return readAt(file, start, length, scratch);
    }),
  );
}

async function reading<T>(name: string, alone: boolean | undefined, use: (file: StoredFile) => Promise<T>): Promise<T> {
  const file = await openStored(name, alone);
  try {
    return await use(file);
  } finally {
    file.close();
  }
}

async function orMissing<T>(bytes: Promise<T>): Promise<T | undefined> {
  try {
    return await bytes;
  } catch (cause) {
    if (isMissing(cause)) return undefined;
    throw cause;
  }
}

async function readAt(
  file: StoredFile,
  at: number,
  length: number,
  scratch: Scratch | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = scratch?.stored(length) ?? new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const count = await file.read(bytes, done, length - done, at + done);
    if (count === 0) throw new Error(`the file ends ${length - done} bytes before`);
    done += count;
  }
  return bytes;
}

/** Also without `O_NONBLOCK`, which Windows lacks, files are read so; with it a pipe is an empty file and nobody waits for it. */
const READ = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

interface StoredFile {
  size(): number | Promise<number>;
  read(bytes: Uint8Array, offset: number, length: number, at: number): number | Promise<number>;
  close(): void;
}

/** Where the thread has nothing else to do, it waits for the system: that takes less time than being told. */
async function openStored(name: string, alone: boolean | undefined): Promise<StoredFile> {
  if (alone) {
    const handle = openSync(name, READ);
    return {
      size: () => fstatSync(handle).size,
      read: (bytes, offset, length, at) => readSync(handle, bytes, offset, length, at),
      close: () => closeSync(handle),
    };
  }
  const handle = await called<number>((done) => open(name, READ, done));
  return {
    size: () => called((done) => fstat(handle, (error, found) => done(error, found?.size ?? 0))),
    read: (bytes, offset, length, at) => called((done) => read(handle, bytes, offset, length, at, done)),
    close: () => close(handle, () => {}),
  };
}

/** Callbacks, since the promises of Node take longer than small reads. */
function called<T>(call: (done: (error: Error | null, result: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => call((error, result) => (error ? reject(error) : resolve(result))));
}
