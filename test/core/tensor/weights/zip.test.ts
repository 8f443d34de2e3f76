import { readFile } from 'node:fs/promises';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { PositionedFile } from '../../../../core/tensor/weights/positioned-file.js';
import { ZipArchive } from '../../../../core/tensor/weights/zip.js';
import { fixture, made, usesFolder } from './files.js';
import { type Entry, zipOf } from './zip-bytes.js';

usesFolder();

async function entriesOf(content: Uint8Array): Promise<Record<string, string>> {
  const file = await PositionedFile.open(await made('made.zip', content));
  try {
    const archive = await ZipArchive.open(file);
    const read: Record<string, string> = {};
    for (const name of archive.names) read[name] = Buffer.from(await archive.read(name)).toString('latin1');
    return read;
  } finally {
    await file.close();
  }
}

const one: Entry = { name: 'one', data: Buffer.from('first entry, first entry') };
const two: Entry = { name: 'two', data: Buffer.from('second') };
const contents = { one: 'first entry, first entry', two: 'second' };

describe('zip archives', () => {
  it.each<[string, Uint8Array]>([
    ['stored', zipOf([one, two])],
    ['deflated', zipOf([{ ...one, deflate: true }, two])],
    ['zip64', zipOf([one, { ...two, deflate: true }], { zip64: true })],
    ['with a comment', zipOf([one, two], { comment: 'PK\x05\x06 as a trap' })],
    ['of fflate', zipSync({ one: one.data, two: [two.data, { level: 0 }] })],
  ])('%s', async (_name, content) => {
    expect(await entriesOf(content)).toEqual(contents);
  });

  it('of PyTorch keep their names and sizes', async () => {
    const file = await PositionedFile.open(fixture('views.pth'));
    const archive = await ZipArchive.open(file);
    expect(archive.names).toContain('views/data.pkl');
    expect(archive.sizeOf('views/data/0')).toBe(12);
    expect(archive.sizeOf('nothing')).toBeUndefined();
    await file.close();
  });

  const bomb = new Uint8Array(100_000_000);
  const size = 2 ** 40;
  it.each<[string, () => Uint8Array, RegExp]>([
    ['cut off', () => zipOf([one, two]).slice(0, -30), /no end record/],
    ['a directory beyond the end', () => zipOf([one], { end: { start: 5000 } }), /claims 1 entries/],
    ['a directory too long', () => zipOf([one], { end: { length: 0x7fffffff } }), /claims 1 entries/],
    [
      'more entries than the directory has',
      () => zipOf([one, two], { end: { count: 60_000 } }),
      /claims 60000 entries/,
    ],
    [
      'a directory that is none',
      () => zipOf([one, two], { end: { start: 2 } }),
      /entry 1 of 2 of its directory is broken/,
    ],
    [
      'zip64 sizes beyond all numbers',
      () => zipOf([one], { zip64: true, end: { length: size } }),
      /claims 1 entries in 1099511627776/,
    ],
    [
      'stored entries of two sizes',
      () => zipOf([{ ...one, claims: { unpacked: 4e9 } }]),
      /has two sizes, 24 and 4000000000/,
    ],
    [
      'a size beyond the file',
      () => zipOf([{ ...one, claims: { packed: 4e9, unpacked: 4e9 } }]),
      /claim 4000000000 bytes/,
    ],
    [
      'a size into the directory',
      () => zipOf([{ ...one, claims: { packed: 60, unpacked: 60 } }]),
      /reaches into the directory/,
    ],
    [
      'a deflated size beyond what deflate can do',
      () => zipOf([{ ...one, deflate: true, claims: { unpacked: 3e9 } }]),
      /claims to unpack/,
    ],
    [
      'a deflated size that is too small',
      () => zipOf([{ ...one, deflate: true, claims: { unpacked: 3 } }]),
      /cannot be unpacked/,
    ],
    [
      'a deflated size that is too large',
      () => zipOf([{ ...one, deflate: true, claims: { unpacked: 25 } }]),
      /unpacks to 24 instead of 25/,
    ],
    [
      'a bomb',
      () => zipOf([{ name: 'bomb', data: bomb, deflate: true }]),
      /claims to unpack from \d+ to 100000000 bytes/,
    ],
    ['a place that is none', () => zipOf([{ ...one, claims: { start: 3 } }]), /not where the directory says/],
    ['another name', () => zipOf([{ ...one, localName: 'eno' }]), /another name in its own header/],
    ['the same name twice', () => zipOf([one, one]), /two entries "one"/],
    ['a wrong checksum', () => zipOf([{ ...one, claims: { crc: 1 } }]), /checksum of entry "one" is wrong/],
    ['encryption', () => zipOf([{ ...one, claims: { flags: 1 } }]), /is encrypted/],
    ['another method', () => zipOf([{ ...one, claims: { method: 14 } }]), /packed by method 14/],
  ])('refused: %s', async (_name, make, message) => {
    await expect(entriesOf(make())).rejects.toThrow(message);
  });

  it('refused: entries that share their bytes', async () => {
    const shared = Array.from({ length: 300 }, (_, i) => ({
      name: `e${i}`,
      data: new Uint8Array(0),
      claims: { start: 0 },
    }));
    const large: Entry = { name: 'large', data: new Uint8Array(50_000) };
    const overlapping = shared.map((entry) => ({ ...entry, claims: { start: 0, packed: 50_000, unpacked: 50_000 } }));
    await expect(entriesOf(zipOf([large, ...overlapping]))).rejects.toThrow(/its entries claim 15050000 bytes/);
  });

  it('refused: damaged data', async () => {
    const content = Uint8Array.from(await readFile(fixture('biapy.pth')));
    const at = Buffer.from(content).indexOf('biapy/data/0') + 150;
    content[at] ^= 1;
    await expect(entriesOf(content)).rejects.toThrow(/checksum of entry "biapy\/data\/0" is wrong/);
  });
});
