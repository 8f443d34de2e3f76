import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { firstValueFrom } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { node } from '../../../core/graph/graph.js';
import { boundedSource, deferred } from '../../../core/image/deferred.js';
import { droppedPatches } from '../../../core/image/dropped-patch.js';
import { readImage } from '../../../core/image/format.js';
import { image } from '../../../core/image/image.js';
import { readPatch } from '../../../core/image/patch.js';
import { tiff } from '../../../plugins/format/tiff.js';
import { bench, sampleOf } from '../nodes.js';

const cut = { patch: [4, 4], complete: true };
const empty = [[{ property: 'foreground', sign: 'le', value: 0 }]];
const filter = (more: object = {}) => node('filter', 'filter/patches', { ...cut, groups: empty, ...more });

/** An image of 8 × 8 in four patches, of which the second and the third have a target. */
function quarters(index = 0) {
  const target = new Uint8Array(64);
  target[6] = 1;
  target[40] = 1;
  const picture = image(
    Float32Array.from({ length: 64 }, (_, i) => i + 1),
    [8, 8, 1],
  );
  return sampleOf(picture, { index, target: image(target, [8, 8, 1]) });
}

const training = node('patches', 'stitcher/training-patches', { ...cut, shuffle: false });

describe('patches are left out', () => {
  test('of a training, with the number told', async () => {
    const { run, heard } = bench({
      services: { training: { startEpoch: 0 } as never },
    });
    const left = await run([filter({ least: 2 }), training], [quarters()], 'train');
    expect(left.map(({ id }) => id)).toEqual(['s0@0,4', 's0@4,0']);
    expect(heard).toContainEqual({ type: 'notice', message: "The sample filter 'filter' kept 2 of 4 patches." });
  });

  test('of the cutter as well, which marks them in their places', async () => {
    const marked = await bench().run([filter(), node('cutter', 'stitcher/cut-patches', cut)], [quarters()]);
    expect(marked.map(({ facts }) => facts.dropped === true)).toEqual([true, false, false, true]);
    expect(marked.map(({ image: { data } }) => data[0])).toEqual([1, 5, 33, 37]);
  });

  test('exactly where no foreground is, however images are cut', async () => {
    const shapes = fc.tuple(fc.integer({ min: 3, max: 12 }), fc.integer({ min: 3, max: 12 }));
    await fc.assert(
      fc.asyncProperty(
        shapes,
        fc.double({ min: 0, max: 0.5, noNaN: true }),
        fc.nat(200),
        async ([y, x], overlap, at) => {
          const target = new Uint8Array(y * x);
          target[at % target.length] = 7;
          const sample = sampleOf(image(new Float32Array(y * x), [y, x, 1]), { target: image(target, [y, x, 1]) });
          const parameters = { ...cut, overlap: [overlap, overlap] };
          const nodes = [filter(parameters), node('cutter', 'stitcher/cut-patches', parameters)];
          for (const patch of await bench().run(nodes, [sample]))
            expect(patch.facts.dropped === true).toBe(patch.target!.data.every((value) => value === 0));
        },
      ),
      { numRuns: 30 },
    );
  });

  test('all of them is an error for a training', async () => {
    const bright = filter({ groups: [[{ property: 'min', sign: 'gt', value: 0 }]], least: 2 });
    const running = firstValueFrom(bench().stream(bright, [quarters()], 'train'));
    await expect(running).resolves.toBeDefined();
    await expect(bench().run(bright, [quarters()], 'train')).rejects.toThrow(/kept 0 of 4 patches, too few/);
  });

  test('and are black in the example', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'biagraph-filter-'));
    try {
      await bench().run(filter({ examples: { folder, count: 1 } }), [quarters(0), quarters(1)]);
      const { data } = await readImage(path.join(folder, 's0.tif'), [tiff], { ndim: '2D' });
      const wanted = Array.from({ length: 64 }, (_, i) => (i % 8 < 4 === i < 32 ? 0 : i + 1));
      expect([...data]).toEqual(wanted);
      await expect(readImage(path.join(folder, 's1.tif'), [tiff], { ndim: '2D' })).rejects.toThrow();
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

test('of a volume in parts the same patches are left out as of one in memory', async () => {
  const shape = [9, 12, 10, 1];
  const values = Float32Array.from({ length: 9 * 12 * 10 }, (_, i) => (i * 7919) % 101);
  const [raw, target] = [
    image(values, shape),
    image(
      values.map((value) => Number(value > 97)),
      shape,
    ),
  ];
  const lazy = (whole: typeof raw) => {
    const { dtype, metadata } = whole;
    const inside = async (box: Parameters<typeof readPatch>[1]) => readPatch(whole, box);
    return deferred(boundedSource({ shape, dtype, metadata, file: 'a.zarr', inside }));
  };
  const groups = [
    [{ property: 'diff_by_min_max_ratio', sign: 'gt', value: 330_000 }],
    [{ property: 'foreground', sign: 'lt', value: 0.015 }],
  ];
  const volumes = { patch: [4, 5, 4], overlap: [0.25, 0, 0], complete: true, groups };
  const dropped = async (sample: ReturnType<typeof sampleOf>) =>
    droppedPatches((await bench().run(node('filter', 'filter/patches', volumes), [sample]))[0]);
  const expected = await dropped(sampleOf(raw, { target }));
  expect(expected.size).toBeGreaterThan(3);
  expect(await dropped(sampleOf(lazy(raw), { target: lazy(target) }))).toEqual(expected);
  expect(await dropped(sampleOf(raw, { target: lazy(target) }))).toEqual(expected);
});
