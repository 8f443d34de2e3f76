import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { biagraph, builtFile } from '../cli/command.js';
import { listPages, ROOT, readPage, sampleFiles } from './page.js';

const execute = promisify(execFile);
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** What `biagraph` is, in types and when it runs: as users have it, where it is compiled. */
const TYPES = builtFile('index.d.ts') ?? path.join(ROOT, 'index.ts');
const PROGRAM = builtFile('index.js') ?? path.join(ROOT, 'index.ts');

/** A folder with the samples of a page, where `biagraph` is this working tree. */
function unpack(page: string): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'biagraph-samples-'));
  folders.push(folder);
  for (const name of ['node_modules', 'examples'])
    symlinkSync(path.join(ROOT, name), path.join(folder, name), 'junction');
  writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }');
  for (const [name, biagraph] of [
    ['tsconfig.json', TYPES],
    ['tsconfig.run.json', PROGRAM],
  ]) {
    const compilerOptions = { rootDir: path.parse(ROOT).root, paths: { biagraph: [biagraph] } };
    const settings = { extends: path.join(ROOT, 'tsconfig.json'), compilerOptions, include: ['*.ts'] };
    writeFileSync(path.join(folder, name), JSON.stringify(settings));
  }
  for (const { name, text } of sampleFiles(readPage(page))) {
    writeFileSync(path.join(folder, name), text);
    // What an earlier job would have left.
    for (const [, file] of text.matchAll(/: (out\/\S+)$/gm)) {
      mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
      writeFileSync(path.join(folder, file), file.endsWith('.safetensors') ? emptyCheckpoint() : '');
    }
  }
  return folder;
}

/** A checkpoint of one number, which says nothing of its network. */
function emptyCheckpoint(): Buffer {
  const header = JSON.stringify({ 'model.x': { dtype: 'F32', shape: [1], data_offsets: [0, 4] } });
  const bytes = Buffer.alloc(8 + header.length + 4);
  bytes.writeBigUInt64LE(BigInt(header.length));
  bytes.write(header, 8);
  return bytes;
}

/** Output of a Node program that runs in a folder; fails with all that it printed. */
async function node(cwd: string, words: string[], environment: Record<string, string> = {}): Promise<string> {
  const options = { cwd, env: { ...process.env, ...environment } };
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

  if (names.some((name) => name.endsWith('.ts')))
    it('fit the types of the package', async () => {
      await node(folder, [path.join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', folder, '--noEmit']);
    });

  it.each(names.filter((name) => name.endsWith('.yaml')))('%s passes the check', async (name) => {
    const { stdout, stderr } = await biagraph(['check', name, '--json'], { cwd: folder });
    expect(stderr).toBe('');
    const { ok, problems } = JSON.parse(stdout) as {
      ok: boolean;
      problems: { severity: string; key?: string }[];
    };
    // The stand-in of a checkpoint says nothing of its network, which one notice tells; any other problem is the sample's.
    const standIn = { severity: 'notice', key: 'MODEL.ITEMS_TO_LOAD_FROM_CHECKPOINT' };
    const own = problems.filter(({ severity, key }) => severity !== standIn.severity || key !== standIn.key);
    expect({ ok, problems: own }).toEqual({ ok: true, problems: [] });
  });

  it.each(names.filter((name) => name.endsWith('.test.ts')))('%s passes', async (name) => {
    const settings = { TSX_TSCONFIG_PATH: path.join(folder, 'tsconfig.run.json') };
    const output = await node(folder, ['--import', 'tsx', '--test', name], settings);
    expect(output).toMatch(/pass [1-9]/);
  });
});
