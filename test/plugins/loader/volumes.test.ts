/** Volumes in containers, from the loader to patches of a training and to results on the disk. */
import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { node } from '../../../core/graph/graph.js';
import { ImageFiles } from '../../../core/image/files.js';
import { type Image, image, sizeOf } from '../../../core/image/image.js';
import { measureNormalization, normalize } from '../../../core/image/normalize.js';
import { cutGeometry, patchBoxes, readPatch } from '../../../core/image/patch.js';
import type { Sample } from '../../../core/image/sample.js';
import type { JobEvent } from '../../../core/job/events.js';
import type { TrainingState } from '../../../core/train/state.js';
import { createHdf5 } from '../../../plugins/format/hdf5.js';
import { createZarr } from '../../../plugins/format/zarr-writer.js';
import { scratch } from '../format/containers.js';
import { bench, catalog } from '../nodes.js';

const folder = await scratch();
const shape = [24, 40, 36];
const patch = [12, 16, 16];
const raw = values((i) => (i * 7919) % 1009);
const mask = values((i) => Number(i % 5 === 0));
const files = new ImageFiles({ formats: catalog.formats(), containers: catalog.containers() });
const open = (budget = 64e6) => bench({ budget, services: { files, training: { startEpoch: 0 } as TrainingState } });

function values(value: (i: number) => number): Image {
  return image(
    Uint16Array.from({ length: sizeOf(shape) }, (_, i) => value(i)),
    [...shape, 1],
  );
}

function same(a: Image | undefined, b: Image): boolean {
  const bytes = ({ data }: Image) => Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return a !== undefined && bytes(a).equals(bytes(b));
}

const plan = { shape, chunk: [10, 16, 16], dtype: 'uint16', axes: 'ZYX', metadata: {}, kind: 'image' } as const;

beforeAll(async () => {
  const zero = [0, 0, 0];
  for (const [name, picture] of [
    ['raw', raw],
    ['label', mask],
  ] as const) {
    const zarr = await createZarr(path.join(folder, name, 'a.zarr'), plan, { version: 2, ome: false });
    await zarr.write(zero, shape, picture.data);
    await zarr.close();
    await mkdir(path.join(folder, `${name}-h5`));
    const hdf5 = await createHdf5(path.join(folder, `${name}-h5`, 'a.h5'), plan);
    await hdf5.write(zero, shape, picture.data);
    await hdf5.close();
    for (const inner of ['volumes/raw', 'volumes/labels/ids']) {
      const wanted = inner.endsWith('raw') ? raw : mask;
      const part = await createZarr(path.join(folder, 'both', 'a.zarr', `${inner}.zarr`), plan, {
        version: 3,
        ome: false,
      });
      await part.write(zero, shape, wanted.data);
      await part.close();
    }
  }
});

const loader = (parameters: object = {}) =>
  node('loader', 'loader/folder', { images: path.join(folder, 'raw'), ndim: '3D', ...parameters });
const withTargets = { targets: path.join(folder, 'label') };

const chunksRead = (heard: readonly JobEvent[]) =>
  heard.flatMap((event) => (event.type === 'chunks.read' ? [event] : []));

describe('patches of a training', () => {
  const cut = { patch, padding: [2, 2, 2], epochs: 2, shuffle: true };
  const run = async (parameters: object, more: object = {}) =>
    open().run(
      [loader({ ...withTargets, ...parameters }), node('patches', 'stitcher/training-patches', { ...cut, ...more })],
      undefined,
      'train',
    );

  test.each([
    ['Zarr', {}],
    ['HDF5', { images: path.join(folder, 'raw-h5'), targets: path.join(folder, 'label-h5') }],
    ['Zarr with an HDF5 target', { targets: path.join(folder, 'label-h5') }],
    [
      'one Zarr for both',
      {
        images: path.join(folder, 'both'),
        targets: null,
        imagesWithin: { array: 'volumes/raw.zarr' },
        targetsWithin: { array: 'volumes/labels' },
      },
    ],
  ])('of %s are those of the image in memory', async (_, parameters) => {
    const patches = await run(parameters);
    const boxes = [...patchBoxes(cutGeometry(shape, patch, { padding: [2, 2, 2] }))];
    expect(patches).toHaveLength(2 * boxes.length);
    for (const { id, image: part, target } of patches) {
      const box = { start: id.split('@')[1].split(',').map(Number), size: patch };
      expect(same(part, readPatch(raw, box))).toBe(true);
      expect(same(target, readPatch(mask, box))).toBe(true);
    }
  });

  test('are the same whether chunks are kept or not, and for each part of a split', async () => {
    const look = (samples: Sample[]) => samples.map(({ id, index, image: part }) => [id, index, part.data[77]]);
    const subset = { part: 'train', fraction: 0.25, seed: 3, shuffle: true };
    const kept = look(await run({ subset, chunkShare: 0.175 }, { subset }));
    const read = look(await run({ subset, chunkShare: 1e-6 }, { subset }));
    expect(read).toEqual(kept);
    const rest = look(
      await run({ subset: { ...subset, part: 'validation' } }, { subset: { ...subset, part: 'validation' } }),
    );
    const all = [...patchBoxes(cutGeometry(shape, patch, { padding: [2, 2, 2] }))].length;
    expect(new Set([...kept, ...rest].map(([id]) => id)).size).toBe(all);
    expect(rest.length / 2).toBe(Math.ceil(0.25 * all));
  });

  test('are normalised by their own statistics', async () => {
    const nodes = [
      loader(),
      node('normalizer', 'normalizer/intensity', { type: 'scale_range' }),
      node('patches', 'stitcher/training-patches', { ...cut, epochs: 1 }),
    ];
    for (const { id, image: part } of await open().run(nodes, undefined, 'train')) {
      const own = readPatch(raw, { start: id.split('@')[1].split(',').map(Number), size: patch });
      expect(same(part, normalize(own, measureNormalization(own, { type: 'scale_range' })))).toBe(true);
    }
  });
});

