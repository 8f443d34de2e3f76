import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AbortedError } from '../../../core/errors.js';
import { ImageFiles } from '../../../core/image/files.js';
import type { ImageFormat } from '../../../core/image/format.js';
import { listPairs, type Pair, unlikePartners } from '../../../plugins/loader/pairs.js';

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

test('each sample may be a folder of versions with one target', async () => {
  const folder = path.join(root, 'versions');
  for (const [file, shape] of [
    ['raw/s1/long.shape', '6x5x1'],
    ['raw/s1/short.shape', '6x5x1'],
    ['raw/s2/only.shape', '6x5x1'],
    ['target/s1/t.shape', '6x5x1'],
    ['target/s2/t.shape', '6x5x1'],
  ]) {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await writeFile(path.join(folder, file), shape);
  }
  const wanted = { ...options, images: path.join(folder, 'raw'), targets: path.join(folder, 'target'), versions: true };
  const pairs = await listPairs(wanted, files, signal);
  expect(pairs.map(({ id, group, target }) => [id, group, path.relative(folder, target!.file)])).toEqual([
    ['s1_long', 's1', path.join('target', 's1', 't.shape')],
    ['s1_short', 's1', path.join('target', 's1', 't.shape')],
    ['s2_only', 's2', path.join('target', 's2', 't.shape')],
  ]);
  await writeFile(path.join(folder, 'target/s2/another.shape'), '6x5x1');
  await expect(listPairs(wanted, files, signal)).rejects.toThrow(
    /expected one target for the versions in .*s2, found 2/,
  );
  await mkdir(path.join(folder, 'raw/s3'));
  await expect(listPairs(wanted, files, signal)).rejects.toThrow(
    /3 folders of versions, but .* 2 folders with a target/,
  );
});

test('stops when told to', async () => {
  const wanted = { ...options, images: path.join(root, 'raw'), targets: null };
  await expect(listPairs(wanted, files, AbortSignal.abort())).rejects.toThrow(AbortedError);
});

describe('partners by name', () => {
  const pair = (file: string, target: string): Pair => ({
    id: file,
    file: `raw/${file}`,
    shape: [1, 1, 1],
    dtype: 'uint8',
    target: { file: `label/${target}`, shape: [1, 1, 1], bytes: 1 },
  });

  test.each<[string, [string, string][]]>([
    ['have the same name', [['a.tif', 'a.png']]],
    ['have the same numbers', [['img_01.tif', 'mask_1.tif']]],
    ['share no scheme', [['cells.tif', 'nuclei.tif']]],
    ['count otherwise', [['t1_z2.tif', 'mask_2.tif']]],
  ])('are not suspicious when they %s', (_, names) =>
    expect(unlikePartners(names.map(([file, target]) => pair(file, target)))).toBeUndefined(),
  );

  test('are when a shift runs through the list', () => {
    const shifted = [pair('a1.tif', 'a2.tif'), pair('a2.tif', 'a3.tif'), pair('b.tif', 'b.tif')];
    expect(unlikePartners(shifted)).toMatch(
      /2 of 3 pairs look wrong: a1\.tif with a2\.tif, a2\.tif with a3\.tif\. Give/,
    );
  });

  test('are when another target has the name', () => {
    expect(unlikePartners([pair('a.tif', 'b.tif'), pair('b.tif', 'c.tif')])).toMatch(
      /1 of 2 pairs.*b\.tif with c\.tif/,
    );
  });
});
