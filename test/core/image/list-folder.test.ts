import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listFolder } from '../../../core/image/list-folder.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'list-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('names in plain order, hidden ones left out; an empty folder, a file and a missing folder are refused', async () => {
  await expect(listFolder(folder, 'KEY')).rejects.toThrow(`${folder}: the folder is empty.`);
  for (const name of ['10.tif', '9.tif', '.hidden', 'A.tif']) await writeFile(path.join(folder, name), '');
  expect(await listFolder(folder, 'KEY')).toEqual(['10.tif', '9.tif', 'A.tif'].map((name) => path.join(folder, name)));
  await expect(listFolder(path.join(folder, '9.tif'), 'KEY')).rejects.toThrow('it is a file. Correct KEY.');
  await expect(listFolder(path.join(folder, 'none'), 'KEY')).rejects.toThrow('it does not exist. Correct KEY.');
});
