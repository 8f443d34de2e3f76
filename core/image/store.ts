/**
 * The prepared images of a data set, of which patches are read again and again: in memory as far as the budget allows,
 * the rest in scratch files. Both give the same pixels.
 */
import { type FileHandle, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { AbortedError } from '../errors.js';
import type { Memory } from '../job/memory.js';
import { readRegion } from './deferred.js';
import { allocate, type DType, type Image, type ImageMetadata, image, sizeOf } from './image.js';
import { type Box, readPatch } from './patch.js';
import type { Sample } from './sample.js';
import { scaleBetween, scaleBox } from './scale.js';

export interface ImageStoreOptions {
  memory: Memory;
  /** False keeps every image on disk. */
  inMemory: boolean;
  /** Largest part of the budget that may be in use when an image is to stay in memory. */
  share: number;
  /** Told once when images go to disk for want of memory. */
  notice?: (message: string) => void;
}

/** What is kept of a sample beside its pixels. */
interface Kept extends Pick<Sample, 'id' | 'index' | 'file' | 'targetKinds'> {
  /** Versions of one image have the same. */
  readonly group?: string;
}

interface Entry {
  sample: Kept;
  image: Pixels;
  target?: Pixels;
  release(): void;
}

export class ImageStore {
  private readonly entries: Entry[] = [];
  private folder: Promise<string> | undefined;
  private noticed = false;
  private closed = false;

  constructor(private readonly options: ImageStoreOptions) {}

  get count(): number {
    return this.entries.length;
  }

  /**
   * Takes over a sample; its lease is kept as long as its pixels stay in memory.
   *
   * @throws AbortedError when the store was closed.
   */
  async add(sample: Sample): Promise<void> {
    if (this.closed) throw new AbortedError();
    const { memory, inMemory, share, notice } = this.options;
    const { id, index, file, image: picture, target, targetKinds, lease } = sample;
    const group = sample.facts.group as string | undefined;
    const kept: Kept = { id, index, file, ...(targetKinds && { targetKinds }), ...(group !== undefined && { group }) };
    if (picture.source || target?.source) {
      // Its chunks are kept by the cache they come through, and the lease of that cache.
      this.entries.push({
        sample: kept,
        image: deferredPixels(picture),
        ...(target && { target: deferredPixels(target) }),
        release: () => lease.release(),
      });
      return;
    }
    const keep = inMemory && memory.inUse <= memory.budget * share;
    if (inMemory && !keep && !this.noticed) {
      this.noticed = true;
      notice?.(
        `The images do not fit into ${Math.round(100 * share)} % of the memory budget; those from here on are read from scratch files. SYSTEM.MEMORY_BUDGET raises it.`,
      );
    }
    if (keep) {
      this.entries.push({
        sample: kept,
        image: inMemoryPixels(picture),
        ...(target && { target: inMemoryPixels(target) }),
        release: () => lease.release(),
      });
      return;
    }
    const name = String(this.entries.length);
    const entry: Entry = {
      sample: kept,
      image: await this.spool(picture, `${name}-image`),
      ...(target && { target: await this.spool(target, `${name}-target`) }),
      release: () => {},
    };
    lease.release();
    this.entries.push(entry);
  }

  at(position: number): Kept {
    return this.entries[position].sample;
  }

  /** `[[z,] y, x, c]` of an image, and of its target. */
  shapes(position: number): { image: readonly number[]; target?: readonly number[] } {
    const { image: picture, target } = this.entries[position];
    return { image: picture.shape, ...(target && { target: target.shape }) };
  }

  /**
   * Pixels of a box, which may reach over the image: numpy's reflect border. Of a target on a finer grid the same region
   * is read, of one that is a single pixel all of it.
   */
  async read(position: number, box: Box): Promise<{ image: Image; target?: Image }> {
    const { image: picture, target, sample } = this.entries[position];
    if (!target) return { image: await picture.read(box) };
    const scale = scaleBetween(picture.shape, target.shape, sample.file);
    const targetBox = scale ? scaleBox(box, scale) : wholeBox(target.shape);
    return { image: await picture.read(box), target: await target.read(targetBox) };
  }

  /** Gives back leases and removes scratch files. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    for (const { release, image: picture, target } of this.entries) {
      release();
      await picture.close?.();
      await target?.close?.();
    }
    if (this.folder) await rm(await this.folder, { recursive: true, force: true });
  }

  private async spool(picture: Image, name: string): Promise<Pixels> {
    this.folder ??= mkdtemp(path.join(os.tmpdir(), 'biagraph-'));
    const file = path.join(await this.folder, name);
    const { buffer, byteOffset, byteLength } = picture.data;
    await writeFile(file, new Uint8Array(buffer, byteOffset, byteLength));
    return spooledPixels(await open(file, 'r'), picture);
  }
}

function wholeBox(shape: readonly number[]): Box {
  const size = shape.slice(0, -1);
  return { start: size.map(() => 0), size };
}

interface Pixels {
  shape: readonly number[];
  read(box: Box): Promise<Image>;
  close?(): Promise<void>;
}

function inMemoryPixels(picture: Image): Pixels {
  return { shape: picture.shape, read: async (box) => readPatch(picture, box) };
}

function deferredPixels(picture: Image): Pixels {
  return { shape: picture.shape, read: (box) => readRegion(picture, box) };
}

function spooledPixels(file: FileHandle, { shape, dtype, metadata }: Image): Pixels {
  return {
    shape,
    read: (box) => readSlab(file, box, shape, dtype, metadata),
    close: () => file.close(),
  };
}

/**
 * Reads the rows (or planes) of a box, whole, and cuts the box from them. A box that reaches over an edge mirrors pixels
 * near that edge, which lie in the rows read, since no box is longer than its image.
 */
async function readSlab(
  file: FileHandle,
  box: Box,
  shape: readonly number[],
  dtype: DType,
  metadata: ImageMetadata,
): Promise<Image> {
  const first = Math.max(box.start[0], 0);
  const last = Math.min(box.start[0] + box.size[0], shape[0]);
  const inner = shape.slice(1);
  const data = allocate(dtype, (last - first) * sizeOf(inner));
  const bytes = new Uint8Array(data.buffer);
  const offset = first * sizeOf(inner) * data.BYTES_PER_ELEMENT;
  for (let done = 0; done < bytes.length; ) {
    const { bytesRead } = await file.read(bytes, done, bytes.length - done, offset + done);
    if (bytesRead === 0)
      throw new Error('a scratch file ended early; something else changed the folder of temporary files');
    done += bytesRead;
  }
  const slab = image(data, [last - first, ...inner], metadata);
  return readPatch(slab, { start: [box.start[0] - first, ...box.start.slice(1)], size: box.size });
}
