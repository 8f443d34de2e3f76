/** The ramps of test/fixtures/containers, and reading arrays whole. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';
import { arraySource } from '../../../core/image/array-source.js';
import { ChunkCache } from '../../../core/image/chunk-cache.js';
import type { ChunkedArray, ContainerFormat } from '../../../core/image/chunked-array.js';
import { allocate, type DType, type Image, type PixelArray } from '../../../core/image/image.js';

export const fixtures = path.resolve('test/fixtures/containers');
export const SHAPE = [5, 9, 11];

/** 0, 3, 6, ... modulo 120, minus 20 where the type has a sign; plus a quarter for floats. */
export function ramp(dtype: DType, length = 495, truth = false): PixelArray {
  const result = allocate(dtype, length);
  const [offset, part] = [dtype.startsWith('u') ? 0 : -20, dtype.startsWith('float') ? 0.25 : 0];
  for (let i = 0; i < length; i++) result[i] = truth ? ((3 * i) % 120) % 2 : ((3 * i) % 120) + offset + part;
  return result;
}

/** The array as an image, read in one box. */
export async function wholeOf(array: ChunkedArray, axes = 'ZYX'): Promise<Image> {
  const cache = new ChunkCache(0);
  try {
    const source = arraySource(cache.add(array), '3D', axes);
    const size = source.shape.slice(0, -1);
    return await source.read({ start: size.map(() => 0), size });
  } finally {
    await cache.close();
  }
}

export async function readWhole(format: ContainerFormat, file: string, array?: string, axes?: string): Promise<Image> {
  return wholeOf(await format.open(file, { ...(array && { array }) }), axes);
}

/** A folder that goes when the tests of a file have ended. */
export async function scratch(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'biagraph-test-'));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Much quicker than comparing values one by one. */
export function sameBytes(a: PixelArray, b: PixelArray): boolean {
  const bytes = ({ buffer, byteOffset, byteLength }: PixelArray) => Buffer.from(buffer, byteOffset, byteLength);
  return a.constructor === b.constructor && bytes(a).equals(bytes(b));
}
