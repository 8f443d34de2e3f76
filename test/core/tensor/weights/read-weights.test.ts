import { describe, expect, it } from 'vitest';
import { AbortedError, FormatError } from '../../../../core/errors.js';
import { saveSafetensors } from '../../../../core/tensor/index.js';
import { readWeights, renameBiapyKeys } from '../../../../core/tensor/weights/index.js';
import { expectedOf, expectSame, fixture, made, usesFolder } from './files.js';

usesFolder();

const CONFIG = {
  PROBLEM: { TYPE: 'INSTANCE_SEG', NDIM: '2D' },
  DATA: { PATCH_SIZE: [256, 256, 1], TRAIN: { PATH: 'data/train', IN_MEMORY: true } },
  MODEL: { FEATURE_MAPS: [4, 8], DROPOUT_VALUES: [0.1, 0], NAME: null, EMPTY: {} },
};

describe('a checkpoint of BiaPy', () => {
  it.each([
    ['biapy.pth', 'pytorch'],
    ['biapy-legacy.pth', 'pytorch-legacy'],
    ['biapy-protocol4.pth', 'pytorch'],
    ['biapy-deflated.pth', 'pytorch'],
  ])('is read whole: %s', async (file, format) => {
    const expected = await expectedOf('biapy.pth');
    const slots = [...expected].filter(([name]) => name.startsWith('optimizer/'));
    for (const [name] of slots) expected.delete(name);
    const read = await readWeights(fixture(file));
    expect(read.format).toBe(format);
    expectSame(read.tensors, expected);
    expectSame(
      read.optimizer!.tensors,
      new Map(slots.map(([name, tensor]) => [name.slice('optimizer/'.length), tensor])),
    );
    expect(read.optimizer!.groups).toMatchObject([{ lr: 1e-3, betas: [0.9, 0.999], weight_decay: 0.01 }]);
    expect(read.epoch).toBe('best');
    expect(read.config).toEqual(CONFIG);
    expect(read.other).toEqual({
      biapy_version: '3.6.5',
      model_build_kwargs: {
        image_shape: [256, 256, 1],
        activation: 'ELU',
        weights: '/models/start.pth',
        mean: 0.25,
        count: 7,
        std: [
          [1.5, 2.5],
          [3.5, 4.5],
        ],
        dtype: 'torch.float32',
        device: 'cpu',
        extra: { seed: '9223372036854775808', ratio: Number.POSITIVE_INFINITY, names: ['a'] },
      },
    });
  });

  it('has as many batches tracked as steps were made, and the newest names after renaming', async () => {
    const { tensors } = await readWeights(fixture('biapy.pth'));
    const renamed = renameBiapyKeys(tensors);
    expect([...renamed.keys()].filter((name) => /^(?:heads|up_paths)/.test(name)).slice(0, 2)).toEqual([
      'up_paths.0.0.up.weight',
      'up_paths.0.0.up.bias',
    ]);
    expect(renamed.get('heads.1.weight')!.shape).toEqual([3, 4, 1, 1]);
    expect(renamed.get('bottleneck.block.1.num_batches_tracked')).toEqual({ data: Float32Array.of(3), shape: [] });
  });

  it('is read without the optimizer on request', async () => {
    const read = await readWeights(fixture('biapy.pth'), { optimizer: false });
    expect(read.optimizer).toBeUndefined();
    expect(read.other).not.toHaveProperty('optimizer');
  });
});

describe('tensors of PyTorch', () => {
  it.each(['views.pth', 'views-legacy.pth'])('of all types, strides and offsets: %s', async (file) => {
    expectSame((await readWeights(fixture(file))).tensors, await expectedOf('views.pth'));
  });

  it.each(['module.pth', 'module-legacy.pth', 'script.pt'])('in a whole module: %s', async (file) => {
    expectSame((await readWeights(fixture(file))).tensors, await expectedOf('module.pth'));
  });

  it('under the names of data-parallel training', async () => {
    const read = await readWeights(fixture('parallel.pth'));
    expectSame(read.tensors, await expectedOf('module.pth'));
    expect(read).toMatchObject({ epoch: 12, config: { lr: 0.1 } });
  });
});

describe('safetensors', () => {
  const tensors = new Map([
    ['model.a', { data: Float32Array.of(1, 2), shape: [2] }],
    ['optimizer.m.a', { data: Float32Array.of(3, 4), shape: [2] }],
  ]);

  it('of other programs keep their names', async () => {
    const file = await made('foreign.pth', '');
    await saveSafetensors(file, tensors, { by: 'someone' });
    const read = await readWeights(file);
    expect(read).toMatchObject({ format: 'safetensors', other: { metadata: { by: 'someone' } } });
    expectSame(read.tensors, tensors);
  });

  it('of Biagraph give the weights', async () => {
    const file = await made('own.safetensors', '');
    await saveSafetensors(file, tensors, { format: 'biagraph', epoch: '4' });
    const read = await readWeights(file);
    expect(read).toMatchObject({ format: 'biagraph', epoch: '4' });
    expectSame(read.tensors, new Map([['a', tensors.get('model.a')!]]));
  });
});

describe('what is no file of weights', () => {
  it.each<[string, Uint8Array | string, RegExp]>([
    ['empty.pth', '', /empty\.pth: it is empty\. Expected \.pth/],
    ['keras.h5', Buffer.from('\x89HDF\r\n\x1a\n', 'latin1'), /HDF5 file, but is damaged/],
    ['notes.pth', 'hello, hello, hello', /no file of weights of a known kind/],
    ['plain.pkl', Uint8Array.of(0x80, 2, 0x4e, 0x2e), /Python pickle, but not one of torch\.save/],
    ['old.pth', Buffer.from(`${' '.repeat(257)}ustar  `), /tar archive, as PyTorch before 0\.2/],
    ['cut.pth', 'PK\x03\x04rest', /no end record/],
    ['config.json', '{"a": 1}', /no model\.json of TensorFlow\.js/],
    ['broken.json', '{"a": ', /starts as JSON but is none/],
  ])('is refused by name: %s', async (file, content, message) => {
    const place = await made(file, content);
    const error = await readWeights(place).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(FormatError);
    expect((error as FormatError).message).toMatch(message);
    expect((error as FormatError).message.startsWith(place)).toBe(true);
    expect((error as FormatError).where.file).toBe(place);
  });

  it('a file that is not there, and a folder', async () => {
    await expect(readWeights(fixture('none.pth'))).rejects.toThrow(/none\.pth: cannot be opened/);
    await expect(readWeights(fixture('.'))).rejects.toThrow(/it is not a file/);
  });
});

it('stops when the signal fires', async () => {
  await expect(readWeights(fixture('biapy.pth'), { signal: AbortSignal.abort() })).rejects.toThrow(AbortedError);
});
