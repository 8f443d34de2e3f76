/** Containers as disks, networks and people damage them, made of sound ones. */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fixtures } from './containers.js';

type Json = Record<string, unknown>;

/** Makes them in a folder and gives their names. */
export function makeDamagedContainers(folder: string): string[] {
  const made: string[] = [];
  const copy = (name: string, from: string, change: (container: string) => void) => {
    const container = path.join(folder, name);
    cpSync(path.join(fixtures, from), container, { recursive: true });
    change(container);
    made.push(name);
  };
  for (const codec of ['none', 'blosc-lz4', 'blosc-zstd-bit', 'zstd', 'lz4', 'gzip', 'zlib', 'fortran'])
    for (const [kind, damage] of DAMAGES)
      copy(`${kind}-${codec}.zarr`, `v2.zarr/codecs/${codec}`, (container) => damage(firstChunk(container)));
  for (const codec of ['raw', 'gzip', 'blosc'])
    for (const [kind, damage] of DAMAGES)
      copy(`${kind}-${codec}.n5`, `stack.n5/codecs/${codec}`, (container) => damage(firstChunk(container)));
  for (const [kind, change] of METADATA) {
    copy(`${kind}.zarr`, 'v2.zarr/codecs/none', (container) => edit(path.join(container, '.zarray'), change(ZARR)));
    copy(`${kind}.n5`, 'stack.n5/codecs/raw', (container) => edit(path.join(container, 'attributes.json'), change(N5)));
  }
  for (const [from, name, metadata] of [
    ['v2.zarr/codecs/none', 'zarr', '.zarray'],
    ['stack.n5/codecs/raw', 'n5', 'attributes.json'],
  ]) {
    const put = (kind: string, text: string) =>
      copy(`${kind}-metadata.${name}`, from, (container) => writeFileSync(path.join(container, metadata), text));
    put('cut', readFileSync(path.join(fixtures, from, metadata), 'utf8').slice(0, 60));
    put('page', '<!DOCTYPE html><html><body>Please log in</body></html>');
    put('list', '[1, 2, 3]');
  }
  mkdirSync(path.join(folder, 'nothing.zarr'));
  made.push('nothing.zarr');
  mkdirSync(path.join(folder, 'circle.zarr'));
  writeFileSync(path.join(folder, 'circle.zarr', '.zgroup'), '{"zarr_format": 2}');
  symlinkSync('.', path.join(folder, 'circle.zarr', 'inner'));
  made.push('circle.zarr');
  const sound = readFileSync(path.join(fixtures, 'stack.h5'));
  const put = (name: string, bytes: Uint8Array) => {
    writeFileSync(path.join(folder, name), bytes);
    made.push(name);
  };
  for (const share of [0.02, 0.1, 0.5, 0.9]) put(`cut-${share}.h5`, sound.subarray(0, Math.ceil(share * sound.length)));
  put('signature.h5', sound.subarray(0, 8));
  put('zeros.h5', Buffer.concat([sound.subarray(0, 8), Buffer.alloc(sound.length - 8)]));
  put('text.h5', Buffer.from('Not Found\n'.repeat(20)));
  return made;
}

/** What may become of the file of a chunk. */
const DAMAGES: readonly [kind: string, damage: (file: string) => void][] = [
  ['empty', (file) => writeFileSync(file, '')],
  ['cut', (file) => change(file, (bytes) => bytes.subarray(0, bytes.length >> 1))],
  ['text', (file) => writeFileSync(file, 'Not Found\n')],
  [
    'folder',
    (file) => {
      rmSync(file);
      mkdirSync(file);
    },
  ],
  [
    'circle',
    (file) => {
      rmSync(file);
      symlinkSync(path.basename(file), file);
    },
  ],
];

interface Keys {
  shape: string;
  chunk: string;
  type: string;
  compression: string;
  unknown: unknown;
}

const ZARR: Keys = { shape: 'shape', chunk: 'chunks', type: 'dtype', compression: 'compressor', unknown: { id: 'xz' } };
const N5: Keys = {
  shape: 'dimensions',
  chunk: 'blockSize',
  type: 'dataType',
  compression: 'compression',
  unknown: { type: 'xz' },
};

/** Lies of the metadata. */
const METADATA: readonly [kind: string, change: (keys: Keys) => Json][] = [
  ['huge-chunk', ({ chunk }) => ({ [chunk]: [2 ** 20, 2 ** 20, 2 ** 20] })],
  ['more-than-counts', ({ shape }) => ({ [shape]: [2 ** 40, 2 ** 40, 2 ** 40] })],
  ['other-chunk', ({ chunk }) => ({ [chunk]: [64, 64, 64] })],
  ['chunk-of-zero', ({ chunk }) => ({ [chunk]: [0, 5, 8] })],
  ['negative', ({ shape }) => ({ [shape]: [-5, 9, 11] })],
  ['empty', ({ shape }) => ({ [shape]: [5, 0, 11] })],
  ['too-many-axes', ({ shape, chunk }) => ({ [shape]: [1, 2, 5, 9, 11, 3, 3], [chunk]: [1, 2, 5, 9, 11, 3, 3] })],
  ['axes-disagree', ({ chunk }) => ({ [chunk]: [5, 8] })],
  ['no-shape', ({ shape }) => ({ [shape]: null })],
  ['text-for-shape', ({ shape }) => ({ [shape]: '5×9×11' })],
  ['unknown-type', ({ type }) => ({ [type]: 'complex256' })],
  ['unknown-compression', ({ compression, unknown }) => ({ [compression]: unknown })],
];

function firstChunk(container: string): string {
  const files = readdirSync(container, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.') && entry.name !== 'attributes.json')
    .map((entry) => path.join(entry.parentPath, entry.name));
  return files.sort()[0];
}

function change(file: string, work: (bytes: Buffer) => Uint8Array): void {
  writeFileSync(file, work(readFileSync(file)));
}

function edit(file: string, changes: Json): void {
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), ...changes }));
}
