/**
 * A file in the folder for temporary files, with numbered places of one size: pixels that wait there until they are needed
 * again. It goes when it is closed, and by itself when the process dies.
 */
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { OutputError } from '../errors.js';

export class ScratchFile {
  #opening: Promise<FileHandle> | undefined;
  #folder: string | undefined;

  /** @param placeBytes size of a place. */
  constructor(readonly placeBytes: number) {}

  /** @throws OutputError when the disk is full. */
  async write(place: number, bytes: Uint8Array): Promise<void> {
    const file = await this.#open();
    try {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await file.write(bytes, done, bytes.length - done, place * this.placeBytes + done);
        done += bytesWritten;
      }
    } catch (cause) {
      throw new OutputError(
        `${os.tmpdir()}: pixels that do not fit into memory cannot be kept there (${reasonOf(cause)}). Make room, let TMPDIR ` +
          'name a larger disk, or raise SYSTEM.MEMORY_BUDGET.',
        { where: { file: os.tmpdir(), key: 'SYSTEM.MEMORY_BUDGET' }, cause },
      );
    }
  }

  /** Fills `bytes` from a place. */
  async read(place: number, bytes: Uint8Array): Promise<void> {
    const file = await this.#open();
    for (let done = 0; done < bytes.length; ) {
      const { bytesRead } = await file.read(bytes, done, bytes.length - done, place * this.placeBytes + done);
      if (bytesRead === 0)
        throw new OutputError(`a scratch file in ${os.tmpdir()} ended early; something else changed that folder.`, {
          where: { file: os.tmpdir() },
        });
      done += bytesRead;
    }
  }

  async close(): Promise<void> {
    const file = await this.#opening?.catch(() => undefined);
    this.#opening = undefined;
    await file?.close();
    if (this.#folder) await rm(this.#folder, { recursive: true, force: true });
  }

  #open(): Promise<FileHandle> {
    this.#opening ??= this.#create();
    return this.#opening;
  }

  async #create(): Promise<FileHandle> {
    try {
      this.#folder = await mkdtemp(path.join(os.tmpdir(), 'biagraph-'));
      const name = path.join(this.#folder, 'scratch');
      const file = await open(name, 'w+');
      // An open file lives on without its name, and a killed process leaves nothing behind. Windows refuses: it stays.
      await rm(name).catch(() => {});
      return file;
    } catch (cause) {
      throw new OutputError(
        `${os.tmpdir()}: no scratch file can be made there (${reasonOf(cause)}). Let TMPDIR name a folder that can be written.`,
        { where: { file: os.tmpdir() }, cause },
      );
    }
  }
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
