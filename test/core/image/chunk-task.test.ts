import { afterAll, expect, test } from 'vitest';
import { ChunkCache } from '../../../core/image/chunk-cache.js';
import { runChunkTask } from '../../../core/image/chunk-task.js';
import { ImageFiles } from '../../../core/image/files.js';
import { zarr } from '../../../plugins/format/zarr.js';
import { createZarr } from '../../../plugins/format/zarr-writer.js';
import { scratch } from '../../plugins/format/containers.js';

const folder = await scratch();
const url = new URL('../../../plugins/format/worker-from-source.mjs', import.meta.url);
const pooled = new ImageFiles({ formats: [], containers: [zarr], workers: 2, worker: { url, formats: [] } });
const plain = new ImageFiles({ formats: [], containers: [zarr] });
afterAll(() => pooled.close());

const SHAPE = [9, 70, 150];
const file = `${folder}/volume.zarr`;
const writer = await createZarr(
  file,
  { shape: SHAPE, chunk: [4, 64, 64], dtype: 'float32', axes: 'ZYX', metadata: {}, kind: 'image' },
  { version: 3, ome: false },
);
const values = Float32Array.from({ length: 9 * 70 * 150 }, (_, i) => Math.sin(i) * 100);
await writer.write([0, 0, 0], SHAPE, values);
await writer.close();

test('threads that share the chunks of an array fill the same pixels', async () => {
  const [together, alone] = await Promise.all([pooled.read(file, '3D'), plain.read(file, '3D')]);
  expect(together.shape).toEqual([...SHAPE, 1]);
  expect(together.data.buffer).toBeInstanceOf(SharedArrayBuffer);
  expect(together.data).toEqual(alone.data);
  expect(alone.data).toEqual(values);
  expect(together.metadata).toEqual(alone.metadata);
});

test('memory that threads cannot reach is filled without them', async () => {
  const { data } = await pooled.read(file, '3D', undefined, {}, (_, length) => new Float32Array(length));
  expect(data).toEqual(values);
});

test('chunks for a cache are decoded in threads', async () => {
  const cache = new ChunkCache(2 ** 20);
  const picture = await pooled.readDeferred(file, '3D', cache);
  const part = await picture.source!.read({ start: [3, 60, 60], size: [3, 8, 8] });
  await cache.close();
  const expected = Float32Array.from({ length: 3 * 8 * 8 }, (_, i) => {
    const [z, y, x] = [3 + Math.floor(i / 64), 60 + (Math.floor(i / 8) % 8), 60 + (i % 8)];
    return values[(z * 70 + y) * 150 + x];
  });
  expect(part.data).toEqual(expected);
  expect(cache.counts.read).toBe(8);
});

test('a task fills shared memory with chunks, and gives their strides', async () => {
  const array = await zarr.open(file, {});
  const target = new Float32Array(new SharedArrayBuffer(4 * 64 * 64 * 4));
  const chunks = [{ position: [1, 0, 1], target }];
  const { strides } = await runChunkTask({ reading: array.reading!, chunks });
  const chunk = await array.readChunk([1, 0, 1]);
  expect(strides).toEqual([chunk!.strides]);
  expect(target).toEqual(chunk!.data);
});
