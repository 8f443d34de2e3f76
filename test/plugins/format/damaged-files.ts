/** A corpus of files as disks, networks and people damage them. Every one of them must be refused. */
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { crc32 } from '../../../core/tensor/weights/crc32.js';
import { arrayFile } from '../../fixtures/array/load.js';
import { fixture } from '../../fixtures/image/load.js';
import { makeDamagedContainers } from './damaged-containers.js';
import { makeDamagedFolders, makeDamagedTables, makePipe } from './damaged-tables.js';

export interface DamagedFile {
  name: string;
  ndim: '2D' | '3D';
  /** What it is read as: an image, a table of points, or a folder of files. */
  kind: 'image' | 'points' | 'folder';
}

/** Sound files, each cut off, overwritten and renamed. */
const SOUND: [string, '2D' | '3D'][] = [
  [fixture('tiff/uint16.tif'), '2D'],
  [fixture('tiff/zlib-uint16.tif'), '2D'],
  [fixture('tiff/lzw-uint16.tif'), '2D'],
  [fixture('tiff/zstd-uint16.tif'), '2D'],
  [fixture('tiff/packbits-uint16.tif'), '2D'],
  [fixture('tiff/jpeg-rgb.tif'), '2D'],
  [fixture('tiff/tiled.tif'), '2D'],
  [fixture('tiff/bigtiff.tif'), '3D'],
  [fixture('tiff/imagej-z.tif'), '3D'],
  [fixture('tiff/ome-zcyx.ome.tif'), '3D'],
  [fixture('raster/grey8.png'), '2D'],
  [fixture('raster/rgb16.png'), '2D'],
  [fixture('raster/rgb.jpg'), '2D'],
  [fixture('raster/rgb.bmp'), '2D'],
  [fixture('raster/palette.bmp'), '2D'],
  [arrayFile('uint16.npy'), '2D'],
  [arrayFile('deflated.npz'), '3D'],
  [arrayFile('uint16.nii'), '3D'],
  [arrayFile('packed.nii.gz'), '3D'],
];

