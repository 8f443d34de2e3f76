import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { image } from '../../../core/image/image.js';
import { npy, npz } from '../../../plugins/format/npy.js';
import { arrayFile, arrayFiles } from '../../fixtures/array/load.js';
import { everyDtype } from './every-dtype.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'biagraph-npy-'));
});
afterAll(() => rm(folder, { recursive: true }));

const formatOf = (name: string) => (name.endsWith('.npz') ? npz : npy);

describe('reading', () => {
  test.each(arrayFiles(/\.np[yz]$/))('%s has the numbers that NumPy wrote', async (name, { shape, dtype, values }) => {
    const raw = await formatOf(name).read(arrayFile(name), {});
    expect({ shape: raw.shape, dtype: raw.dtype, values: [...raw.data] }).toEqual({ shape, dtype, values });
    expect(await formatOf(name).probe(arrayFile(name))).toEqual({ shape, dtype });
  });

  test('an archive of two arrays is refused with their names', async () => {
    await expect(npz.read(arrayFile('two.npz'), {})).rejects.toMatchObject({
      _tag: 'format',
      message: expect.stringMatching(/two\.npz: .*2 arrays \(a\.npy, b\.npy\)/),
    });
  });

  test('a file that was cut off anywhere is refused by name', async () => {
    const whole = await readFile(arrayFile('fortran.npy'));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: whole.length - 1 }), async (length) => {
        const file = path.join(folder, 'cut.npy');
        await writeFile(file, whole.subarray(0, length));
        await expect(npy.read(file, {})).rejects.toMatchObject({
          _tag: 'format',
          message: expect.stringContaining(file),
        });
        if (length < 64) await expect(npy.probe(file)).rejects.toMatchObject({ _tag: 'format' });
      }),
      { numRuns: 40 },
    );
  });

  test.each([
    ['a shape beyond the file', "'<u2'", '(60000, 60000, 60000)', /needs 4320*/],
    ['complex numbers', "'<c8'", '(2, 2)', /type '<c8'/],
    ['objects', "'|O'", '(2, 2)', /type '\|O'/],
  ])('%s', async (_, descr, shape, message) => {
    const text = `{'descr': ${descr}, 'fortran_order': False, 'shape': ${shape}, }`.padEnd(117);
    const file = path.join(folder, 'lying.npy');
    await writeFile(file, Buffer.from(`\x93NUMPY\x01\x00\x76\x00${text}\n${'\0'.repeat(32)}`, 'latin1'));
    await expect(npy.read(file, {})).rejects.toMatchObject({ _tag: 'format', message: expect.stringMatching(message) });
  });

  test('a 64-bit integer beyond 32 bits is refused', async () => {
    const bytes = await readFile(arrayFile('int64.npy'));
    bytes.writeBigInt64LE(2n ** 40n, bytes.length - 8);
    const file = path.join(folder, 'wide.npy');
    await writeFile(file, bytes);
    await expect(npy.read(file, {})).rejects.toThrow(/1099511627776 does not fit in 32 bits/);
  });
});

describe('writing', () => {
  test.each(everyDtype)('%s comes back as it was, in a plane, a stack and with channels', async (_, make) => {
    for (const shape of [
      [4, 5, 1],
      [6, 5, 3],
      [3, 6, 5, 1],
      [4, 6, 5, 2],
    ]) {
      const picture = image(make(shape.reduce((product, side) => product * side)), shape);
      const file = path.join(folder, 'back.npy');
      await npy.write!(file, picture, {});
      const raw = await npy.read(file, {});
      expect(raw.shape).toEqual(shape.at(-1) === 1 ? shape.slice(0, -1) : shape);
      expect(raw.data).toEqual(picture.data);
    }
  });
});
