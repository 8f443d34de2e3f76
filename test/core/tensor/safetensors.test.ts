import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadSafetensors, type NamedTensors, saveSafetensors } from '../../../core/tensor/index.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'safetensors-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function fileOf(header: unknown, data = new Uint8Array(0), claimed?: bigint): Promise<string> {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, claimed ?? BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  const file = path.join(folder, 'made.safetensors');
  await writeFile(file, bytes);
  return file;
}

describe('safetensors', () => {
  it('come back as they were saved', async () => {
    const tensor = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }).chain((shape) =>
      fc.record({
        shape: fc.constant(shape),
        data: fc.float32Array({
          minLength: shape.reduce((a, b) => a * b, 1),
          maxLength: shape.reduce((a, b) => a * b, 1),
        }),
      }),
    );
    const name = fc.string({ minLength: 1 }).filter((text) => text !== '__metadata__' && text !== '__proto__');
    await fc.assert(
      fc.asyncProperty(fc.dictionary(name, tensor), async (contents) => {
        const file = path.join(folder, 'round.safetensors');
        const tensors: NamedTensors = new Map(Object.entries(contents));
        await saveSafetensors(file, tensors, { epoch: '3' });
        const back = await loadSafetensors(file);
        expect(back.metadata).toEqual({ epoch: '3' });
        expect([...back.tensors.keys()].sort()).toEqual([...tensors.keys()].sort());
        for (const [key, { data, shape }] of tensors) {
          expect(back.tensors.get(key)!.shape).toEqual(shape);
          expect(new Uint8Array(back.tensors.get(key)!.data.buffer)).toEqual(
            new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
          );
        }
      }),
      { numRuns: 40, seed: 4 },
    );
  });

  it('are byte for byte what the format says', async () => {
    const file = path.join(folder, 'exact.safetensors');
    await saveSafetensors(file, new Map([['w', { data: Float32Array.of(1, -2), shape: [2] }]]));
    const bytes = await readFile(file);
    const length = Number(bytes.readBigUInt64LE(0));
    expect(length % 8).toBe(0);
    expect(JSON.parse(bytes.toString('utf8', 8, 8 + length))).toEqual({
      __metadata__: {},
      w: { dtype: 'F32', shape: [2], data_offsets: [0, 8] },
    });
    expect(bytes.readFloatLE(8 + length)).toBe(1);
    expect(bytes.length).toBe(8 + length + 8);
  });

  it.each<[string, number[], number[]]>([
    ['F16', [0x00, 0x3c, 0x00, 0xc0, 0x01, 0x00], [1, -2, 2 ** -24]],
    ['BF16', [0x80, 0x3f, 0x00, 0xc0], [1, -2]],
    ['I64', [255, 255, 255, 255, 255, 255, 255, 255], [-1]],
    ['U8', [7, 200], [7, 200]],
    ['F64', [0, 0, 0, 0, 0, 0, 0xf8, 0x3f], [1.5]],
  ])('of type %s are read as float32', async (dtype, bytes, values) => {
    const header = { t: { dtype, shape: [values.length], data_offsets: [0, bytes.length] } };
    const { tensors } = await loadSafetensors(await fileOf(header, Uint8Array.from(bytes)));
    expect([...tensors.get('t')!.data]).toEqual(values);
  });
});

describe('a damaged file is refused', () => {
  const entry = { dtype: 'F32', shape: [2], data_offsets: [0, 8] };
  const data = new Uint8Array(8);
  it.each<[string, () => Promise<string>, RegExp]>([
    [
      'a header longer than the file',
      () => fileOf({ t: entry }, data, 2n ** 60n),
      /header claims 1152921504606846976 bytes/,
    ],
    ['a header that is no JSON', () => fileOf('{"t": '), /not JSON/],
    ['a header that is a list', () => fileOf([]), /not an object/],
    ['a shape of another size', () => fileOf({ t: { ...entry, shape: [3] } }, data), /tensor t of shape 3/],
    ['a gigantic shape', () => fileOf({ t: { ...entry, shape: [1e9, 1e9] } }, data), /tensor t of shape/],
    [
      'gigantic offsets',
      () => fileOf({ t: { dtype: 'F32', shape: [2 ** 40], data_offsets: [0, 2 ** 42] } }, data),
      /claims the bytes/,
    ],
    [
      'offsets beyond the end',
      () => fileOf({ t: { ...entry, data_offsets: [4, 12] } }, data),
      /claims the bytes 4 to 12 of 8/,
    ],
    ['negative offsets', () => fileOf({ t: { ...entry, data_offsets: [-8, 0] } }, data), /malformed/],
    ['an unknown type', () => fileOf({ t: { ...entry, dtype: 'F8' } }, data), /unknown type F8/],
    ['metadata that are no texts', () => fileOf({ __metadata__: { a: 1 } }), /metadata/],
  ])('%s', async (_name, make, message) => {
    await expect(loadSafetensors(await make())).rejects.toThrow(message);
  });

  it('an empty file', async () => {
    const file = path.join(folder, 'empty.safetensors');
    await writeFile(file, '');
    await expect(loadSafetensors(file)).rejects.toThrow(/it has 0 bytes/);
  });

  it('a file that is not there', async () => {
    await expect(loadSafetensors(path.join(folder, 'none.safetensors'))).rejects.toThrow(/cannot be opened/);
  });
});
