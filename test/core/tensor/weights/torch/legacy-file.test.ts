import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { readWeights } from '../../../../../core/tensor/weights/index.js';
import { Op } from '../../../../../core/tensor/weights/pickle/opcode.js';
import { LEGACY_START } from '../../../../../core/tensor/weights/torch/legacy-file.js';
import { fixture, made, usesFolder } from '../files.js';
import { bytes, dict, int, name, pickle, storage, tensor, text, tuple, u64 } from '../pickle-bytes.js';

usesFolder();

interface Parts {
  protocol?: number;
  object?: Uint8Array;
  keys?: string[];
  storages?: Uint8Array[];
  little?: boolean;
}

const a = dict({ a: tensor(storage('5', 2), [2], [1]) });
const numbers = (...values: number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);

function legacy({ protocol = 1001, object = a, keys = ['5'], storages, little = true }: Parts = {}): Uint8Array {
  return bytes(
    LEGACY_START,
    Op.STOP,
    pickle(int(protocol)),
    pickle(dict({ little_endian: Uint8Array.of(little ? Op.NEWTRUE : Op.NEWFALSE) })),
    pickle(object),
    pickle(']', Op.MARK, ...keys.map(text), Op.APPENDS),
    ...(storages ?? [bytes(u64(2), numbers(1, -2))]),
  );
}

async function valuesOf(content: Uint8Array): Promise<Record<string, number[]>> {
  const { tensors } = await readWeights(await made('made.pth', content));
  return Object.fromEntries([...tensors].map(([key, { data }]) => [key, [...data]]));
}

describe('files of torch.save before 1.6', () => {
  it('are read as the format says', async () => {
    expect(await valuesOf(legacy())).toEqual({ a: [1, -2] });
  });

  it('of big-endian machines', async () => {
    const big = new Uint8Array(16);
    const view = new DataView(big.buffer);
    view.setBigInt64(0, 2n, false);
    view.setFloat32(8, 1, false);
    view.setFloat32(12, -2, false);
    expect(await valuesOf(legacy({ little: false, storages: [big] }))).toEqual({ a: [1, -2] });
  });

  it('with parts of storages', async () => {
    const part = bytes(
      tuple(
        text('storage'),
        name('torch', 'FloatStorage'),
        text('5'),
        text('cpu'),
        int(4),
        tuple(text('6'), int(1), int(2)),
      ),
      Op.BINPERSID,
    );
    const object = dict({ a: tensor(part, [2], [1]), b: tensor(part, [1], [1], 1) });
    expect(await valuesOf(legacy({ object, storages: [bytes(u64(4), numbers(0, 1, 2, 3))] }))).toEqual({
      a: [1, 2],
      b: [2],
    });
  });

  it('with pickles longer than the first window', async () => {
    const object = dict({ a: tensor(storage('5', 2), [2], [1]), note: text('x'.repeat(700_000)) });
    expect(await valuesOf(legacy({ object }))).toEqual({ a: [1, -2] });
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['another protocol', legacy({ protocol: 1002 }), /protocol is "1002" instead of 1001/],
    ['storages cut off', legacy().slice(0, -1), /cut off: storage "5" of 8 bytes/],
    [
      'a gigantic storage',
      legacy({ storages: [bytes(u64(2n ** 62n), numbers(1, 2))] }),
      /claims 4611686018427387904 numbers/,
    ],
    ['a negative storage', legacy({ storages: [bytes(u64(2n ** 64n - 1n), numbers(1, 2))] }), /claims -1 numbers/],
    ['a storage of no tensor', legacy({ keys: ['6'] }), /"6", which no tensor of a known type uses/],
    ['a storage twice', legacy({ keys: ['5', '5'], storages: [bytes(u64(0)), bytes(u64(0))] }), /"5", twice/],
    ['a storage that is not there', legacy({ keys: [], storages: [] }), /its storage "5" is missing/],
    [
      'keys that are none',
      bytes(LEGACY_START, '.', pickle(int(1001)), pickle('}'), pickle(a), pickle(int(3))),
      /list of storages is broken/,
    ],
  ])('refused: %s', async (_name, content, message) => {
    await expect(valuesOf(content)).rejects.toThrow(message);
  });

  it('refused wherever they are cut', async () => {
    const content = await readFile(fixture('views-legacy.pth'));
    for (let length = 14; length < content.length; length += 97)
      await expect(valuesOf(content.subarray(0, length))).rejects.toThrow(/made\.pth: /);
  });
});
