import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { makeFolder } from '../../../core/job/make-folder.js';

function temporary(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'biagraph-folder-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

it('makes all folders that are missing, and takes those that are there', async () => {
  const folder = path.join(temporary(), 'a/b/c');
  await makeFolder(folder);
  await makeFolder(folder);
  expect(statSync(folder).isDirectory()).toBe(true);
});

it('tells a file in the way', async () => {
  const root = temporary();
  writeFileSync(path.join(root, 'a'), '');
  await expect(makeFolder(path.join(root, 'a/b'))).rejects.toMatchObject({ code: 'ENOTDIR' });
});

it('tells a link that leads nowhere', async () => {
  const root = temporary();
  symlinkSync(path.join(root, 'gone'), path.join(root, 'link'));
  await expect(makeFolder(path.join(root, 'link/b'))).rejects.toThrow(/^(ENOENT|ENOTDIR): /);
});
