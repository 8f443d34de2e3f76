import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readHead } from '../../../core/image/file-head.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'biagraph-head-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('short files are shown whole, of long ones the beginning', async () => {
  const content = Uint8Array.from({ length: 5000 }, (_, i) => i % 251);
  for (const length of [0, 7, 5000]) {
    await writeFile(join(folder, `${length}`), content.subarray(0, length));
    const head = await readHead(join(folder, `${length}`));
    if (head.kind !== 'file') throw new Error(`a file is seen as ${head.kind}`);
    expect(head.size).toBe(length);
    expect(head.bytes).toEqual(content.subarray(0, Math.min(length, 2056)));
  }
});

test('folders are told from files, and what is missing comes with the reason', async () => {
  expect(await readHead(folder)).toEqual({ kind: 'folder' });
  expect(await readHead(join(folder, 'missing'))).toMatchObject({ kind: 'closed', cause: { code: 'ENOENT' } });
});

test.skipIf(process.platform === 'win32')('a pipe is not waited for', async () => {
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  expect(await readHead(pipe)).toEqual({ kind: 'device' });
});