/** Makes the corpus in an empty folder and lists it. */
export function makeDamagedFiles(folder: string): DamagedFile[] {
  const made: DamagedFile[] = [];
  const put = (name: string, ndim: '2D' | '3D', content?: Uint8Array | string) => {
    if (content !== undefined) writeFileSync(path.join(folder, name), content);
    made.push({ name, ndim, kind: 'image' });
  };
  for (const [file, ndim] of SOUND) {
    const bytes = readFileSync(file);
    const name = path.basename(file);
    for (const share of [0.02, 0.3, 0.6])
      put(`cut-${share}-${name}`, ndim, bytes.subarray(0, Math.ceil(share * bytes.length)));
    put(`zeros-${name}`, ndim, new Uint8Array(bytes.length));
    put(`text-${name}`, ndim, 'Not Found\n'.repeat(20));
  }
  put('empty.tif', '2D', '');
  put('empty.png', '2D', '');
  put('page.tif', '2D', '<!DOCTYPE html><html><body>Please log in</body></html>');
  put('lzma.tif', '2D', readFileSync(fixture('tiff/lzma.tif')));
  put('transparent.png', '2D', readFileSync(fixture('raster/transparent.png')));
  put('flat.npy', '3D', npyOf("'<u2'", '(4, 5)', 40));
  put('five-axes.npy', '2D', npyOf("'<u2'", '(2, 3, 4, 5, 6)', 1440));
  put('one-axis.npy', '2D', npyOf("'<u2'", '(0,)', 0));
  put('no-pixels.npy', '2D', npyOf("'<u2'", '(0, 5)', 0));
  put('huge.npy', '3D', npyOf("'<f8'", '(100000, 100000, 100000)', 64));
  put('more-than-counts.npy', '3D', npyOf("'<f8'", '(99999999999999999999, 9)', 64));
  put('negative.npy', '2D', npyOf("'<u2'", '(-4, 5)', 64));
  put('complex.npy', '2D', npyOf("'<c8'", '(2, 4)', 64));
  put(
    'nan.npy',
    '2D',
    npyOf("'<f4'", '(4, 4)', 64, (bytes) => bytes.writeFloatLE(Number.NaN, 20)),
  );
  put(
    'infinite.npy',
    '2D',
    npyOf("'<f4'", '(4, 4)', 64, (bytes) => bytes.writeFloatLE(-Infinity, 20)),
  );
  put(
    'beyond-32-bits.npy',
    '2D',
    npyOf("'<u8'", '(2, 4)', 64, (bytes) => bytes.writeBigUInt64LE(2n ** 63n, 8)),
  );
  put('bomb.nii.gz', '3D', gzipSync(hugeNifti()));
  put('huge.nii', '3D', hugeNifti());
  put('two-images.npz', '3D', readFileSync(arrayFile('two.npz')));
  put('series.nii', '3D', readFileSync(arrayFile('time.nii')));
  put('huge-strip.tif', '2D', changed(fixture('tiff/uint16.tif'), tagValue(256, 2 ** 31)));
  put('huge-height.tif', '2D', changed(fixture('tiff/uint16.tif'), tagValue(257, 2 ** 31)));
  put('no-compression-known.tif', '2D', changed(fixture('tiff/uint16.tif'), tagValue(259, 9999)));
  put('ninety-bits.tif', '2D', changed(fixture('tiff/uint16.tif'), tagValue(258, 90)));
  put('offset-outside.tif', '2D', changed(fixture('tiff/uint16.tif'), tagValue(273, 2 ** 30)));
  put(
    'directory-outside.tif',
    '2D',
    changed(fixture('tiff/uint16.tif'), (bytes) => bytes.writeUInt32LE(2 ** 30, 4)),
  );
  put('directory-circle.tif', '3D', changed(fixture('tiff/pages.tif'), circle));
  mkdirSync(path.join(folder, 'folder.tif'));
  put('folder.tif', '2D');
  for (const [name, target] of [
    ['circle-a.tif', 'circle-b.tif'],
    ['circle-b.tif', 'circle-a.tif'],
    ['itself.tif', 'itself.tif'],
    ['lost.tif', 'nowhere.tif'],
  ]) {
    symlinkSync(target, path.join(folder, name));
    put(name, '2D');
  }
  put('not-there.tif', '2D');
  makePipe(path.join(folder, 'pipe.tif'));
  put('pipe.tif', '2D');
  put('zero-width.tif', '2D', changed(fixture('tiff/uint16.tif'), tagValue(256, 0)));
  put('nan.tif', '2D', changed(fixture('tiff/float32.tif'), lastFloat(Number.NaN)));
  put('infinite.tif', '2D', changed(fixture('tiff/float32.tif'), lastFloat(Infinity)));
  for (const [name, width, height] of [
    ['zero', 0, 17],
    ['huge', 2 ** 31 - 1, 2 ** 31 - 1],
    ['wide', 2 ** 20, 2 ** 10],
  ] as const)
    put(`${name}.png`, '2D', changed(fixture('raster/grey8.png'), pngHeader(width, height)));
  put('bit-depth.png', '2D', changed(fixture('raster/grey8.png'), pngHeader(23, 17, { depth: 7 })));
  put('compression.png', '2D', changed(fixture('raster/grey8.png'), pngHeader(23, 17, { compression: 9 })));
  put('noise.png', '2D', changed(fixture('raster/grey8.png'), noiseAfter('IDAT')));
  for (const [name, width, height] of [
    ['zero', 0, 17],
    ['huge', 65535, 65535],
  ] as const)
    put(`${name}.jpg`, '2D', changed(fixture('raster/rgb.jpg'), jpegFrame({ width, height })));
  put('lossless.jpg', '2D', changed(fixture('raster/rgb.jpg'), jpegFrame({ kind: 0xc3 })));
  put('five-components.jpg', '2D', changed(fixture('raster/rgb.jpg'), jpegFrame({ components: 5 })));
  put('zero.bmp', '2D', changed(fixture('raster/grey.bmp'), at(18, 0)));
  put('huge.bmp', '2D', changed(fixture('raster/grey.bmp'), at(18, 2 ** 31 - 1)));
  put('high.bmp', '2D', changed(fixture('raster/grey.bmp'), at(22, 2 ** 30)));
  put('run-length.bmp', '2D', changed(fixture('raster/grey.bmp'), at(30, 1)));
  put('pixels-outside.bmp', '2D', changed(fixture('raster/grey.bmp'), at(10, 2 ** 30)));
  put(
    'five-bits.bmp',
    '2D',
    changed(fixture('raster/grey.bmp'), (bytes) => bytes.writeUInt16LE(5, 28)),
  );
  put('nan.nii', '3D', changed(arrayFile('float32.nii'), lastFloat(Number.NaN)));
  put('infinite.nii', '3D', changed(arrayFile('float32.nii'), lastFloat(-Infinity)));
  put('no-pixels.nii', '3D', changed(arrayFile('uint16.nii'), short(42, 0)));
  put('negative.nii', '3D', changed(arrayFile('uint16.nii'), short(42, -5)));
  put('nine-axes.nii', '3D', changed(arrayFile('uint16.nii'), short(40, 9)));
  put('unknown-type.nii', '3D', changed(arrayFile('uint16.nii'), short(70, 1234)));
  put('complex.nii', '3D', changed(arrayFile('uint16.nii'), short(70, 32)));
  put(
    'pixels-outside.nii',
    '3D',
    changed(arrayFile('uint16.nii'), (bytes) => bytes.writeFloatLE(1e9, 108)),
  );
  put(
    'pair.nii',
    '3D',
    changed(arrayFile('uint16.nii'), (bytes) => bytes.write('ni1', 344)),
  );
  put('cut-header.npy', '2D', npyOf("'<u2'", '(4, 5)', 40).subarray(0, 60));
  put(
    'no-header.npy',
    '2D',
    changed(arrayFile('uint16.npy'), (bytes) => bytes.fill(0x20, 10, 100)),
  );
  put('header-of-code.npy', '2D', npyOf("'<u2'", "(__import__('os').system('true'), 5)", 40));
  put('objects.npy', '2D', npyOf("'|O'", '(4, 5)', 400));
  put('text.npy', '2D', npyOf("'<U8'", '(4, 5)', 640));
  put(
    'version.npy',
    '2D',
    changed(arrayFile('uint16.npy'), (bytes) => bytes.writeUInt8(77, 6)),
  );
  put(
    'huge-header.npy',
    '2D',
    changed(arrayFile('uint16.npy'), (bytes) => bytes.writeUInt8(2, 6) && bytes.fill(0xff, 8, 12)),
  );
  put(
    'method.npz',
    '3D',
    changed(
      arrayFile('deflated.npz'),
      zipEntry(8, 10, (bytes, place) => bytes.writeUInt16LE(12, place)),
    ),
  );
  put(
    'huge.npz',
    '3D',
    changed(
      arrayFile('deflated.npz'),
      zipEntry(22, 24, (bytes, place) => bytes.writeUInt32LE(2 ** 31, place)),
    ),
  );
  put(
    'checksum.npz',
    '3D',
    changed(
      arrayFile('stored.npz'),
      zipEntry(14, 16, (bytes, place) => bytes.writeUInt32LE(1, place)),
    ),
  );
  put(
    'locked.npz',
    '3D',
    changed(
      arrayFile('deflated.npz'),
      zipEntry(6, 8, (bytes, place) => bytes.writeUInt16LE(1, place)),
    ),
  );
  for (const name of makeDamagedContainers(folder)) put(name, '3D');
  for (const name of makeDamagedTables(folder)) made.push({ name, ndim: '2D', kind: 'points' });
  for (const name of makeDamagedFolders(folder)) made.push({ name, ndim: '2D', kind: 'folder' });
  return made;
}

