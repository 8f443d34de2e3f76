import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { node } from '../../../core/graph/graph.js';
import { readImage } from '../../../core/image/format.js';
import { type Image, image } from '../../../core/image/image.js';
import { instanceTarget } from '../../../core/instances/instance-target.js';
import { png } from '../../../plugins/format/raster.js';
import { tiff } from '../../../plugins/format/tiff.js';
import { bench, sampleOf } from '../nodes.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'channels-'));
});
afterEach(() => rm(folder, { recursive: true }));

const SIDE = 12;

/** One object in the middle, as a plane or a volume of some planes. */
function labels(depth?: number): Image {
  const plane = Uint8Array.from({ length: SIDE * SIDE }, (_, i) => {
    const [y, x] = [Math.floor(i / SIDE), i % SIDE];
    return y > 2 && y < 9 && x > 3 && x < 9 ? 5 : 0;
  });
  if (depth === undefined) return image(plane, [SIDE, SIDE, 1]);
  const volume = new Uint8Array(plane.length * depth);
  for (let z = 0; z < depth; z++) volume.set(plane, z * plane.length);
  return image(volume, [depth, SIDE, SIDE, 1]);
}

async function write(options: { channels: string[]; depth?: number; samples?: number; count?: number }) {
  const { channels, depth, samples = 1, count = 3 } = options;
  const target = { channels, options: { R: { nrays: 32 } }, classes: 0 };
  const made = instanceTarget(labels(depth), target);
  const nodes = node('pictures', 'writer/target-channels', { ...target, folder, count });
  const several = Array.from({ length: samples }, (_, i) =>
    sampleOf(labels(depth), { id: `s${i}`, target: made.target, targetKinds: made.kinds }),
  );
  expect(await bench().run(nodes, several)).toHaveLength(samples);
  return { files: (await readdir(folder)).sort(), target: made.target };
}

test('every channel is a picture, all together a TIFF with their values', async () => {
  const { files, target } = await write({ channels: ['F', 'Db', 'I'] });
  expect(files).toEqual(['s0.png', 's0.tif', 's0_Db.png', 's0_F.png', 's0_I.png']);
  const all = await readImage(path.join(folder, 's0.tif'), [tiff], { ndim: '2D' });
  expect(all.shape).toEqual(target.shape);
  expect([...all.data]).toEqual([...target.data]);
  const foreground = await readImage(path.join(folder, 's0_F.png'), [png], { ndim: '2D' });
  expect(foreground.shape).toEqual([SIDE, SIDE, 1]);
  expect(new Set(foreground.data)).toEqual(new Set([0, 255]));
  // Labels are drawn in colours.
  expect((await readImage(path.join(folder, 's0_I.png'), [png], { ndim: '2D' })).shape[2]).toBe(3);
});

test('of many channels of a letter the first are drawn, of many images the first', async () => {
  const { files } = await write({ channels: ['Db', 'R'], samples: 4, count: 2 });
  expect(files.filter((file) => file.startsWith('s0_R'))).toHaveLength(8);
  expect(files.filter((file) => file.endsWith('.tif'))).toEqual(['s0.tif', 's1.tif']);
});

test('of a deep volume the planes in the middle are written', async () => {
  const { files } = await write({ channels: ['F', 'C'], depth: 20 });
  expect(files).toEqual(['s0.png', 's0.tif', 's0_C.png', 's0_F.png']);
  const all = await readImage(path.join(folder, 's0.tif'), [tiff], { ndim: '3D' });
  expect(all.shape).toEqual([16, SIDE, SIDE, 2]);
});
