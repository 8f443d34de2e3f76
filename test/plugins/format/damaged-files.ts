/** A corpus of files as disks, networks and people damage them. Every one of them must be refused. */
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { arrayFile } from '../../fixtures/array/load.js';
import { fixture } from '../../fixtures/image/load.js';
import { makeDamagedContainers } from './damaged-containers.js';

export interface DamagedFile {
  name: string;
  ndim: '2D' | '3D';
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
    made.push({ name, ndim });
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
  for (const name of makeDamagedContainers(folder)) put(name, '3D');
  return made;
}

function npyOf(descr: string, shape: string, bytes: number, change: (pixels: Buffer) => void = () => {}): Buffer {
  const pixels = Buffer.alloc(bytes);
  change(pixels);
  const text = `{'descr': ${descr}, 'fortran_order': False, 'shape': ${shape}, }`.padEnd(117);
  return Buffer.concat([Buffer.from(`\x93NUMPY\x01\x00\x76\x00${text}\n`, 'latin1'), pixels]);
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
