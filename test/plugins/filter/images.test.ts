import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { node } from '../../../core/graph/graph.js';
import { readImage } from '../../../core/image/format.js';
import { image } from '../../../core/image/image.js';
import { chooseSubset } from '../../../core/image/subset.js';
import { NO_LEASE } from '../../../core/job/memory.js';
import { tiff } from '../../../plugins/format/tiff.js';
import { inChunks } from '../../core/image/chunked-volume.js';
import { configOf } from '../../graphs/config.js';
import { bench, catalog, sampleOf } from '../nodes.js';

const levels = [5, 80, 120, 10].map((level, index) =>
  sampleOf(image(new Uint8Array(16).fill(level), [4, 4, 1]), { index }),
);
const dark = [[{ property: 'mean', sign: 'lt', value: 50 }]];
const filter = (more: object = {}) => node('filter', 'filter/images', { groups: dark, ...more });

describe('images are left out', () => {
  test('by their intensities, with their memory given back and told', async () => {
    const { run, heard, memory } = bench();
    const leased = await Promise.all(
      levels.map(async (sample) => ({ ...sample, lease: await memory.lease(16, sample.file) })),
    );
    const left = await run(filter(), leased);
    expect(left.map(({ id }) => id)).toEqual(['s1', 's2']);
    const messages = heard.flatMap((event) => (event.type === 'notice' ? [event.message] : []));
    expect(messages).toEqual([
      'Skipping image data/s0.tif.',
      'Skipping image data/s3.tif.',
      "The sample filter 'filter' kept 2 of 4 images.",
    ]);
    expect(memory.inUse).toBe(0);
  });

  test('but too few for a training are an error that says how many', async () => {
    await expect(bench().run(filter({ least: 3 }), levels, 'train')).rejects.toMatchObject({
      _tag: 'data',
      message: expect.stringMatching(/'filter' kept 2 of 4 images, too few/),
    });
  });

  test('before the others are divided, so that each side gets its part of what is left', async () => {
    const many = Array.from({ length: 12 }, (_, index) =>
      sampleOf(image(new Uint8Array(16).fill(index % 3 === 0 ? 5 : 80), [4, 4, 1]), { index }),
    );
    const left = many.filter((_, index) => index % 3 !== 0);
    const side = async (part: 'train' | 'validation') => {
      let released = 0;
      const lease = { ...NO_LEASE, release: () => void released++ };
      const subset = { part, fraction: 0.25, shuffle: true, seed: 3 };
      const given = await bench().run(
        filter({ least: 2, subset }),
        many.map((sample) => ({ ...sample, lease })),
        'train',
      );
      // All of them are read twice.
      expect(released).toBe(24);
      expect(given.map(({ id }) => id)).toEqual(chooseSubset(left, subset).map(({ id }) => id));
      return given.length;
    };
    expect([await side('train'), await side('validation')]).toEqual([6, 2]);
  });

  test('and a test that is left with nothing is told', async () => {
    const { run, heard } = bench();
    expect(await run(filter({ groups: [[{ property: 'mean', sign: 'ge', value: 0 }]] }), levels)).toEqual([]);
    expect(heard).toContainEqual({ type: 'warning', message: "The sample filter 'filter' leaves no image to test." });
  });

  test('and examples of both sides are written', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'biagraph-filter-'));
    try {
      await bench().run(filter({ examples: { folder, count: 1 } }), levels);
      expect(await readdir(path.join(folder, 'filtered'))).toEqual(['s0.tif']);
      expect(await readdir(path.join(folder, 'not-filtered'))).toEqual(['s1.tif']);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('volumes in parts', () => {
  const volumes = [0, 1, 2, 3].map((index) => {
    const values = Uint8Array.from({ length: 480 }, (_, i) => (i < 80 ? 100 : i % (2 + index) === 0 ? 200 : 10));
    return image(values, [6, 8, 10, 1]);
  });
  const SETTINGS = {
    'PROBLEM.NDIM': '3D',
    'DATA.PATCH_SIZE': '(16, 64, 64, 1)',
    'DATA.FILTER_BY_IMAGE': true,
    'DATA.TRAIN.FILTER_SAMPLES.ENABLE': true,
    'DATA.TRAIN.FILTER_SAMPLES.PROPS': [['mean']],
    'DATA.TRAIN.FILTER_SAMPLES.SIGNS': [['gt']],
  };

  test.each([
    [false, 70],
    [true, 0.35],
  ])('are left out as those in memory are, normalised before: %s', async (before, value) => {
    const config = configOf({
      ...SETTINGS,
      'DATA.NORMALIZATION.TYPE': 'scale_range',
      'DATA.TRAIN.FILTER_SAMPLES.VALUES': [[value]],
      'DATA.TRAIN.FILTER_SAMPLES.NORM_BEFORE': before,
    });
    const parameters = (id: string) => catalog.node(id).fromConfig?.(config, 'train');
    const own = node('filter', 'filter/images', { ...parameters('filter/images'), least: 0 });
    const normalizer = node('normalizer', 'normalizer/intensity', parameters('normalizer/intensity'));
    const nodes = before ? [normalizer, own] : [own];
    const kept = async (pictures: typeof volumes) =>
      (
        await bench().run(
          nodes,
          pictures.map((picture, index) => sampleOf(picture, { index })),
          'train',
        )
      ).map(({ id }) => id);
    const wanted = await kept(volumes);
    expect(wanted.length).toBeGreaterThan(0);
    expect(wanted.length).toBeLessThan(4);
    for (const chunk of [
      [6, 8, 10],
      [2, 3, 7],
    ])
      expect(await kept(volumes.map((picture) => inChunks(picture, chunk)))).toEqual(wanted);
  });

  test('are shown by their middle plane', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'biagraph-filter-'));
    try {
      await bench().run(filter({ examples: { folder, count: 1 } }), [sampleOf(inChunks(volumes[3], [4, 4, 4]))]);
      const plane = await readImage(path.join(folder, 'not-filtered', 's0.tif'), [tiff], { ndim: '2D' });
      expect([...plane.data]).toEqual([...volumes[3].data.subarray(160, 240)]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('whose targets are measured as wholes after normalisation are read whole', () => {
    const reason = (type: string, property: string) => {
      const config = configOf({
        ...SETTINGS,
        'PROBLEM.TYPE': type,
        'DATA.TRAIN.FILTER_SAMPLES.PROPS': [[property]],
        'DATA.TRAIN.FILTER_SAMPLES.VALUES': [[1]],
        'DATA.TRAIN.FILTER_SAMPLES.NORM_BEFORE': true,
      });
      const { whyWhole, fromConfig } = catalog.node('filter/images');
      return whyWhole?.(fromConfig!(config, 'train')!);
    };
    expect(reason('IMAGE_TO_IMAGE', 'target_mean')).toMatch(/NORM_BEFORE measures its target/);
    expect(reason('IMAGE_TO_IMAGE', 'mean')).toBeUndefined();
    expect(reason('SEMANTIC_SEG', 'foreground')).toBeUndefined();
  });
});
