import { randomBytes } from 'node:crypto';
import { getEventListeners } from 'node:events';
import { mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { toImage } from '../../../core/image/axes.js';
import { image } from '../../../core/image/image.js';
import { nifti } from '../../../plugins/format/nifti.js';
import { arrayFile, arrayFiles } from '../../fixtures/array/load.js';
import { everyDtype } from './every-dtype.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'biagraph-nifti-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('reading', () => {
  test.each(arrayFiles(/\.nii(\.gz)?$/))('%s has the numbers that nibabel wrote', async (name, expected) => {
    const { shape, dtype, values, axes, spacing, unit } = expected;
    const raw = await nifti.read(arrayFile(name), {});
    expect({ shape: raw.shape, dtype: raw.dtype, axes: raw.axes }).toEqual({ shape, dtype, axes });
    expect([...raw.data]).toEqual(values);
    expect(raw.metadata).toEqual({ spacing, ...(unit && { unit }) });
    expect(await nifti.probe(arrayFile(name))).toEqual({ shape, dtype, axes });
  });

  /** The bytes of a sound file after a change, or the first of them. */
  async function damaged(change: number | ((bytes: Buffer) => unknown)): Promise<Buffer> {
    const bytes = await readFile(arrayFile('uint16.nii'));
    if (typeof change === 'number') return bytes.subarray(0, change);
    change(bytes);
    return bytes;
  }

  test.each<[string, number | ((bytes: Buffer) => unknown), RegExp]>([
    ['cut off', 400, /claims 3×4×5 values .* has 400/],
    ['cut off in its header', 200, /header/],
    ['of a huge shape', (bytes) => bytes.fill(0x7f, 42, 48), /claims 32639×32639×32639/],
    ['of a negative side', (bytes) => bytes.writeInt16LE(-3, 44), /shape 5×-3×3/],
    ['of ninety axes', (bytes) => bytes.writeInt16LE(90, 40), /90 axes/],
    ['of complex numbers', (bytes) => bytes.writeInt16LE(32, 70), /NIfTI type 32/],
    ['with pixels inside the header', (bytes) => bytes.writeFloatLE(8, 108), /from byte 8/],
    ['with pixels at no place', (bytes) => bytes.writeFloatLE(Number.NaN, 108), /from byte NaN/],
  ])('a file %s is refused by name', async (name, change, message) => {
    const file = path.join(folder, `${name}.nii`);
    await writeFile(file, await damaged(change));
    const wanted = { _tag: 'format', message: expect.stringMatching(message) };
    await expect(nifti.read(file, {})).rejects.toMatchObject(wanted);
    await expect(nifti.probe(file)).rejects.toThrow(file);
  });

  test.runIf(process.platform === 'linux')(
    'a compressed volume leaves no open file and no listener behind',
    async () => {
      const { signal } = new AbortController();
      const file = path.join(folder, 'closed.nii.gz');
      // The rest of the file is not read.
      await writeFile(file, gzipSync(Buffer.concat([await readFile(arrayFile('int16.nii')), randomBytes(2 ** 21)])));
      for (let i = 0; i < 5; i++) await nifti.read(file, { signal });
      expect(getEventListeners(signal, 'abort')).toHaveLength(0);
      await vi.waitFor(async () => {
        const descriptors = await readdir('/proc/self/fd');
        const open = await Promise.all(descriptors.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')));
        expect(open).not.toContain(file);
      });
    },
  );

  test('a compressed file that breaks off is refused, also when it claims more than it can hold', async () => {
    const packed = gzipSync(await readFile(arrayFile('int16.nii')));
    const cut = path.join(folder, 'cut.nii.gz');
    await writeFile(cut, packed.subarray(0, packed.length - 30));
    await expect(nifti.read(cut, {})).rejects.toMatchObject({ _tag: 'format', message: expect.stringContaining(cut) });
    const huge = path.join(folder, 'huge.nii.gz');
    await writeFile(huge, gzipSync(await damaged((bytes) => bytes.fill(0x7f, 42, 48))));
    await expect(nifti.read(huge, {})).rejects.toThrow(/claims 32639×32639×32639/);
  });
});

describe('writing', () => {
  test.each(everyDtype)('%s comes back as it was, with spacing and unit', async (_, make) => {
    for (const [shape, ending] of [
      [[4, 5, 1], '.nii'],
      [[6, 5, 3], '.nii.gz'],
      [[3, 6, 5, 1], '.nii.gz'],
      [[1, 6, 5, 1], '.nii'],
      [[4, 6, 5, 2], '.nii'],
    ] as const) {
      const spacing = [2, 0.5, 0.25].slice(-(shape.length - 1));
      const picture = image(make(shape.reduce<number>((product, side) => product * side, 1)), shape, {
        spacing,
        unit: 'micron',
      });
      const file = path.join(folder, `back${ending}`);
      await nifti.write!(file, picture, {});
      const back = toImage(await nifti.read(file, {}), shape.length === 3 ? '2D' : '3D');
      expect(back.shape).toEqual(shape);
      expect(back.data).toEqual(picture.data);
      expect(back.metadata).toMatchObject({ spacing, unit: 'micron' });
    }
  });
});
