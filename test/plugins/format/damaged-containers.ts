/** Containers as disks, networks and people damage them, made of sound ones. */
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateSync, gzipSync } from 'node:zlib';
import { makePipe } from './damaged-tables.js';
import { makeShardedArray } from './sharded-array.js';

const fixtures = fileURLToPath(new URL('../../fixtures/containers', import.meta.url));

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
  for (const codec of ['none', 'gzip', 'zlib', 'zstd', 'blosc-lz4'])
    for (const [kind, damage] of DAMAGES)
      copy(`${kind}-${codec}-v3.zarr`, `v2.zarr/codecs/${codec}`, (container) => {
        asVersion3(container);
        damage(firstChunk(container));
      });
  for (const [kind, change] of METADATA_3)
    copy(`${kind}-v3.zarr`, 'v2.zarr/codecs/none', (container) => {
      asVersion3(container);
      edit(path.join(container, 'zarr.json'), change);
    });
  for (const [kind, damage] of SHARD_DAMAGES) {
    const container = path.join(folder, `${kind}-shard.zarr`);
    makeShardedArray(container);
    damage(path.join(container, 'c/0/0/0'), path.join(container, 'zarr.json'));
    made.push(`${kind}-shard.zarr`);
  }
  copy('nan.zarr', 'v2.zarr/dtypes/little-f4', (container) => {
    edit(path.join(container, '.zarray'), { shape: [3, 5, 8], compressor: null });
    writeFileSync(firstChunk(container), Buffer.from(new Float32Array(120).fill(Number.NaN, 7, 8).buffer));
  });
  copy('nan.n5', 'stack.n5/dtypes/f4', (container) => {
    edit(path.join(container, 'attributes.json'), { dimensions: [8, 5, 3], compression: { type: 'raw' } });
    const pixels = Buffer.alloc(480);
    pixels.writeFloatBE(Number.NaN, 40);
    writeFileSync(firstChunk(container), Buffer.concat([blockHeader(8, 5, 3), pixels]));
  });
  copy('nan-fill.zarr', 'v2.zarr/dtypes/little-f4', (container) => {
    edit(path.join(container, '.zarray'), { fill_value: 'NaN' });
    rmSync(firstChunk(container));
  });
  for (const codec of ['gzip', 'zlib', 'zstd', 'blosc-lz4', 'lz4'])
    copy(`bomb-${codec}.zarr`, `v2.zarr/codecs/${codec}`, (container) => {
      edit(path.join(container, '.zarray'), { shape: [64, 64, 64], chunks: [64, 64, 64] });
      writeFileSync(path.join(container, '0.0.0'), BOMBS[codec]());
    });
  copy('settings.zarr', 'v2.zarr/codecs/blosc-lz4', (container) =>
    edit(path.join(container, '.zarray'), { compressor: { id: 'blosc', cname: 'lz4', clevel: 5, shuffle: 9 } }),
  );
  copy('pipe.zarr', 'v2.zarr/codecs/none', (container) => {
    const file = firstChunk(container);
    rmSync(file);
    makePipe(file);
  });
  copy('pipe-metadata.zarr', 'v2.zarr/codecs/none', (container) => {
    rmSync(path.join(container, '.zarray'));
    makePipe(path.join(container, '.zarray'));
  });
  copy('pipe.n5', 'stack.n5/codecs/raw', (container) => {
    const file = firstChunk(container);
    rmSync(file);
    makePipe(file);
  });
  copy('bomb.n5', 'stack.n5/codecs/gzip', (container) =>
    writeFileSync(firstChunk(container), Buffer.concat([blockHeader(8, 5, 3), BOMBS.gzip()])),
  );
  copy('large-block.n5', 'stack.n5/codecs/raw', (container) =>
    writeFileSync(firstChunk(container), Buffer.concat([blockHeader(2 ** 31, 2 ** 31, 3), Buffer.alloc(240)])),
  );
  copy('mode.n5', 'stack.n5/codecs/raw', (container) => change(firstChunk(container), (bytes) => bytes.fill(2, 1, 2)));
  copy('plate.zarr', 'plant/raw.ome.zarr', (container) =>
    edit(path.join(container, '.zattrs'), { multiscales: undefined, plate: { wells: [{ path: 'A/1' }] } }),
  );
  copy('no-datasets.zarr', 'plant/raw.ome.zarr', (container) =>
    edit(path.join(container, '.zattrs'), { multiscales: [{ version: '0.4', axes: [] }] }),
  );
  copy('lost-level.zarr', 'plant/raw.ome.zarr', (container) => rmSync(path.join(container, '0'), { recursive: true }));
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
  for (const name of readdirSync(path.join(fixtures, 'damaged')))
    put(name, readFileSync(path.join(fixtures, 'damaged', name)));
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

/** Metadata of version 3, and where it keeps the first chunk, for an array of version 2. */
function asVersion3(container: string): void {
  const { compressor } = JSON.parse(readFileSync(path.join(container, '.zarray'), 'utf8')) as {
    compressor: Json | null;
  };
  const { id, ...settings } = compressor ?? {};
  const blosc = id === 'blosc' ? { shuffle: 'shuffle', typesize: 2, blocksize: 0 } : {};
  const configuration = { ...settings, ...blosc };
  const codecs = [{ name: 'bytes', configuration: { endian: 'little' } }, ...(id ? [{ name: id, configuration }] : [])];
  mkdirSync(path.join(container, 'c/0/0'), { recursive: true });
  renameSync(path.join(container, '0.0.0'), path.join(container, 'c/0/0/0'));
  for (const name of readdirSync(container)) if (name !== 'c') rmSync(path.join(container, name));
  writeFileSync(path.join(container, 'zarr.json'), JSON.stringify({ ...VERSION_3, codecs }));
}

