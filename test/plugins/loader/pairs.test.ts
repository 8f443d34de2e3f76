import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AbortedError } from '../../../core/errors.js';
import { ImageFiles } from '../../../core/image/files.js';
import type { ImageFormat } from '../../../core/image/format.js';
import { listPairs } from '../../../plugins/loader/pairs.js';

// The shape is written in the file, as `6x5`.
const shapes: ImageFormat = {
  id: 'shapes',
  extensions: ['.shape'],
  detects: () => true,
  read: () => expect.unreachable('only headers are looked at'),
  async probe(file) {
    const { readFile } = await import('node:fs/promises');
    const shape = (await readFile(file, 'utf8')).split('x').map(Number);
    return { shape, axes: 'YXC', dtype: 'uint16' };
  },
};
const files = new ImageFiles({ formats: [shapes] });
const options = { ndim: '2D' as const, channels: 1, forceRgb: false };
const { signal } = new AbortController();
let root: string;

beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'pairs-'));
  for (const folder of ['raw', 'label']) {
    await mkdir(path.join(root, folder));
    for (const name of ['b.shape', 'a.shape']) await writeFile(path.join(root, folder, name), '6x5x1');
  }
});
afterAll(() => rm(root, { recursive: true }));

test('headers alone tell shapes, types and bytes', async () => {
  const [images, targets] = [path.join(root, 'raw'), path.join(root, 'label')];
  expect(await listPairs({ ...options, images, targets }, files, signal)).toEqual(
    ['a', 'b'].map((id) => ({
      id,
      file: path.join(images, `${id}.shape`),
      shape: [6, 5, 1],
      dtype: 'uint16',
      target: { file: path.join(targets, `${id}.shape`), shape: [6, 5, 1], bytes: 60 },
    })),
  );
});

test('a repeated channel counts three times', async () => {
  const wanted = { ...options, images: path.join(root, 'raw'), targets: null, channels: 3, forceRgb: true };
  expect((await listPairs(wanted, files, signal)).map(({ shape }) => shape)).toEqual([
    [6, 5, 3],
    [6, 5, 3],
  ]);
});

test('targets may be larger by whole factors, and must have the channels that are predicted', async () => {
  const [images, targets] = [path.join(root, 'raw'), path.join(root, 'high')];
  await mkdir(targets);
  await writeFile(path.join(targets, 'a.shape'), '12x15x1');
  await writeFile(path.join(targets, 'b.shape'), '12x15x1');
  const wanted = { ...options, images, targets, scale: [2, 3], targetChannels: 1 };
  expect((await listPairs(wanted, files, signal)).map(({ target }) => target!.shape)).toEqual([
    [12, 15, 1],
    [12, 15, 1],
  ]);
  await writeFile(path.join(targets, 'a.shape'), '12x16x1');
  await writeFile(path.join(targets, 'b.shape'), '12x15x2');
  const failing = listPairs(wanted, files, signal);
  await expect(failing).rejects.toThrow(
    /a\.shape: is 12×16, but its image .*a\.shape \(6×5\) times PROBLEM\.SUPER_RESOLUTION\.UPSCALING \(2×3\) is 12×15/,
  );
  await expect(failing).rejects.toThrow(/b\.shape: the target has 2 channels, expected 1/);
});

test('stops when told to', async () => {
  const wanted = { ...options, images: path.join(root, 'raw'), targets: null };
  await expect(listPairs(wanted, files, AbortSignal.abort())).rejects.toThrow(AbortedError);
});
