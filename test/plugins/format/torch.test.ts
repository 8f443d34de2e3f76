import { copyFile, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readImage } from '../../../core/image/format.js';
import { allocate, type DType } from '../../../core/image/image.js';
import { torch } from '../../../plugins/format/torch.js';
import { arrayFile } from '../../fixtures/array/load.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'biagraph-torch-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** The values of make_pt.py. */
function ramp(dtype: DType, length: number, offset = dtype.startsWith('u') ? 0 : -20) {
  const data = allocate(dtype, length);
  for (let i = 0; i < length; i++) data[i] = ((3 * i) % 120) + offset;
  return data;
}

const pt = (name: string) => arrayFile(`tensor-${name}.pt`);

describe('reading', () => {
  test.each<[string, DType]>([
    ['uint8', 'uint8'],
    ['int8', 'int8'],
    ['int16', 'int16'],
    ['int32', 'int32'],
    ['int64', 'int32'],
    ['float16', 'float32'],
    ['float32', 'float32'],
    ['float64', 'float64'],
    ['before-1.6', 'int16'],
  ])('%s', async (name, dtype) => {
    const { data, shape } = await torch.read(pt(name), {});
    expect(shape).toEqual([7, 9]);
    expect(data).toEqual(ramp(dtype, 63));
    expect(await torch.probe(pt(name))).toEqual({ shape: [7, 9], dtype });
  });

  test('truth values', async () => {
    const { data } = await torch.read(pt('bool'), {});
    expect(data).toEqual(ramp('uint8', 63).map((value) => value % 2));
  });

  test('views: transposed, a part, repeated', async () => {
    const transposed = await torch.read(pt('transposed'), {});
    const whole = ramp('int16', 63);
    expect([transposed.shape, ...transposed.data]).toEqual([
      [7, 9],
      ...Array.from({ length: 63 }, (_, i) => whole[(i % 9) * 7 + Math.floor(i / 9)]),
    ]);
    const part = await torch.read(pt('part'), {});
    const large = ramp('int16', 88);
    expect([...part.data]).toEqual(
      Array.from({ length: 63 }, (_, i) => large[(1 + Math.floor(i / 9)) * 11 + 2 + (i % 9)]),
    );
    const repeated = await torch.read(pt('repeated'), {});
    expect([...repeated.data]).toEqual(Array.from({ length: 63 }, (_, i) => 3 * (i % 9)));
  });

  test('an image with its channels first becomes one with its channels last', async () => {
    const { shape, data } = await readImage(pt('channels-first'), [torch], { ndim: '2D' });
    expect(shape).toEqual([7, 9, 3]);
    const values = ramp('float32', 189);
    expect([...data.subarray(0, 3)]).toEqual([values[0], values[63], values[126]]);
  });
});

describe('what cannot be read', () => {
  test.each([
    [
      'dictionary',
      /tensor-dictionary\.pt: the tensor cannot be read as an image: it holds something else than one tensor/,
    ],
    ['brain', /its numbers are of type bfloat16; save it as float32/],
    ['forged', /it has 268435456 numbers, but only 4 bytes of them are stored/],
  ])('%s', async (name, message) => {
    await expect(torch.read(pt(name), {})).rejects.toThrow(message);
  });

  test('a file that is cut off, and an archive of something else', async () => {
    const cut = path.join(folder, 'cut.pt');
    await copyFile(pt('int16'), cut);
    await truncate(cut, 300);
    await expect(torch.read(cut, {})).rejects.toThrow(/cut\.pt: the tensor cannot be read as an image: /);
    const other = path.join(folder, 'other.pt');
    await writeFile(other, await readFile(arrayFile('stored.npz')));
    await expect(torch.read(other, {})).rejects.toThrow(/other\.pt: .*it is no file of torch\.save/);
  });

  test('only files that end in .pt are taken for images', async () => {
    const head = (await readFile(pt('int16'))).subarray(0, 512);
    expect(torch.detects(head, 'a.PT')).toBe(true);
    expect(torch.detects(head, 'a.pth')).toBe(false);
    expect(torch.detects(Uint8Array.of(1, 2, 3), 'a.pt')).toBe(false);
  });
});