describe('a test', () => {
  const fixed = { mean: [500], deviation: [300] };
  const nodes = (folderOut: string, budgetShare = 0.25) => [
    loader({ ...withTargets, chunkShare: budgetShare }),
    node('normalizer', 'normalizer/intensity', fixed),
    node('labels', 'normalizer/class-labels', {}),
    node('cutter', 'stitcher/cut-patches', { patch, overlap: [0.25, 0.25, 0.25], padding: [2, 2, 2], batch: 2 }),
    node('stitcher', 'stitcher/join-patches', {}),
    node('raw-writer', 'writer/images', { folder: folderOut }),
    node('binarizer', 'postprocessor/binarize', {}),
    node('class-writer', 'writer/images', { folder: `${folderOut}-classes`, product: 'classes', kind: 'labels' }),
    node('overlays', 'writer/overlays', { folder: `${folderOut}-overlays` }),
  ];

  test('reads each chunk once, joins as in memory, and writes Zarr', async () => {
    const out = path.join(folder, 'out');
    const work = open();
    const [done] = await work.run(nodes(out));
    expect(done.id).toBe('a');
    const wanted = normalize(raw, measureNormalization(raw, { type: 'zero_mean_unit_variance', ...fixed }));
    const joined = await files.read(path.join(out, 'a.zarr'), '3D');
    expect(joined.shape).toEqual([...shape, 1]);
    expect(Math.max(...joined.data.map((value, i) => Math.abs(value - wanted.data[i])))).toBeLessThan(1e-5);
    const classes = await files.read(path.join(`${out}-classes`, 'a.zarr'), '3D');
    // A hair beside the threshold either class is right.
    const wrong = classes.data.filter(
      (value, i) => Math.abs(wanted.data[i] - 0.5) > 1e-4 && value !== Number(wanted.data[i] > 0.5),
    );
    expect(wrong).toHaveLength(0);
    expect(classes.dtype).toBe('uint8');
    expect((await readdir(`${out}-overlays`)).sort()).toEqual(['a.png', 'a_raw.png']);
    const [counts] = chunksRead(work.heard);
    expect(counts.read).toBe(2 * 3 * 3 * 3);
    expect(work.memory.inUse).toBe(0);
    expect(work.memory.peak).toBeLessThanOrEqual(work.memory.budget);
  });

  test('does so with less memory than the volume takes', async () => {
    const out = path.join(folder, 'small');
    const work = open(700_000);
    await work.run(nodes(out, 0.02));
    expect(
      same(
        await files.read(path.join(out, 'a.zarr'), '3D'),
        await files.read(path.join(folder, 'out', 'a.zarr'), '3D'),
      ),
    ).toBe(true);
    // The scratch file is closed after the graph has ended.
    const [counts] = await vi.waitUntil(() => chunksRead(work.heard).length > 0 && chunksRead(work.heard));
    expect(counts.read).toBe(2 * 3 * 3 * 3);
    expect(counts.spilled).toBeGreaterThan(0);
  });

  test('says when a batch of patches does not fit, and which step needs whole images', async () => {
    await expect(open(150_000).run(nodes(path.join(folder, 'none')))).rejects.toThrow(
      /a\.zarr: 2 patches of 12×16×16 take .* leaves .* for them\. Raise SYSTEM\.MEMORY_BUDGET/,
    );
    const splines = node('resize', 'preprocessor/resize', { size: [12, 20, 18], order: 3 });
    const whole = [...nodes(path.join(folder, 'none')).slice(0, 1), splines];
    await expect(open().run(whole)).rejects.toThrow(/read in parts, but a step of the workflow works on whole images/);
  });
});

test('volumes are read whole where a step needs all of them at once', async () => {
  const [sample] = await open().run(loader({ ...withTargets, whole: true }));
  expect(sample.image.source).toBeUndefined();
  expect(same(sample.image, raw)).toBe(true);
  expect(same(sample.target, mask)).toBe(true);
  await expect(open(1e5).run(loader({ ...withTargets, whole: true }))).rejects.toThrow('Raise SYSTEM.MEMORY_BUDGET');
});

test('volumes come in parts where they do not fit, and are whole where they do', async () => {
  const fitting = loader({ ...withTargets, whole: 'fitting' });
  const [large] = await open().run(fitting);
  expect(large.image.source).toBeUndefined();
  const [small] = await open(1e5).run(fitting);
  expect(small.image.source).toBeDefined();
  expect(small.facts.measuredWhole).toBe(true);
  const whole = loader({ ...withTargets, whole: true, whyWhole: 'channel Dn looks far' });
  await expect(open(1e5).run(whole)).rejects.toThrow(
    /It is read whole: channel Dn looks far. Raise SYSTEM.MEMORY_BUDGET/,
  );
});
