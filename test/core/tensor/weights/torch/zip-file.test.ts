import { describe, expect, it } from 'vitest';
import { readWeights } from '../../../../../core/tensor/weights/index.js';
import { Op } from '../../../../../core/tensor/weights/pickle/opcode.js';
import { made, usesFolder } from '../files.js';
import { bytes, call, dict, int, name, pickle, storage, tensor, text, tuple } from '../pickle-bytes.js';
import { torchZip, zipOf } from '../zip-bytes.js';

usesFolder();

const numbers = (...values: number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);

async function valuesOf(content: Uint8Array): Promise<Record<string, number[]>> {
  const { tensors } = await readWeights(await made('made.pth', content));
  return Object.fromEntries([...tensors].map(([key, { data }]) => [key, [...data]]));
}

const two = dict({ a: tensor(storage('0', 2), [2], [1]) });

describe('archives of torch.save', () => {
  it('say in which order their bytes are', async () => {
    const big = new Uint8Array(8);
    new DataView(big.buffer).setFloat32(0, 1.5, false);
    new DataView(big.buffer).setFloat32(4, -2, false);
    expect(await valuesOf(torchZip(pickle(two), { 0: big }, 'big'))).toEqual({ a: [1.5, -2] });
    expect(await valuesOf(torchZip(pickle(two), { 0: numbers(1.5, -2) }, 'little'))).toEqual({ a: [1.5, -2] });
    await expect(valuesOf(torchZip(pickle(two), { 0: big }, 'middle'))).rejects.toThrow(/neither little nor big/);
  });

  it('may keep untyped storages, and tensors of more than one type in one', async () => {
    const untyped = (type: string, count: number): Uint8Array =>
      call(
        name('torch._utils', '_rebuild_tensor_v3'),
        storage('0', 4, 'UntypedStorage'),
        int(0),
        tuple(int(count)),
        tuple(int(1)),
        Uint8Array.of(Op.NEWFALSE),
        Uint8Array.of(Op.NONE),
        name('torch', type),
      );
    const content = torchZip(pickle(dict({ a: untyped('uint16', 2), b: untyped('uint8', 4) })), {
      0: Uint8Array.of(1, 0, 0, 1),
    });
    expect(await valuesOf(content)).toEqual({ a: [1, 256], b: [1, 0, 0, 1] });
  });

  it('take tensors of a state dictionary among other entries of the checkpoint', async () => {
    const content = torchZip(
      pickle(dict({ loss: tensor(storage('1', 1), [], []), model_state_dict: two, epoch: int(3) })),
      { 0: numbers(1, 2), 1: numbers(9) },
    );
    const read = await readWeights(await made('made.pth', content));
    expect([...read.tensors.keys()]).toEqual(['a']);
    expect(read).toMatchObject({ epoch: 3, other: { loss: { tensor: 'FloatStorage', shape: [] } } });
  });

  it('take wrappers in wrappers away, but no prefix that some names lack', async () => {
    const a = tensor(storage('0', 1), [1], [1]);
    const content = (names: string[]): Uint8Array =>
      torchZip(pickle(dict(Object.fromEntries(names.map((key) => [key, a])))), { 0: numbers(1) });
    expect(await valuesOf(content(['_orig_mod.module.a', '_orig_mod.module.b']))).toEqual({ a: [1], b: [1] });
    expect(Object.keys(await valuesOf(content(['module.a', 'b'])))).toEqual(['module.a', 'b']);
  });

  const gigantic = 2 ** 31 - 1;
  it.each<[string, Uint8Array, RegExp]>([
    ['a storage that is missing', torchZip(pickle(two)), /tensor "a": its storage "0" is missing/],
    [
      'a storage that is too short',
      torchZip(pickle(two), { 0: numbers(1) }),
      /claims 2 numbers of 4 bytes, the file has 4/,
    ],
    [
      'a gigantic storage',
      torchZip(pickle(dict({ a: tensor(storage('0', gigantic), [gigantic], [1]) })), { 0: numbers(1) }),
      /claims 2147483647 numbers/,
    ],
    [
      'a tensor beyond its storage',
      torchZip(pickle(dict({ a: tensor(storage('0', 2), [2], [2]) })), { 0: numbers(1, 2) }),
      /does not fit into its storage of 2/,
    ],
    [
      'a number repeated a billion times',
      torchZip(pickle(dict({ a: tensor(storage('0', 1), [32768, 32768], [0, 0]) })), { 0: numbers(1) }),
      /1073741824 numbers, but only 4 bytes/,
    ],
    [
      'complex numbers',
      torchZip(pickle(dict({ a: tensor(storage('0', 1, 'ComplexFloatStorage'), [1], [1]) })), { 0: numbers(1, 2) }),
      /"ComplexFloatStorage" is not read/,
    ],
    [
      'a key that leaves the folder',
      torchZip(pickle(dict({ a: tensor(storage('../data.pkl', 1), [1], [1]) }))),
      /storage "\.\.\/data\.pkl" is missing/,
    ],
    [
      'two pickles',
      zipOf([
        { name: 'a/data.pkl', data: pickle(two) },
        { name: 'b/data.pkl', data: pickle(two) },
      ]),
      /has 2 pickles/,
    ],
    [
      'no weights',
      torchZip(pickle(dict({ a: int(1), '\u001b[31m': text('x') }))),
      /holds no weights: it has the keys "a", "\\u001b\[31m"/,
    ],
    ['a record', torchZip(pickle(call(name('my.lab', 'Kind')))), /a "my\.lab\.Kind" without tensors/],
    ['a number', torchZip(pickle(int(3))), /neither a dictionary nor a module/],
    [
      'a name that is no text',
      torchZip(pickle(dict({ a: tensor(storage('0', 1), [1], [1]) }), int(1), tensor(storage('0', 1), [1], [1]), 's'), {
        0: numbers(1),
      }),
      /whose name is no text/,
    ],
    [
      'a zip of other things',
      zipOf([{ name: 'readme.txt', data: bytes('hello') }]),
      /neither a PyTorch checkpoint nor NumPy arrays/,
    ],
    ['Keras', zipOf([{ name: 'model.weights.h5', data: bytes('hello') }]), /\.keras file/],
  ])('refused: %s', async (_name, content, message) => {
    await expect(valuesOf(content)).rejects.toThrow(message);
  });
});
