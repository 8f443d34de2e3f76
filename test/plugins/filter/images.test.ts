import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { node } from '../../../core/graph/graph.js';
import { image } from '../../../core/image/image.js';
import { chooseSubset } from '../../../core/image/subset.js';
import { NO_LEASE } from '../../../core/job/memory.js';
import { bench, sampleOf } from '../nodes.js';

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
