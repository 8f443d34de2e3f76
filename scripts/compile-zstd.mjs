// Makes plugins/format/zstd-module.ts: the decoder of Zstandard (https://github.com/facebook/zstd, BSD), compiled to WebAssembly with
// copies of sixteen bytes. Needs Node and npm only: the sources lie in the package zstd-napi, clang comes as WebAssembly itself.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** Whoever changes a version writes its integrity from `npm view NAME@VERSION dist.integrity`. */
const SOURCES = {
  name: 'zstd-napi',
  version: '0.0.13',
  integrity: 'sha512-ErGF+Ko1PsbooU6oC/sc/diiWKwVa0kd/5AkFSs7kg5kwcEuOtSzOy3xUOadXQlAVNab9TxsxaUk3hOq3cj/lA==',
};
const CLANG = {
  name: '@yowasp/clang',
  version: '22.0.0-git20542-10',
  integrity: 'sha512-V31/z9GrJECKeACTDUyvg2llbEUiFi3bxtL5HSg7H/6sydSxdI/AoVAD9F5ozrfLjotWl0B9rghR87m+DUM/zg==',
};

const FILES = [
  ...['debug', 'entropy_common', 'error_private', 'fse_decompress', 'xxhash', 'zstd_common'].map(
    (n) => `common/${n}.c`,
  ),
  ...['huf_decompress', 'zstd_ddict', 'zstd_decompress', 'zstd_decompress_block'].map((n) => `decompress/${n}.c`),
];
const EXPORTS = ['malloc', 'free', 'ZSTD_createDCtx', 'ZSTD_decompressDCtx'];
// Sequences are decoded without looking ahead, for WebAssembly cannot ask for memory before it is needed.
const DEFINED = [
  'ZSTD_DISABLE_ASM',
  'ZSTD_LEGACY_SUPPORT=0',
  'ZSTD_TRACE=0',
  'NDEBUG',
  'ZSTD_FORCE_DECOMPRESS_SEQUENCES_SHORT',
];

const work = mkdtempSync(path.join(tmpdir(), 'zstd-'));
try {
  const [sources, clang] = [SOURCES, CLANG].map(fetched);
  const { runClang } = await import(pathToFileURL(path.join(clang, 'gen/bundle.js')).href);
  const library = path.join(sources, 'deps/zstd');
  const args = [
    ...['clang', '--target=wasm32-wasip1', '-mexec-model=reactor', '-Os', '-msimd128', '-mbulk-memory', '-I.'],
    ...DEFINED.map((name) => `-D${name}`),
    ...FILES,
    ...['-Wl,--no-entry', '-Wl,--strip-all', ...EXPORTS.map((name) => `-Wl,--export=${name}`), '-o', 'zstd.wasm'],
  ];
  const made = await runClang(args, treeOf(path.join(library, 'lib')), { fetchProgress() {} });
  const lines = Buffer.from(made['zstd.wasm'])
    .toString('base64')
    .match(/.{1,110}/g);
  const license = readFileSync(path.join(library, 'LICENSE'), 'utf8').trimEnd();
  const file = 'plugins/format/zstd-module.ts';
  writeFileSync(
    file,
    `/**\n * Made of libzstd ${versionOf(library)} by \`scripts/compile-zstd.mjs\`; do not edit.\n *\n` +
      `${license.replace(/^/gm, ' * ').replace(/ +$/gm, '')}\n */\nexport const ZSTD =\n` +
      `${lines.map((line) => `  '${line}'`).join(' +\n')};\n`,
  );
  console.log(`${file}: ${made['zstd.wasm'].length} bytes of WebAssembly`);
} finally {
  rmSync(work, { recursive: true });
}

/** Unpacks a package of the registry; nothing in it is run. */
function fetched({ name, version, integrity }) {
  const npm = (...args) =>
    execFileSync('npm', args, { cwd: work, encoding: 'utf8', shell: process.platform === 'win32' });
  const [packed] = JSON.parse(npm('pack', `${name}@${version}`, '--json'));
  if (packed.integrity !== integrity) throw new Error(`${name}@${version} is not the one that was looked at`);
  const folder = path.join(work, name.replace(/\W/g, '-'));
  mkdirSync(folder);
  execFileSync('tar', ['xzf', path.join(work, packed.filename), '-C', folder, '--strip-components=1']);
  return folder;
}

/** The sources below a folder as clang takes them. */
function treeOf(folder) {
  const entries = readdirSync(folder, { withFileTypes: true });
  const kept = entries.filter((entry) => entry.isDirectory() || /\.[ch]$/.test(entry.name));
  const read = (entry, at = path.join(folder, entry.name)) => (entry.isDirectory() ? treeOf(at) : readFileSync(at));
  return Object.fromEntries(kept.map((entry) => [entry.name, read(entry)]));
}

function versionOf(library) {
  const header = readFileSync(path.join(library, 'lib/zstd.h'), 'utf8');
  return ['MAJOR', 'MINOR', 'RELEASE']
    .map((part) => new RegExp(`ZSTD_VERSION_${part} +(\\d+)`).exec(header)[1])
    .join('.');
}
