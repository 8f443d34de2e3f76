import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compileGraph } from '../../../core/graph/compile.js';
import { chain, node } from '../../../core/graph/graph.js';
import { imageDemand } from '../../../core/graph/run.js';
import { type Image, image } from '../../../core/image/image.js';
import { boxMedian } from '../../../core/nd/median.js';
import { inChunks, joined } from '../../core/image/chunked-volume.js';
import { expectNear, golden } from '../../fixtures/filter/load.js';
import { configOf } from '../../graphs/config.js';
import { bench, catalog, ramp, sampleOf } from '../nodes.js';

const prepare = async (plugin: string, parameters: object, picture: Image, target?: Image) =>
  (
    await bench().run(node('p', `preprocessor/${plugin}`, parameters), [
      sampleOf(picture, { ...(target && { target }) }),
    ])
  )[0];

describe('resize', () => {
  test('keeps the type, takes masks by the nearest pixel, and keeps what the image was', async () => {
    const picture = image(Uint8Array.of(0, 100, 200, 0), [2, 2, 1]);
    const mask = image(Uint8Array.of(0, 3, 7, 0), [2, 2, 1]);
    const sample = await prepare('resize', { size: [4, 4] }, picture, mask);
    expect(sample.image).toMatchObject({ dtype: 'uint8', shape: [4, 4, 1] });
    expect([...sample.target!.data.slice(0, 4)]).toEqual([0, 0, 3, 3]);
    expect(sample.products.raw).toBe(picture);
    expect(sample.facts.sizeBefore).toEqual([2, 2]);
  });

  test('targets of a super-resolution keep their factor, and image targets are interpolated', async () => {
    const sample = await prepare('resize', { size: [3, 6], imageTargets: true }, ramp([4, 4, 1]), ramp([8, 8, 1]));
    expect(sample.target!.shape).toEqual([6, 12, 1]);
    expect(sample.target!.data.some((value) => !Number.isInteger(value))).toBe(true);
  });

  test('brings integers to [0, 1] where the range is not preserved', async () => {
    const picture = image(Uint8Array.of(255, 255, 255, 255), [2, 2, 1]);
    const { image: found } = await prepare('resize', { size: [3, 3], preserveRange: false }, picture);
    expect(found.dtype).toBe('float32');
    expect([...found.data].every((value) => Math.abs(value - 1) < 1e-6)).toBe(true);
  });

  test('tells the shapes, and reckons the memory of what follows with them', () => {
    const { plan, reshape, memory } = catalog.node('preprocessor/resize');
    const told: unknown[] = [];
    const images = [{ file: 'a', shape: [100, 80, 2], targetShape: [200, 160, 1], bytes: 1 }];
    const forecast = plan?.({ size: [64, 32] }, { main: { images, onlyImage: true } }, {
      tell: (finding: { value: string }) => told.push(finding.value),
    } as never);
    expect(forecast).toMatchObject({ images: [{ shape: [64, 32, 2], targetShape: [128, 64, 1] }] });
    expect(told).toEqual(['1 image of 100×80 resized to 64×32']);
    expect(reshape?.({ size: [64, 32] }, [100, 80, 2], [100, 80, 2])).toEqual([64, 32, 2]);
    expect(memory?.({ size: [1, 1] }, { shape: [10, 10, 1], bytes: 100 })).toBe(816);
  });

  test('is undone on predictions and targets', async () => {
    const picture = ramp([6, 10, 1]);
    const mask = image(
      Uint8Array.from({ length: 60 }, (_, i) => Number(i % 10 > 4)),
      [6, 10, 1],
    );
    const resized = await prepare('resize', { size: [12, 20] }, picture, mask);
    const predicted = { ...resized, products: { ...resized.products, channels: resized.image } };
    const [back] = await bench().run(node('u', 'postprocessor/undo-resize'), [predicted]);
    for (const shape of [back.image.shape, back.target!.shape, back.products.channels.shape])
      expect(shape).toEqual([6, 10, 1]);
    expect(back.target!.data).toEqual(mask.data);
    const inner = (at: number) => Math.abs(back.products.channels.data[at] - picture.data[at]);
    expect(Math.max(...[22, 33, 34, 35].map(inner))).toBeLessThan(1e-4);
  });

  test('leaves images alone that were not resized', async () => {
    const sample = sampleOf(ramp([2, 2, 1]), { products: { channels: ramp([2, 2, 1]) } });
    const [same] = await bench().run(node('u', 'postprocessor/undo-resize'), [sample]);
    expect(same).toBe(sample);
  });
});