const VERSION_3 = {
  zarr_format: 3,
  node_type: 'array',
  shape: [5, 9, 11],
  data_type: 'uint16',
  chunk_grid: { name: 'regular', configuration: { chunk_shape: [3, 5, 8] } },
  chunk_key_encoding: { name: 'default', configuration: { separator: '/' } },
  fill_value: 0,
  attributes: {},
};

/** Lies of the metadata of version 3. */
const METADATA_3: readonly [kind: string, changes: Json][] = [
  ['huge-chunk', { chunk_grid: { name: 'regular', configuration: { chunk_shape: [2 ** 20, 2 ** 20, 2 ** 20] } } }],
  ['chunk-of-zero', { chunk_grid: { name: 'regular', configuration: { chunk_shape: [0, 5, 8] } } }],
  ['axes-disagree', { chunk_grid: { name: 'regular', configuration: { chunk_shape: [5, 8] } } }],
  ['unknown-grid', { chunk_grid: { name: 'rectilinear', configuration: {} } }],
  ['more-than-counts', { shape: [2 ** 40, 2 ** 40, 2 ** 40] }],
  ['empty', { shape: [5, 0, 11] }],
  ['negative', { shape: [-5, 9, 11] }],
  ['no-shape', { shape: null }],
  ['unknown-type', { data_type: 'complex256' }],
  ['structured-type', { data_type: { name: 'struct' } }],
  ['unknown-compression', { codecs: [{ name: 'bytes' }, { name: 'xz' }] }],
  ['no-codecs', { codecs: [] }],
  ['no-bytes-codec', { codecs: [{ name: 'gzip' }] }],
  ['unknown-version', { zarr_format: 4 }],
  ['fill-of-text', { fill_value: 'zero' }],
];

/** What may become of a shard. */
const SHARD_DAMAGES: readonly [kind: string, damage: (shard: string, metadata: string) => void][] = [
  ['empty', (shard) => writeFileSync(shard, '')],
  ['cut', (shard) => change(shard, (bytes) => bytes.subarray(0, bytes.length >> 1))],
  ['text', (shard) => writeFileSync(shard, 'Not Found\n'.repeat(30))],
  ['checksum', (shard) => change(shard, (bytes) => bytes.fill(1, 3, 4))],
  ['index', (shard) => change(shard, (bytes) => bytes.fill(1, bytes.length - 20, bytes.length - 18))],
  ['undivided', (_, metadata) => editShards(metadata, { chunk_shape: [2, 4, 4] })],
  ['no-inner-codecs', (_, metadata) => editShards(metadata, { codecs: undefined })],
  ['unknown-inner-codec', (_, metadata) => editShards(metadata, { codecs: [{ name: 'xz' }] })],
];

function editShards(metadata: string, changes: Json): void {
  const json = JSON.parse(readFileSync(metadata, 'utf8')) as { codecs: { configuration: Json }[] };
  Object.assign(json.codecs[0].configuration, changes);
  writeFileSync(metadata, JSON.stringify(json));
}

/** Little that would become much. A chunk of 64×64×64 values of two bytes may be stored in a megabyte. */
const BOMBS: Readonly<Record<string, () => Uint8Array>> = {
  gzip: () => gzipSync(Buffer.alloc(2 ** 28)),
  zlib: () => deflateSync(Buffer.alloc(2 ** 28)),
  // A frame that does not tell its size, with ten thousand runs of 128 KB of one byte.
  zstd() {
    const run = [2, 0, 16, 7];
    const runs = Array.from({ length: 9999 }, () => run).flat();
    return Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, 0x38, ...runs, 3, 0, 16, 7);
  },
  // Headers that claim four gigabytes.
  'blosc-lz4': () => Buffer.concat([Buffer.from([2, 1, 33, 2]), Buffer.alloc(12, 0xff), Buffer.alloc(100)]),
  lz4: () => Buffer.concat([Buffer.alloc(4, 0xff), Buffer.alloc(100)]),
};

/** Header of an N5 block: mode 0, three axes, the sides x first. */
function blockHeader(x: number, y: number, z: number): Buffer {
  const header = Buffer.alloc(16);
  header.writeUInt16BE(3, 2);
  for (const [axis, side] of [x, y, z].entries()) header.writeUInt32BE(side, 4 + 4 * axis);
  return header;
}

function firstChunk(container: string): string {
  const files = readdirSync(container, { recursive: true, withFileTypes: true })
    .filter(
      (entry) =>
        entry.isFile() && !entry.name.startsWith('.') && !['attributes.json', 'zarr.json'].includes(entry.name),
    )
    .map((entry) => path.join(entry.parentPath, entry.name));
  return files.sort()[0];
}

function change(file: string, work: (bytes: Buffer) => Uint8Array): void {
  writeFileSync(file, work(readFileSync(file)));
}

function edit(file: string, changes: Json): void {
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), ...changes }));
}
