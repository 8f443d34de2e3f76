/**
 * Reading and writing images, with decoding in worker threads so that the event loop stays free.
 */
import { Piscina } from 'piscina';
import { AbortedError, fromPlainError, type PlainError } from '../errors.js';
import { type Dimensionality, imageShape } from './axes.js';
import { detectFormat, hasEnding, type ImageFormat, readImage, type WriteOptions } from './format.js';
import type { DType, Image } from './image.js';

/** What a decoding worker gets and gives; see `plugins/format/worker.ts`. */
export interface DecodeTask {
  file: string;
  ndim: Dimensionality;
}

export type DecodeResult = { image: Image } | { error: PlainError };

export interface ImageFilesOptions {
  formats: readonly ImageFormat[];
  /** Threads that decode; 0 decodes on the calling thread. */
  workers?: number;
  /** Module that decodes, and the ids of the formats it knows; others are read on the calling thread. */
  worker?: { url: URL; formats: readonly string[] };
}

export class ImageFiles {
  private readonly formats: readonly ImageFormat[];
  private readonly known: ReadonlySet<string>;
  private readonly pool: Piscina | undefined;
  private broken = false;
  /** Files that can be read at the same time. */
  readonly concurrency: number;

  constructor({ formats, workers = 0, worker }: ImageFilesOptions) {
    this.formats = formats;
    this.known = new Set(worker?.formats);
    this.concurrency = Math.max(workers, 1);
    if (workers > 0 && worker) {
      this.pool = new Piscina({
        filename: worker.url.href,
        minThreads: 0,
        maxThreads: workers,
        idleTimeout: 5_000,
      });
      // Threads may be forbidden or lack memory; images are then decoded on the calling thread.
      this.pool.on('error', () => {
        this.broken = true;
        void this.pool?.destroy();
      });
    }
  }

  /**
   * One image, channels last.
   *
   * @throws FormatError naming the file when it cannot be read as an image; AbortedError when `signal` fires.
   */
  async read(file: string, ndim: Dimensionality, signal?: AbortSignal): Promise<Image> {
    if (!this.pool || this.broken) return readImage(file, this.formats, { ndim, signal });
    const format = await detectFormat(file, this.formats);
    if (!this.known.has(format.id)) return readImage(file, this.formats, { ndim, signal });
    let result: DecodeResult;
    try {
      result = await this.pool.run({ file, ndim } satisfies DecodeTask, { signal });
    } catch (cause) {
      if (signal?.aborted) throw new AbortedError(undefined, { cause });
      if (this.broken) return readImage(file, this.formats, { ndim, signal });
      throw cause;
    }
    if ('error' in result) throw fromPlainError(result.error);
    return result.image;
  }

  /** Shape `[[z,] y, x, c]` and dtype from the header alone. Errors as {@link read}. */
  async probe(file: string, ndim: Dimensionality): Promise<{ shape: number[]; dtype: DType }> {
    const format = await detectFormat(file, this.formats);
    const header = await format.probe(file);
    return { shape: imageShape(header, ndim, file), dtype: header.dtype };
  }

  /** Writes in the first format that has the file's ending and can write. @throws OutputError */
  async write(file: string, picture: Image, options: WriteOptions = {}): Promise<void> {
    const format = this.formats.find((candidate) => candidate.write && hasEnding(file, candidate));
    if (!format?.write) throw new Error(`no format writes ${file.slice(file.lastIndexOf('.'))} files`);
    await format.write(file, picture, options);
  }

  async close(): Promise<void> {
    await this.pool?.destroy();
  }
}
