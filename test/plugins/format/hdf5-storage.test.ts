import { closeSync, openSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findStorage } from '../../../plugins/format/hdf5-storage.js';
import { fixtures, scratch } from './containers.js';

const SIDES = [8, 32, 100];
const CHUNK = [4, 32, 64];
const file = path.join(fixtures, 'direct.h5');
const bytes = readFileSync(file);
const folder = await scratch();

/** Object headers of the file by h5py: `h5py.h5o.get_info(file['gzip'].id).addr`. */
const HEADERS = JSON.parse(readFileSync(path.join(fixtures, 'direct.json'), 'utf8')) as Record<string, number>;

function find(name: string, header: number, shape = SIDES, chunk: number[] | null = CHUNK) {
  const descriptor = openSync(name, 'r');
  try {
    return findStorage(descriptor, header, shape, chunk);
  } finally {
    closeSync(descriptor);
  }
}

test('chunks lie where h5py says', () => {
  const found = find(file, HEADERS.plain);
  if (found?.kind !== 'chunks') throw new Error('no chunks');
  expect([...found.bytes]).toEqual(Array(4).fill(4 * 32 * 64 * 2));
  const first = [...found.at].map((at) => bytes.readUInt16LE(at));
  expect(first).toEqual([0, 64, 800, 864]);
});

test('values in one piece lie where h5py says', () => {
  const found = find(file, HEADERS.piece, SIDES, null);
  if (found?.kind !== 'piece') throw new Error('no piece');
  expect([0, 1, 999, 1000].map((i) => bytes.readUInt16LE(found.at + 2 * i))).toEqual([0, 1, 999, 0]);
});

test('a tree of several levels has all its chunks', () => {
  const found = find(file, HEADERS.many, [256, 16, 16], [1, 16, 16]);
  expect(found).toMatchObject({ kind: 'chunks' });
  expect(found?.kind === 'chunks' && new Set(found.at).size).toBe(256);
});

test('what is not usual is left to the library', () => {
  expect(find(file, HEADERS.sparse)).toBeUndefined();
  expect(find(file, HEADERS.gzip, SIDES, null)).toBeUndefined();
  expect(find(file, HEADERS.piece)).toBeUndefined();
  expect(find(path.join(fixtures, 'latest.h5'), HEADERS.latest)).toBeUndefined();
  expect(find(file, 8)).toBeUndefined();
  expect(find(file, bytes.length - 4)).toBeUndefined();
});

test('damaged metadata end in nothing else', async () => {
  const name = path.join(folder, 'damaged.h5');
  const places = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(places, async (changes) => {
      const damaged = Buffer.from(bytes);
      // Most of the file is values: changes near the header and the tree tell more.
      for (const [at, value] of changes) damaged[at % 2 ? at : HEADERS.gzip + (at % 600)] = value;
      await writeFile(name, damaged);
      const found = find(name, HEADERS.gzip);
      expect([undefined, 'chunks']).toContain(found?.kind);
    }),
    { numRuns: 60 },
  );
});
