/** Reads of a file by position: weights are read piece by piece, never the whole file. */
import { constants } from 'node:buffer';
import { type FileHandle, open } from 'node:fs/promises';
import { AbortedError, FormatError } from '../../errors.js';

/** Bytes between two looks at the abort signal. */
const PIECE = 64 * 2 ** 20;

export class PositionedFile {
  private constructor(
    /** Path as the user wrote it. */
    readonly path: string,
    private readonly handle: FileHandle,
    /** Bytes in the file. */
    readonly size: number,
    private readonly signal: AbortSignal | undefined,
  ) {}

  /** @throws FormatError when there is no such file, or it is a folder. */
  static async open(path: string, signal?: AbortSignal): Promise<PositionedFile> {
    let handle: FileHandle | undefined;
    try {
      handle = await open(path, 'r');
      const stat = await handle.stat();
      if (!stat.isFile()) throw new Error('it is not a file');
      return new PositionedFile(path, handle, stat.size, signal);
    } catch (cause) {
      await handle?.close();
      throw new FormatError(`cannot be opened (${(cause as Error).message}).`, { cause });
    }
  }

  /**
   * A fresh array of `length` bytes from `position`. Nothing is allocated before the range is known to be in the file.
   *
   * @throws FormatError when the range is not in the file; AbortedError when the signal fired.
   */
  async read(position: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const inside = Number.isSafeInteger(position) && Number.isSafeInteger(length) && position >= 0 && length >= 0;
    if (!inside || position + length > this.size)
      throw new FormatError(
        `it ends too early: bytes ${position} to ${position + length} of ${this.size} are asked for.`,
      );
    if (length > constants.MAX_LENGTH)
      throw new FormatError(`one of its arrays has ${length} bytes, more than fits into one piece of memory.`);
    const bytes = new Uint8Array(length);
    let done = 0;
    while (done < length) {
      if (this.signal?.aborted) throw new AbortedError();
      const { bytesRead } = await this.handle.read(bytes, done, Math.min(PIECE, length - done), position + done);
      if (bytesRead === 0) throw new FormatError(`it was cut off at byte ${position + done} while it was read.`);
      done += bytesRead;
    }
    return bytes;
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}