describe('gaussian-blur', () => {
  test('keeps the type and a flat image, and rounds', async () => {
    const flat = image(new Uint8Array(25).fill(100), [5, 5, 1]);
    expect((await prepare('gaussian-blur', { sigma: 2 }, flat)).image.data).toEqual(flat.data);
  });

  test('takes the names of scipy, and channels as one more axis without CHANNEL_AXIS', () => {
    const from = (more: object) =>
      catalog.node('preprocessor/gaussian-blur').fromConfig?.(
        configOf({
          'DATA.PREPROCESS.TRAIN': true,
          'DATA.PREPROCESS.GAUSSIAN_BLUR.ENABLE': true,
          'DATA.PREPROCESS.GAUSSIAN_BLUR.MODE': 'mirror',
          ...more,
        }),
        'train',
      );
    expect(from({})).toEqual({ sigma: 1, border: 'reflect', acrossChannels: false });
    const rgb = { 'DATA.PATCH_SIZE': '(256, 256, 3)' };
    expect(from(rgb)).toMatchObject({ acrossChannels: true });
    expect(from({ ...rgb, 'DATA.PREPROCESS.GAUSSIAN_BLUR.CHANNEL_AXIS': -1 })).toMatchObject({ acrossChannels: false });
  });

  test('blurs over channels when told so', async () => {
    const pair = image(Float32Array.of(0, 8), [1, 1, 2]);
    expect((await prepare('gaussian-blur', { acrossChannels: true }, pair)).image.data[0]).toBeGreaterThan(1);
    expect([...(await prepare('gaussian-blur', {}, pair)).image.data]).toEqual([0, 8]);
  });
});

describe('median-blur', () => {
  test('is the median of the box', async () => {
    const { image: found } = await prepare('median-blur', { sides: [3, 5, 1] }, golden('flat8'));
    expectNear(found, boxMedian(golden('flat8'), [3, 5], 'edge'), 0);
  });

  test('may run over channels', async () => {
    const colours = image(Uint8Array.of(1, 9, 5), [1, 1, 3]);
    expect([...(await prepare('median-blur', { sides: [1, 1, 3] }, colours)).image.data]).toEqual([1, 5, 5]);
  });
});

test('clahe comes back in the range of the type', async () => {
  const { image: found } = await prepare('clahe', {}, golden('flat16'));
  expect(found.dtype).toBe('uint16');
  expect(Math.max(...found.data)).toBe(65535);
  expect(Math.min(...found.data)).toBe(0);
});

test('what is no image for a step is told with its file and key', async () => {
  const two = image(new Uint8Array(18), [3, 3, 2]);
  await expect(prepare('canny', {}, two)).rejects.toThrow(/s0\.tif: .* 2\. Change DATA\.PREPROCESS\.CANNY/);
  await expect(prepare('median-blur', { sides: [2, 2] }, golden('flat8'))).rejects.toThrow(
    /odd sizes, not 2\. Change DATA\.PREPROCESS\.MEDIAN_BLUR\.KERNEL_SIZE/,
  );
});

test('canny gives one channel of edges', async () => {
  const { image: found } = await prepare('canny', { low: 0.05, high: 0.1 }, golden('rgb8'));
  expect(found).toMatchObject({ dtype: 'uint8', shape: [31, 40, 1] });
  expect(new Set(found.data)).toEqual(new Set([0, 255]));
});

describe('match-histogram', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'references-'));
    const files = bench().services.files!;
    await files.write(path.join(folder, 'a.tif'), golden('reference'));
    await files.write(path.join(folder, 'b.tif'), golden('reference-darker'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('takes the mean histogram of the folder, and gives its memory back', async () => {
    const { run, memory } = bench();
    const [{ image: found }] = await run(node('m', 'preprocessor/match-histogram', { references: folder }), [
      sampleOf(golden('flat8')),
    ]);
    expectNear(found, golden('matched'), 0);
    expect(memory.inUse).toBe(0);
  });

  test('tells the key of a folder that is not there, and the file that is no image', async () => {
    const match = (references: string) => prepare('match-histogram', { references }, golden('flat8'));
    await expect(match('/no/where')).rejects.toThrow(
      '/no/where: expected a folder of images, but it does not exist. Correct DATA.PREPROCESS.MATCH_HISTOGRAM.REFERENCE_PATH.',
    );
    const broken = path.join(folder, 'c.tif');
    await writeFile(broken, 'no image');
    await expect(match(folder)).rejects.toThrow(broken);
    await rm(broken);
  });
});

test('what follows a resize is reckoned with the new size, and with the old one after it is undone', () => {
  const nodes = [
    node('loader', 'loader/folder', { images: '' }),
    node('resize', 'preprocessor/resize', { size: [100, 100] }),
    node('normalizer', 'normalizer/intensity'),
    node('cutter', 'stitcher/whole-image', { divisor: [1, 1] }),
    node('stitcher', 'stitcher/join-patches'),
    node('undo', 'postprocessor/undo-resize'),
    node('binarizer', 'postprocessor/binarize'),
  ];
  const bound = compileGraph({ phase: 'test', nodes, edges: chain(...nodes) }, catalog);
  const demand = (from: string) => imageDemand(from, bound, { shape: [10, 20, 1], bytes: 200 });
  expect(demand('undo') - 200).toBe(200);
  expect(demand('resize') - demand('normalizer')).toBe(10 * 20 * 4);
  expect(demand('loader') - 200).toBe(
    // resize, normalizer, cutter, stitcher, undo, binarizer
    8 * 200 + 16 * 10_000 + 4 * 10_000 + 4 * 10_000 + 12 * 10_000 + 24 * 10_200 + 200,
  );
});

