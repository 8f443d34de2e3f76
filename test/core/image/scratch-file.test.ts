import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { ScratchFile } from '../../../core/image/scratch-file.js';

afterEach(() => vi.unstubAllEnvs());

test('gives back what was written at each place, and leaves nothing', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'biagraph-test-'));
  vi.stubEnv('TMPDIR', folder);
  const file = new ScratchFile(100);
  await file.write(3, Uint8Array.of(1, 2, 3));
  await file.write(0, Uint8Array.of(4, 5));
  const bytes = new Uint8Array(3);
  await file.read(3, bytes);
  expect([...bytes]).toEqual([1, 2, 3]);
  await expect(file.read(9, bytes)).rejects.toThrow(/ended early/);
  await file.close();
  await file.close();
  expect(await readdir(folder)).toEqual([]);
  await rm(folder, { recursive: true });
});

test('says that TMPDIR cannot be written', async () => {
  vi.stubEnv('TMPDIR', '/nowhere');
  await expect(new ScratchFile(10).write(0, new Uint8Array(1))).rejects.toThrow(
    /\/nowhere: no scratch file can be made/,
  );
});