function npyOf(descr: string, shape: string, bytes: number, change: (pixels: Buffer) => void = () => {}): Buffer {
  const pixels = Buffer.alloc(bytes);
  change(pixels);
  const text = `{'descr': ${descr}, 'fortran_order': False, 'shape': ${shape}, }`.padEnd(117);
  return Buffer.concat([Buffer.from(`\x93NUMPY\x01\x00\x76\x00${text}\n`, 'latin1'), pixels]);
}

const at = (place: number, value: number) => (bytes: Buffer) => bytes.writeInt32LE(value, place);
const short = (place: number, value: number) => (bytes: Buffer) => bytes.writeInt16LE(value, place);
/** The last value of a little-endian float32 file whose pixels come last. */
const lastFloat = (value: number) => (bytes: Buffer) => bytes.writeFloatLE(value, bytes.length - 4);

/** Width and height in the header of a PNG, with the checksum that belongs to them. */
function pngHeader(width: number, height: number, { depth = 8, compression = 0 } = {}): (bytes: Buffer) => void {
  return (bytes) => {
    bytes.writeUInt32BE(width, 16);
    bytes.writeUInt32BE(height, 20);
    bytes.writeUInt8(depth, 24);
    bytes.writeUInt8(compression, 26);
    bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29);
  };
}

