// Brings a fresh clone to life: installs from the npm registry when the lock file changed, compiles when a source did.
// Needs nothing but Node and npm; does nothing when all is in place.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const SOURCES = [
  'index.ts',
  'assembly.ts',
  'pipeline.ts',
  'core',
  'plugins',
  'graphs',
  'cli',
  'host',
  'scripts/bundle-packages.mjs',
  'tsconfig.json',
  'tsconfig.build.json',
];

if (Number(process.versions.node.split('.')[0]) < 20) {
  console.error(`Biagraph needs Node 20 or newer; this is ${process.versions.node}.`);
  process.exit(1);
}

const lock = hashOf(['package-lock.json', 'package.json']);
if (read('node_modules/.biagraph-installed') !== lock) {
  console.log('Installing dependencies ...');
  // npm 11 takes the list of allowed install scripts from package.json, older ones need the variable.
  run(npm(), ['ci', '--include=dev', '--no-fund', '--no-audit', '--loglevel=error'], {
    ONNXRUNTIME_NODE_INSTALL: 'skip',
  });
  writeFileSync(path.join(root, 'node_modules/.biagraph-installed'), lock);
}

const sources = hashOf(SOURCES);
if (read('dist/.biagraph-built') !== sources) {
  console.log('Compiling ...');
  run(process.execPath, [path.join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json']);
  run(process.execPath, ['scripts/bundle-packages.mjs']);
  chmodSync(path.join(root, 'dist/cli/main.js'), 0o755);
  mkdirSync(path.join(root, 'dist'), { recursive: true });
  writeFileSync(path.join(root, 'dist/.biagraph-built'), sources);
}

linkCommand();

/** npm links the commands of dependencies, but not the package's own: `npx biagraph` would not find it in the clone. */
function linkCommand() {
  const folder = path.join(root, 'node_modules/.bin');
  const main = path.join(root, 'dist/cli/main.js');
  mkdirSync(folder, { recursive: true });
  if (process.platform === 'win32') writeFileSync(path.join(folder, 'biagraph.cmd'), `@node "${main}" %*\r\n`);
  else {
    rmSync(path.join(folder, 'biagraph'), { force: true });
    symlinkSync(path.relative(folder, main), path.join(folder, 'biagraph'));
  }
}

function npm() {
  return process.env.npm_execpath ?? 'npm';
}

function run(command, args, extra = {}) {
  const viaNode = /\.[cm]?js$/.test(command);
  const result = spawnSync(viaNode ? process.execPath : command, viaNode ? [command, ...args] : args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...extra },
    shell: !viaNode && process.platform === 'win32',
  });
  if (result.status !== 0) process.exit(result.status ?? 1);
}

function read(file) {
  const full = path.join(root, file);
  return existsSync(full) ? readFileSync(full, 'utf8') : undefined;
}

function hashOf(entries) {
  const hash = createHash('sha256');
  for (const entry of entries) addTo(hash, entry);
  return hash.digest('hex');
}

function addTo(hash, entry) {
  const full = path.join(root, entry);
  if (!existsSync(full)) return;
  if (statSync(full).isDirectory()) for (const name of readdirSync(full).sort()) addTo(hash, path.join(entry, name));
  else hash.update(`${entry}\0`).update(readFileSync(full));
}
