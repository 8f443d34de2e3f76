import { describe, expect, it } from 'vitest';
import { readWeights } from '../../../../core/tensor/weights/index.js';
import { expectedOf, expectSame, fixture, made, usesFolder } from './files.js';
import { zipOf } from './zip-bytes.js';

usesFolder();

function npy(header: string, data = new Uint8Array(0), version = 1): Uint8Array {
  const length = version === 1 ? 2 : 4;
  const out = Buffer.alloc(8 + length + header.length + data.length);
  out.write('\x93NUMPY', 'latin1');
  out[6] = version;
  out.writeUIntLE(header.length, 8, length);
  out.write(header, 8 + length, 'latin1');
  out.set(data, 8 + length + header.length);
  return out;
}

function header(descr: string, shape: string, fortran = 'False'): string {
  return `{'descr': ${descr}, 'fortran_order': ${fortran}, 'shape': ${shape}, }\n`;
}

describe('arrays of NumPy', () => {
  it.each(['arrays.npz', 'arrays-compressed.npz'])('of all types and orders: %s', async (file) => {
    const read = await readWeights(fixture(file));
    expect(read.format).toBe('npz');
    expectSame(read.tensors, await expectedOf('arrays.npz'));
    expect(read.other).toEqual({ unread: { text: '<U2', complex: '<c8' } });
  });

  it('alone, big-endian and in Fortran order', async () => {
    const read = await readWeights(fixture('array.npy'));
    expect(read.tensors).toEqual(new Map([['array', { data: Float32Array.of(0, 1, 2, 3, 4, 5), shape: [2, 3] }]]));
  });

  it('with the header of version 2', async () => {
    const file = await made('two.npy', npy(header("'|u1'", '(2,)'), Uint8Array.of(7, 8), 2));
    expect((await readWeights(file)).tensors.get('array')).toEqual({ data: Float32Array.of(7, 8), shape: [2] });
  });

  it.each<[string, Uint8Array, RegExp]>([
    [
      'a shape beyond the file',
      npy(header("'<f4'", '(3,)'), new Uint8Array(8)),
      /does not fit into its storage of 2 numbers/,
    ],
    ['a gigantic shape', npy(header("'<f8'", '(1000000000, 1000000000)')), /shape \[1000000000,1000000000\]/],
    ['a side beyond all numbers', npy(header("'<f8'", `(${'9'.repeat(400)},)`)), /shape \[Infinity\]/],
    ['a header beyond the file', npy('', new Uint8Array(2)).fill(0xff, 8, 10), /header claims 65535 bytes/],
    ['a header that is none', npy('import os'), /its header is "import os"/],
    ['texts', npy(header("'<U5'", '(1,)')), /type <U5, which is no real number/],
    ['objects, which would be pickles', npy(header("'|O'", '(1,)'), new Uint8Array(9)), /type \|O/],
    ['structures', npy(header("[('a', '<f4')]", '(1,)'), new Uint8Array(4)), /type a structure/],
    ['too few bytes', npy('').slice(0, 9), /it has 9 bytes/],
  ])('refused: %s', async (_name, content, message) => {
    await expect(readWeights(await made('refused.npy', content))).rejects.toThrow(message);
  });

  it('name the array in an archive that is damaged', async () => {
    const content = zipOf([{ name: 'conv/kernel.npy', data: npy(header("'<f4'", '(3,)')) }]);
    await expect(readWeights(await made('refused.npz', content))).rejects.toThrow(
      /refused\.npz: array "conv\/kernel": a tensor of shape \[3\]/,
    );
  });
});