test('each answers to its section, in the parts that are prepared', () => {
  const on = Object.fromEntries(
    ['RESIZE', 'GAUSSIAN_BLUR', 'MEDIAN_BLUR', 'MATCH_HISTOGRAM', 'CLAHE', 'CANNY'].map((name) => [
      `DATA.PREPROCESS.${name}.ENABLE`,
      true,
    ]),
  );
  const config = configOf({ ...on, 'DATA.PREPROCESS.TRAIN': true });
  const answering = (part: 'train' | 'validation' | 'test') =>
    catalog
      .nodes()
      .filter(({ role, fromConfig }) => role === 'preprocessor' && fromConfig?.(config, part) !== undefined)
      .map(({ id }) => id.split('/')[1]);
  expect(answering('train')).toEqual(['resize', 'gaussian-blur', 'median-blur', 'match-histogram', 'clahe', 'canny']);
  // Validation images come out of the training set here.
  expect(answering('validation')).toEqual(answering('train'));
  expect(answering('test')).toEqual([]);
});

describe('volumes in parts', () => {
  const numbers = (i: number) => (i * 7919) % 251;
  const volume = image(
    Uint8Array.from({ length: 8 * 9 * 10 }, (_, i) => numbers(i)),
    [8, 9, 10, 1],
  );
  const floats = image(
    Float32Array.from({ length: 8 * 9 * 10 * 2 }, (_, i) => numbers(i) / 7),
    [8, 9, 10, 2],
  );

  test.each([
    ['median-blur', { sides: [3, 5, 1] }, volume],
    ['median-blur', { sides: [3, 3, 3, 1] }, floats],
    ['gaussian-blur', { sigma: 0.8, border: 'reflect' }, volume],
    ['gaussian-blur', { sigma: 1.5, border: 'constant' }, floats],
    ['gaussian-blur', { sigma: 1, acrossChannels: true }, floats],
    ['clahe', { region: [4, 4, 3] }, volume],
    ['clahe', { clipLimit: 0.1 }, floats],
  ])('%s %j gives the same as of the whole', async (plugin, parameters, picture) => {
    const { image: whole } = await prepare(plugin, parameters, picture);
    const { image: parts } = await prepare(plugin, parameters, inChunks(picture, [3, 4, 6]));
    expect(parts.source).toBeDefined();
    expect((await joined(parts, [5, 3, 4])).data).toEqual(whole.data);
  });

  test('whose regions are too many for the memory are told', async () => {
    const small = bench({ budget: 1e6 }).run(node('p', 'preprocessor/clahe', { region: [1] }), [
      sampleOf(inChunks(volume, [3, 4, 6])),
    ]);
    await expect(small).rejects.toThrow(/histograms of all regions take 720 KB, more than the 48\.8 KB/);
  });

  test.each([
    [{ size: [5, 12, 7] }, volume],
    [{ size: [11, 6, 20], preserveRange: false }, volume],
    [{ size: [8, 5, 15], order: 0 }, floats],
  ])('are resized to %j with their targets, and brought back', async (parameters, picture) => {
    const mask = image(
      Uint8Array.from({ length: 720 }, (_, i) => Number(i % 5 === 0)),
      [8, 9, 10, 1],
    );
    const sampleIn = async (whole: Image, target: Image) => {
      const resized = await prepare('resize', parameters, whole, target);
      const { size, preserveRange: _, ...options } = { preserveRange: true, ...parameters };
      const predicted = { ...resized, products: { ...resized.products, channels: resized.image } };
      const [back] = await bench().run(node('u', 'postprocessor/undo-resize', options), [predicted]);
      expect(size).toEqual(resized.image.shape.slice(0, -1));
      return [resized.image, resized.target!, back.image, back.target!, back.products.channels];
    };
    const whole = await sampleIn(picture, mask);
    const parts = await sampleIn(inChunks(picture, [3, 4, 6]), inChunks(mask, [5, 3, 4]));
    for (const [i, part] of parts.entries()) {
      expect(part).toMatchObject({ dtype: whole[i].dtype, shape: whole[i].shape });
      expect((await joined(part, [5, 3, 4])).data).toEqual(whole[i].data);
    }
  });

  test('are read whole where a pixel of the resized one looks at all of them', () => {
    const { whyWhole } = catalog.node('preprocessor/resize');
    const size = [4, 4, 4];
    expect(whyWhole?.({ size, order: 1, border: 'reflect', antiAliasing: false })).toBeUndefined();
    expect(whyWhole?.({ size, order: 3 })).toBe('DATA.PREPROCESS.RESIZE.ORDER 3 filters along all of it');
    expect(whyWhole?.({ size, order: 1, antiAliasing: true })).toMatch(/ANTI_ALIASING blurs it/);
    expect(whyWhole?.({ size, order: 0, border: 'constant' })).toMatch(/MODE constant/);
  });
});
