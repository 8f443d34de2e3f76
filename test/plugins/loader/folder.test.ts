import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { lastValueFrom, take, toArray } from 'rxjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DataError, FormatError, MemoryError } from '../../../core/errors.js';
import { node } from '../../../core/graph/graph.js';
import { image } from '../../../core/image/image.js';
import { png } from '../../../plugins/format/raster.js';
import { tiff } from '../../../plugins/format/tiff.js';
import { bench, ramp } from '../nodes.js';

let root: string;

async function put(folder: string, names: string[], shape = [6, 5, 1]): Promise<string> {
  const whole = path.join(root, folder);
  await mkdir(whole, { recursive: true });
  for (const [i, name] of names.entries()) {
    const picture = ramp(shape, Uint8Array);
    picture.data[0] = i;
    const format = name.endsWith('.png') ? png : tiff;
    await format.write!(path.join(whole, name), picture, {});
  }
  return whole;
}

const load = (parameters: object) => node('loader', 'loader/folder', parameters);

beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'loader-'));
  await put('raw', ['c.tif', 'a.tif', 'B.tif', 'd.png', 'e.tif']);
  await put('label', ['1.tif', '2.tif', '3.tif', '4.tif', '5.tif']);
});
afterAll(() => rm(root, { recursive: true }));
const at = (name: string) => path.join(root, name);

describe('a folder', () => {
  test('is read in the order of its names as plain texts, targets by their place', async () => {
    const { run, memory, heard } = bench();
    await writeFile(path.join(at('raw'), '.DS_Store'), 'x');
    const samples = await run(load({ images: at('raw'), targets: at('label') }));
    expect(samples.map(({ id, index }) => [id, index])).toEqual([
      ['B', 0],
      ['a', 1],
      ['c', 2],
      ['d', 3],
      ['e', 4],
    ]);
    expect(samples.map(({ target }) => target?.data[0])).toEqual([0, 1, 2, 3, 4]);
    expect(samples[0].facts.targetFile).toBe(path.join(at('label'), '1.tif'));
    expect(samples[2].file).toBe(path.join(at('raw'), 'c.tif'));
    expect(memory.inUse).toBe(0);
    expect(heard).toContainEqual({ type: 'progress.total', phase: 'test', unit: 'image', total: 5 });
    expect(heard.filter(({ type }) => type === 'file.read')).toHaveLength(10);
  });

  test('whose names do not agree with those of the targets is told, and read all the same', async () => {
    const warnings = async (targets: string) => {
      const { run, heard } = bench();
      expect(await run(load({ images: at('raw'), targets }))).toHaveLength(5);
      return heard.filter(({ type }) => type === 'warning');
    };
    expect(await warnings(at('label'))).toEqual([]);
    expect(await warnings(await put('shifted', ['a.tif', 'c.tif', 'd.png', 'e.tif', 'f.tif']))).toEqual([
      { type: 'warning', message: expect.stringMatching(/4 of 5 pairs look wrong: a\.tif with c\.tif, /) },
    ]);
  });

  test('without targets has none', async () => {
    const [first] = await bench().run(load({ images: at('raw') }));
    expect('target' in first).toBe(false);
  });

  test('gives each side of a split its own images, with their places in the whole', async () => {
    const subset = { fraction: 0.4, seed: 3 };
    const side = async (part: string, more: object = subset) =>
      (await bench().run(load({ images: at('raw'), subset: { part, ...more } }))).map(({ index }) => index);
    const [train, validation] = [await side('train'), await side('validation')];
    expect([train.length, validation.length]).toEqual([3, 2]);
    expect([...train, ...validation].sort()).toEqual([0, 1, 2, 3, 4]);
    expect(await side('validation', { fraction: 0.4, shuffle: false })).toEqual([3, 4]);
    const folds = await Promise.all([1, 2, 3].map((fold) => side('validation', { folds: 3, fold })));
    expect(folds.flat().sort()).toEqual([0, 1, 2, 3, 4]);
  });

  test('of one image is not divided here', async () => {
    const one = await put('one', ['only.tif']);
    for (const part of ['train', 'validation']) {
      const [sample] = await bench().run(load({ images: one, subset: { part, fraction: 0.5 } }));
      expect(sample.facts.onlyImage).toBe(true);
    }
  });

  test('tells of a test on the only image, whose patches the training divided', async () => {
    const one = await put('only', ['a.tif']);
    const warnings = async (phase: 'train' | 'test') => {
      const { run, heard } = bench();
      await run(load({ images: one, subset: { part: 'validation', folds: 2, fold: 1 } }), [], phase);
      return heard.filter(({ type }) => type === 'warning');
    };
    expect(await warnings('train')).toEqual([]);
    expect(await warnings('test')).toEqual([
      { type: 'warning', message: expect.stringMatching(/only\/a\.tif: .*takes the image as a whole/) },
    ]);
  });

  test('repeats a grey channel where colours are asked for', async () => {
    const [grey] = await bench().run(load({ images: at('raw') }));
    const [colour] = await bench().run(load({ images: at('raw'), forceRgb: true, channels: 3 }));
    expect(colour.image.shape).toEqual([6, 5, 3]);
    expect([...colour.image.data.slice(3, 9)]).toEqual([1, 1, 1, 2, 2, 2]);
    expect(grey.image.data[1]).toBe(1);
  });

  test('repeats a grey target, too, where the network gives colours', async () => {
    const folders = { images: at('raw'), targets: at('label') };
    const target = async (parameters: object) => (await bench().run(load({ ...folders, ...parameters })))[0].target!;
    const colour = await target({ forceRgb: true, channels: 3, targetChannels: 3 });
    expect(colour.shape).toEqual([6, 5, 3]);
    expect([...colour.data.slice(3, 9)]).toEqual([1, 1, 1, 2, 2, 2]);
    expect((await target({ forceRgb: true, channels: 3, targetChannels: 1 })).shape).toEqual([6, 5, 1]);
  });

  test('may hold images of any number of channels', async () => {
    const folder = await put('any-channels', ['a.tif', 'b.tif']);
    await put('any-channels', ['c.tif'], [6, 5, 3]);
    const samples = await bench().run(load({ images: folder, channels: null }));
    expect(samples.map(({ image: { shape } }) => shape.at(-1))).toEqual([1, 1, 3]);
  });

  test('of volumes', async () => {
    const volumes = await put('volumes', ['v.tif'], [3, 6, 5, 1]);
    expect((await bench().run(load({ images: volumes, ndim: '3D' })))[0].image.shape).toEqual([3, 6, 5, 1]);
  });

  test('names that differ in their ending only keep it', async () => {
    const twins = await put('twins', ['a.tif', 'a.png', 'b.tif']);
    expect((await bench().run(load({ images: twins }))).map(({ id }) => id)).toEqual(['a.png', 'a.tif', 'b']);
  });
});

