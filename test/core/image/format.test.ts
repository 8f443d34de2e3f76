import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { detectFormat, type ImageFormat, readImage } from '../../../core/image/format.js';

const format = (id: string, extension: string, first: number): ImageFormat => ({
  id,
  extensions: [extension],
  detects: (head) => head[0] === first,
  read: async () => ({ data: Uint8Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3], dtype: 'uint8', metadata: {} }),
  probe: async () => ({ shape: [2, 3], dtype: 'uint8' }),
});
const a = format('a', '.a', 65);
const alsoA = format('also-a', '.b', 65);
const other = format('other', '.c', 1);

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'biagraph-format-'));
  await writeFile(join(folder, 'x.c'), 'A');
  await writeFile(join(folder, 'x.b'), 'A');
  await writeFile(join(folder, 'unknown'), 'Z');
  await writeFile(join(folder, 'empty'), '');
});
afterAll(() => rm(folder, { recursive: true }));

test('content decides, the ending only between claims', async () => {
  expect((await detectFormat(join(folder, 'x.c'), [other, a, alsoA])).id).toBe('a');
  expect((await detectFormat(join(folder, 'x.b'), [other, a, alsoA])).id).toBe('also-a');
});

test.each([
  ['unknown', /no known image format \(known: \.c, \.a\)/],
  ['empty', /empty/],
  ['.', /folder/],
  ['missing', /cannot be opened/],
])('%s is refused by name', async (name, message) => {
  const file = join(folder, name);
  await expect(detectFormat(file, [other, a])).rejects.toMatchObject({
    _tag: 'format',
    message: expect.stringMatching(message),
    where: { file },
  });
});

test('an image is read in channels-last order', async () => {
  const picture = await readImage(join(folder, 'x.b'), [a], { ndim: '2D' });
  expect(picture).toMatchObject({ shape: [2, 3, 1], dtype: 'uint8', metadata: { fileShape: [2, 3] } });
});
