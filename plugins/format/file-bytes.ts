/** Reading pieces of a file that may be damaged: nothing is read or allocated that the file does not hold. */

import { type FileHandle, open } from 'node:fs/promises';
import { AbortedError, FormatError } from '../../core/errors.js';

/** Small reads come in windows of this size, so that walking through headers does not cost a system call each. */
const WINDOW = 64 * 1024;
/** Large reads come in pieces, between which a stop is noticed. */
const PIECE = 8 * 1024 * 1024;
/** Pieces on their way at a time: also without a wait for a disk, new memory takes longer to be given out than to be filled. */
const TOGETHER = 4;

export class FileBytes {
  #window: Uint8Array = new Uint8Array(0);
  #windowStart = 0;

  private constructor(
    readonly file: string,
    readonly size: number,
    readonly handle: FileHandle,
    readonly signal: AbortSignal | undefined,
  ) {}

  /** Opens a file, hands it to `use` and closes it again. Throws FormatError when it is no file or empty. */
  static async use<T>(
    file: string,
    signal: AbortSignal | undefined,
    use: (bytes: FileBytes) => Promise<T>,
  ): Promise<T> {
    let handle: FileHandle;
    try {
      handle = await open(file, 'r');
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new FormatError(`${file}: cannot be opened (${reason}). Check that it exists and may be read.`, {
        where: { file },
        cause,
      });
    }
    try {
      const found = await handle.stat();
      const damaged = (what: string) => new FormatError(`${file}: ${what}`, { where: { file } });
      if (found.isDirectory()) throw damaged('expected an image file, found a folder.');
      if (!found.isFile()) throw damaged('expected an image file, found a device or a pipe.');
      if (found.size === 0) throw damaged('the file is empty. Copy it again from its source.');
      return await use(new FileBytes(file, found.size, handle, signal));
    } finally {
      await handle.close();
    }
  }

  /** A FormatError that names the file. */
  damaged(what: string, cause?: unknown): FormatError {
    return new FormatError(`${this.file}: ${what}`, { where: { file: this.file }, cause });
  }

  /** Throws AbortedError when the run was stopped. */
  checkStop(): void {
    if (this.signal?.aborted) throw new AbortedError(undefined, { where: { file: this.file } });
  }

  /** Throws FormatError when the file ends before `offset + length`; `what` names the missing thing. */
  require(offset: number, length: number, what: string): void {
    if (!(offset >= 0 && length >= 0 && offset + length <= this.size))
      throw this.damaged(
        `${what} should lie at bytes ${offset} to ${offset + length}, but the file has ${this.size}. ` +
          'It is truncated or damaged; copy it again from its source.',
      );
  }

  /** Bytes of the file, at once where they were read before; small reads share one buffer and must not be changed. */
  read(offset: number, length: number, what: string): Promise<Uint8Array> | Uint8Array {
    this.require(offset, length, what);
    const at = offset - this.#windowStart;
    if (at >= 0 && at + length <= this.#window.length) return this.#window.subarray(at, at + length);
    return this.#readNew(offset, length, what);
  }

  async #readNew(offset: number, length: number, what: string): Promise<Uint8Array> {
    if (length > WINDOW / 2) {
      const result = new Uint8Array(length);
      await this.readInto(result, offset, what);
      return result;
    }
    const window = new Uint8Array(Math.min(WINDOW, this.size - offset));
    await this.readInto(window, offset, what);
    this.#window = window;
    this.#windowStart = offset;
    return window.subarray(0, length);
  }

  /** Fills `target` from `offset`; `then` gets each piece, of a multiple of 8 bytes but the last, once it is there. */
  async readInto(target: Uint8Array, offset: number, what: string, then?: (piece: Uint8Array) => void): Promise<void> {
    this.require(offset, target.length, what);
    let next = 0;
    const work = async () => {
      while (next < target.length) {
        const start = next;
        next = Math.min(start + PIECE, target.length);
        const piece = target.subarray(start, next);
        await this.#readPiece(piece, offset + start, what);
        then?.(piece);
      }
    };
    await Promise.all(Array.from({ length: Math.min(TOGETHER, Math.ceil(target.length / PIECE)) }, work));
  }

  async #readPiece(target: Uint8Array, offset: number, what: string): Promise<void> {
    for (let done = 0; done < target.length; ) {
      this.checkStop();
      const { bytesRead } = await this.handle.read(target, done, target.length - done, offset + done);
      if (bytesRead === 0) throw this.damaged(`${what} cannot be read to its end: the file became shorter.`);
      done += bytesRead;
    }
  }
}
