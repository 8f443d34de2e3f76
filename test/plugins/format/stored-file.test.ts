import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { Scratch } from '../../../core/image/scratch.js';
import { readRange, readStored } from '../../../plugins/format/stored-file.js';
import { scratch } from './containers.js';

const folder = await scratch();
const file = path.join(folder, '0.0');
await writeFile(file, Uint8Array.of(1, 2, 3));

test.each([false, true])(
  'gives the bytes, in memory that is used again where there is some; alone: %s',
  async (alone) => {
    expect(await readStored(file, 10, undefined)).toEqual(Uint8Array.of(1, 2, 3));
    const own = new Scratch(alone);
    const found = await readStored(file, 10, own);
    expect(found).toEqual(Uint8Array.of(1, 2, 3));
    expect((await readStored(file, 10, own))!.buffer).toBe(found!.buffer);
  },
);

test('tells a missing file from one that cannot be read', async () => {
  expect(await readStored(path.join(folder, '0.1'), 10, undefined)).toBeUndefined();
  await expect(readStored(folder, 2 ** 20, undefined)).rejects.toThrow('EISDIR');
  expect(await readStored(path.join(folder, '0.1'), 10, new Scratch(true))).toBeUndefined();
  await expect(readStored(folder, 2 ** 20, new Scratch(true))).rejects.toThrow('EISDIR');
});

test('reads nothing that is too long', async () => {
  await expect(readRange(file, 1, 5, undefined)).rejects.toThrow('the file ends 3 bytes before');
  expect(await readRange(file, 1, 2, new Scratch(true))).toEqual(Uint8Array.of(2, 3));
  await expect(readStored(file, 2, undefined)).rejects.toThrow('3 bytes, more than the 2');
});