describe('the memory budget', () => {
  test('is asked for what the nodes after the loader will hold', async () => {
    // 30 pixels: one byte each as read, four each for the copy that the normalizer keeps.
    const { run, memory } = bench({ budget: 150 });
    await run([load({ images: at('raw') }), node('normalizer', 'normalizer/intensity')]);
    expect(memory.peak).toBe(150);
    expect(memory.inUse).toBe(0);
  });

  test('refuses an image that could never fit, before it is read', async () => {
    const { run, heard } = bench({ budget: 149 });
    const failing = run([load({ images: at('raw') }), node('normalizer', 'normalizer/intensity')]);
    await expect(failing).rejects.toThrow(MemoryError);
    await expect(failing).rejects.toThrow(/B\.tif: working on this image takes 150 B.*SYSTEM\.MEMORY_BUDGET/);
    expect(heard.filter(({ type }) => type === 'file.read')).toEqual([]);
    await expect(bench({ budget: 100 }).run(load({ images: at('raw'), share: 0.2 }))).rejects.toThrow(/leaves 20 B/);
  });

  test('is whole again after who listens has had enough', async () => {
    const { stream, memory } = bench({ budget: 60 });
    const loading = stream(load({ images: at('raw') }));
    expect(await lastValueFrom(loading.pipe(take(2), toArray()))).toHaveLength(2);
    expect(memory.inUse).toBe(0);
  });

  test('is whole again after an image that cannot be read', async () => {
    const damaged = await put('damaged', ['a.tif', 'c.tif']);
    const values = Float32Array.of(1, Number.NaN, 3, 4);
    await tiff.write!(path.join(damaged, 'b.tif'), image(values, [2, 2, 1]), {});
    const { run, memory } = bench();
    const failing = run(load({ images: damaged }));
    await expect(failing).rejects.toThrow(DataError);
    await expect(failing).rejects.toMatchObject({
      message: expect.stringContaining('b.tif'),
      where: { node: 'loader' },
    });
    expect(memory.inUse).toBe(0);
  });
});

describe('what does not fit together is told before an image is read', () => {
  const refusal = async (parameters: object) => {
    const { run, heard } = bench();
    const error = await run(load(parameters)).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(Error);
    expect(heard.filter(({ type }) => type === 'file.read')).toEqual([]);
    return error as Error;
  };

  test('a folder that is missing, a file, or empty', async () => {
    expect((await refusal({ images: at('nowhere') })).message).toMatch(/nowhere: expected a folder.*does not exist/);
    expect((await refusal({ images: path.join(at('raw'), 'a.tif') })).message).toMatch(/is a file/);
    await mkdir(at('empty'));
    expect((await refusal({ images: at('empty') })).message).toMatch(/empty: the folder is empty/);
  });

  test('another number of targets, with who has no partner', async () => {
    const fewer = await put('fewer', ['a.tif', 'c.tif', 'd.tif', 'e.tif']);
    const error = await refusal({ images: at('raw'), targets: fewer });
    expect(error.message).toMatch(/holds 5 images, but .*fewer holds 4 targets/);
    expect(error.message).toMatch(/Without a partner of the same name: .*B\.tif\./);
  });

  test('all shapes and channels that differ, in one message', async () => {
    const odd = await put('odd', ['1.tif', '2.tif', '3.tif', '4.tif'], [4, 5, 1]);
    await put('odd', ['5.tif']);
    const error = await refusal({ images: at('raw'), targets: odd, channels: 3 });
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toMatch(/^9 problems with the images of .*raw:/);
    expect(error.message).toMatch(/B\.tif: has 1 channel, expected 3 .*Set DATA\.FORCE_RGB/);
    expect(error.message).toMatch(/1\.tif: is 4×5, but its image .*B\.tif is 6×5/);
  });

  test('a long list is cut', async () => {
    const many = await put(
      'many',
      Array.from({ length: 25 }, (_, i) => `${i}.tif`),
    );
    expect((await refusal({ images: many, channels: 2 })).message).toMatch(/^25 problems[\s\S]*\.\.\. and 5 more\.$/);
  });

  test('a single file that is no image, as its own error', async () => {
    const mixed = await put('mixed', ['a.tif']);
    await writeFile(path.join(mixed, 'notes.txt'), 'measured on Tuesday');
    const error = await refusal({ images: mixed });
    expect(error).toBeInstanceOf(FormatError);
    expect(error.message).toMatch(/notes\.txt/);
  });

  test('a subset without a size', async () => {
    const error = await refusal({ images: at('raw'), subset: { part: 'train' } });
    expect(error.message).toMatch(/a subset needs a fraction or folds/);
  });
});
