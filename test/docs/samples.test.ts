import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { listPages, ROOT, readPage, sampleFiles } from './page.js';

const execute = promisify(execFile);
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder with the samples of a page, where `biagraph` is this working tree. */
function unpack(page: string): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'biagraph-samples-'));
  folders.push(folder);
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'), 'junction');
  writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }');
  const compilerOptions = { rootDir: path.parse(ROOT).root, paths: { biagraph: [path.join(ROOT, 'index.ts')] } };
  const settings = { extends: path.join(ROOT, 'tsconfig.json'), compilerOptions, include: ['*.ts', '*.mts'] };
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify(settings));
  for (const { name, text } of sampleFiles(readPage(page))) writeFileSync(path.join(folder, name), text);
  return folder;
}

/** Output of a Node program; fails with all that it printed. */
async function node(words: string[], environment: Record<string, string> = {}): Promise<string> {
  const options = { cwd: ROOT, env: { ...process.env, ...environment } };
  const { stdout } = await execute(process.execPath, words, options).catch((failure) => {
    throw new Error(`${words.join(' ')}\n${failure.stdout}\n${failure.stderr}`);
  });
  return stdout;
}

const pages = listPages().filter((page) => sampleFiles(readPage(page)).length > 0);

describe.each(pages)('samples of %s', (page) => {
  const folder = unpack(page);
  const names = sampleFiles(readPage(page)).map(({ name }) => name);

  it('have names of their own', () => {
    expect(new Set(names).size).toBe(names.length);
  });

  it.runIf(names.some((name) => /\.m?ts$/.test(name)))('fit the types of the package', async () => {
    await node([path.join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', folder, '--noEmit']);
  });

  it.each(names.filter((name) => name.endsWith('.yaml')))('%s passes the check', async (name) => {
    const command = ['--import', 'tsx', 'cli/main.ts', 'check', path.join(folder, name), '--json'];
    expect(JSON.parse(await node(command))).toMatchObject({ ok: true, problems: [] });
  });

  it.each(names.filter((name) => /\.test\.m?ts$/.test(name)))('%s passes', async (name) => {
    const settings = { TSX_TSCONFIG_PATH: path.join(folder, 'tsconfig.json') };
    const output = await node(['--import', 'tsx', '--test', path.join(folder, name)], settings);
    expect(output).toMatch(/pass [1-9]/);
  });
});