/** Noise in place of the content of a chunk of a PNG, with the checksum that belongs to it. */
function noiseAfter(chunk: string): (bytes: Buffer) => void {
  return (bytes) => {
    const name = bytes.indexOf(chunk);
    const length = bytes.readUInt32BE(name - 4);
    for (let i = 0; i < length; i++) bytes[name + 4 + i] = (i * 97 + 13) & 255;
    bytes.writeUInt32BE(crc32(bytes.subarray(name, name + 4 + length)), name + 4 + length);
  };
}

/** Changes of the frame header of a baseline JPEG. */
function jpegFrame(frame: { width?: number; height?: number; kind?: number; components?: number }) {
  return (bytes: Buffer) => {
    const start = bytes.indexOf(Buffer.from([0xff, 0xc0]));
    if (frame.kind !== undefined) bytes.writeUInt8(frame.kind, start + 1);
    if (frame.height !== undefined) bytes.writeUInt16BE(frame.height, start + 5);
    if (frame.width !== undefined) bytes.writeUInt16BE(frame.width, start + 7);
    if (frame.components !== undefined) bytes.writeUInt8(frame.components, start + 9);
  };
}

/** Changes a field of the first entry of an archive, in its own header and in the directory at the end. */
function zipEntry(own: number, listed: number, change: (bytes: Buffer, place: number) => unknown) {
  return (bytes: Buffer) => {
    change(bytes, own);
    change(bytes, bytes.indexOf(Buffer.from('PK\x01\x02', 'latin1')) + listed);
  };
}

function hugeNifti(): Buffer {
  return changed(arrayFile('uint16.nii'), (bytes) => bytes.fill(0x7f, 42, 48));
}

function changed(file: string, change: (bytes: Buffer) => unknown): Buffer {
  const bytes = readFileSync(file);
  change(bytes);
  return bytes;
}

/** Overwrites the value of a tag in the first directory of a little-endian classic TIFF; its type becomes LONG. */
function tagValue(tag: number, value: number): (bytes: Buffer) => void {
  return (bytes) => {
    const start = bytes.readUInt32LE(4);
    for (let i = 0; i < bytes.readUInt16LE(start); i++) {
      const at = start + 2 + 12 * i;
      if (bytes.readUInt16LE(at) !== tag) continue;
      bytes.writeUInt16LE(4, at + 2);
      bytes.writeUInt32LE(1, at + 4);
      bytes.writeUInt32LE(value, at + 8);
      return;
    }
    throw new Error(`the file has no tag ${tag}`);
  };
}

/** The second directory names the first as the next one. */
function circle(bytes: Buffer): void {
  const first = bytes.readUInt32LE(4);
  const second = bytes.readUInt32LE(first + 2 + 12 * bytes.readUInt16LE(first));
  bytes.writeUInt32LE(first, second + 2 + 12 * bytes.readUInt16LE(second));
}
