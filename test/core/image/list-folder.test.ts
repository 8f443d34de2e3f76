import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { listFolder } from '../../../core/image/list-folder.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'biagraph-list-'));
});
afterEach(() => rmSync(folder, { recursive: true }));
const put = (name: string | Buffer) =>
  writeFileSync(
    typeof name === 'string' ? path.join(folder, name) : Buffer.concat([Buffer.from(`${folder}/`), name]),
    '',
  );

describe('a folder', () => {
  test('is listed by name, as texts and not as numbers, without hidden files', async () => {
    for (const name of ['10.tif', '9.tif', 'B.tif', 'a.tif', '.DS_Store']) put(name);
    const names = (await listFolder(folder)).map((file) => path.basename(file));
    expect(names).toEqual(['10.tif', '9.tif', 'B.tif', 'a.tif']);
  });

  test.each([
    ['is empty', () => folder, /is empty/],
    ['is not there', () => `${folder}/nowhere`, /does not exist/],
    [
      'is a file',
      () => {
        put('a.tif');
        return path.join(folder, 'a.tif');
      },
      /is a file/,
    ],
  ])('that %s is told', async (_, make, message) => {
    await expect(listFolder(make())).rejects.toMatchObject({ _tag: 'data', message: expect.stringMatching(message) });
  });

  test('that a key names is told with that key', async () => {
    const missing = listFolder(`${folder}/nowhere`, 'DATA.TRAIN.PATH');
    await expect(missing).rejects.toThrow('it does not exist. Correct DATA.TRAIN.PATH.');
    await expect(listFolder(folder)).rejects.toThrow('or correct the path in DATA.');
  });

  test.skipIf(process.platform !== 'linux')('with names that are no text is refused, and says so', async () => {
    put(Buffer.from([0x61, 0xff, 0xfe, 0x2e, 0x74, 0x69, 0x66]));
    await expect(listFolder(folder)).rejects.toThrow(/names of 1 files are not UTF-8/);
  });
});
