import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Loaded } from './load-plugins.js';

const esm = (name: string, more = '') =>
  `import { definePlugin } from 'biagraph'; export default { ...definePlugin({ name: '${name}', version: '1.0.0' }), definePlugin${more} };`;
const common = (name: string) =>
  `const { definePlugin } = require('biagraph'); module.exports = { ...definePlugin({ name: '${name}', version: '1.0.0' }), definePlugin };`;

const files: Record<string, string> = {
  'plain.mjs': esm('plain'),
  'typed.ts': `import type { Plugin } from 'biagraph'; const n: number = 1; ${esm('typed')}`,
  'with-helper.ts': `import { version } from './helper.js'; ${esm('with-helper', ', version')}`,
  'helper.ts': 'export const version: string = "2.0.0";',
  'modules/package.json': '{ "type": "module" }',
  'modules/typed.ts': `type A = 1; ${esm('typed-module')}`,
  'common.cjs': common('common'),
  'local/package.json': JSON.stringify({ name: 'local', type: 'module', exports: { import: './entry.js' } }),
  'local/entry.js': esm('local'),
  'empty/readme.txt': '',
  'broken.mjs': 'throw new Error("out of coffee");',
  'needs.mjs': 'import "something-else";',
  'syntax.ts': 'export default {',
  'no-default.mjs': 'export const x = 1;',
  'something-else.mjs': 'export default { name: "x" };',
  'no-version.mjs': 'export default { kind: "plugin", name: "x" };',
  'no-lists.mjs': 'export default { kind: "plugin", name: "x", version: "1" };',
  'no-id.mjs': esm('x', ', losses: [{}]'),
  'foreign-id.mjs': esm('x', ', nodes: [{ id: "loader/folder" }]'),
};

const packages: Record<string, object> = {
  'only-import': { exports: { '.': { types: './x.d.ts', import: './entry.js' } } },
  'string-exports': { exports: './entry.js' },
  nested: { exports: { node: { import: './entry.js' }, default: './other.js' } },
  main: { main: 'entry.js' },
  '@lab/scoped': { main: './entry.js' },
};
for (const [name, manifest] of Object.entries(packages)) {
  files[`node_modules/${name}/package.json`] = JSON.stringify({ name, type: 'module', ...manifest });
  files[`node_modules/${name}/entry.js`] = esm(name);
}

const good: [kind: string, spec: string, name: string][] = [
  ['a JavaScript file', './plain.mjs', 'plain'],
  ['a file named without a dot', 'plain.mjs', 'plain'],
  ['a TypeScript file', './typed.ts', 'typed'],
  ['a TypeScript file that imports another', './with-helper.ts', 'with-helper'],
  ['a TypeScript file of a folder of modules', './modules/typed.ts', 'typed-module'],
  ['a CommonJS file', './common.cjs', 'common'],
  ['a folder with a package.json', './local', 'local'],
  ['a package that only exports `import`', 'only-import', 'only-import'],
  ['a package with one export', 'string-exports', 'string-exports'],
  ['a package with nested conditions', 'nested', 'nested'],
  ['a package with `main`', 'main', 'main'],
  ['a scoped package', '@lab/scoped', '@lab/scoped'],
];

const bad: [kind: string, spec: string, message: RegExp][] = [
  ['a package that is not installed', 'nowhere', /is not installed.*npm install nowhere/],
  ['a file that is not there', './missing.ts', /there is no file .*missing\.ts/],
  ['a folder that is no package', './empty', /holds no package\.json/],
  ['a file that throws', './broken.mjs', /broken\.mjs\) could not be loaded: out of coffee/],
  ['a file that imports what is not there', './needs.mjs', /something-else/],
  ['a file that is no TypeScript', './syntax.ts', /could not be loaded/],
  ['a file without default export', './no-default.mjs', /has no default export/],
  ['a default export that is no plugin', './something-else.mjs', /does not export a plugin/],
  ['a plugin without version', './no-version.mjs', /does not export a plugin/],
  ['a plugin without lists', './no-lists.mjs', /exports 'nodes' that is not a list/],
  ['an entry without id', './no-id.mjs', /an entry without an id in 'losses'/],
  ['the id of another plugin', './foreign-id.mjs', /'loader\/folder'; ids of its nodes start with 'x\/'/],
];

let folder: string;
let loaded: Map<string, Loaded>;

// Far from any folder where biagraph is installed, and from below that of the YAML file.
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'plugins-'));
  for (const [file, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await writeFile(path.join(folder, file), text);
  }
  const script = fileURLToPath(new URL('./load-plugins.ts', import.meta.url));
  const specs = [...good, ...bad].map(([, spec]) => spec);
  const tsx = import.meta.resolve('tsx');
  const arguments_ = ['--import', tsx, script, folder, ...specs];
  const { stdout } = await promisify(execFile)(process.execPath, arguments_, { cwd: folder });
  loaded = new Map((JSON.parse(stdout) as Loaded[]).map((result) => [result.spec, result]));
});
afterAll(() => rm(folder, { recursive: true }));

describe('loads, with the running copy of biagraph,', () => {
  test.each(good)('%s', (_, spec, name) => expect(loaded.get(spec)).toEqual({ spec, name, shared: true }));
});

describe('refuses, naming the plugin,', () => {
  test.each(bad)('%s', (_, spec, message) => {
    const result = loaded.get(spec);
    if (!result || !('error' in result)) return expect.unreachable(`${spec} was loaded`);
    expect(result.error.name).toBe('Biagraph plugin error');
    expect(result.error.message).toContain(`plugin '${spec}'`);
    expect(result.error.message).toMatch(message);
    if (spec !== 'nowhere') expect(result.error.file).toMatch(new RegExp(`${path.basename(spec)}$`));
  });
});
