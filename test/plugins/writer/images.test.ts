import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OutputError } from '../../../core/errors.js';
import { node } from '../../../core/graph/graph.js';
import { ImageFiles } from '../../../core/image/files.js';
import { image } from '../../../core/image/image.js';
import type { Sample } from '../../../core/image/sample.js';
import { bench, catalog, ramp, sampleOf } from '../nodes.js';

let root: string;
const files = new ImageFiles({ formats: catalog.formats() });
beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'writer-'));
});
afterAll(() => rm(root, { recursive: true }));

const raw = image(new Uint8Array(20), [4, 5, 1], { spacing: [0.5, 0.25], unit: 'micron' });
const predicted = (index: number): Sample =>
  sampleOf(ramp([4, 5, 1]), {
    index,
    products: { raw, channels: ramp([4, 5, 2]), classes: ramp([4, 5, 1], Uint8Array) },
  });

describe('images', () => {
  const writer = (folder: string, parameters: object = {}) =>
    node('writer', 'writer/images', { folder: path.join(root, folder), ...parameters });

  test('are written one a sample, in a folder that is made, with the voxel size of the raw image', async () => {
    const { run, heard } = bench();
    const samples = [0, 1, 2].map(predicted);
    expect(await run(writer('deep/per_image'), samples)).toEqual(samples);
    expect((await readdir(path.join(root, 'deep/per_image'))).sort()).toEqual(['s0.tif', 's1.tif', 's2.tif']);
    const file = path.join(root, 'deep/per_image/s1.tif');
    const written = await files.read(file, '2D');
    expect(written).toMatchObject({ shape: [4, 5, 2], dtype: 'float32', metadata: { spacing: [0.5, 0.25] } });
    expect(written.data).toEqual(samples[1].products.channels.data);
    expect(heard).toContainEqual({ type: 'file.written', file, kind: 'channels' });
  });

  test('of another product, as labels', async () => {
    await bench().run(writer('classes', { product: 'classes', kind: 'labels' }), [predicted(0)]);
    const written = await files.read(path.join(root, 'classes/s0.tif'), '2D');
    expect(written).toMatchObject({ shape: [4, 5, 1], dtype: 'uint8' });
  });

  test('that nobody made are told with what there is', async () => {
    const failing = bench().run(writer('x', { product: 'smoothed' }), [predicted(0)]);
    await expect(failing).rejects.toThrow(
      "data/s0.tif: node 'writer' takes 'smoothed', but the nodes before it made only raw, channels, classes.",
    );
  });

  test('that cannot be written end the graph', async () => {
    await writeFile(path.join(root, 'occupied'), 'a file');
    const { run, memory } = bench();
    const sample = { ...predicted(0), lease: await memory.lease(5, 'x') };
    await expect(run(writer('occupied'), [sample])).rejects.toThrow(OutputError);
  });
});

describe('overlays', () => {
  const writer = (folder: string, parameters: object = {}) =>
    node('overlays', 'writer/overlays', { folder: path.join(root, folder), ...parameters });

  test('are written beside the raw image, which both have its size', async () => {
    const { run, heard } = bench();
    await run(writer('overlays'), [{ ...predicted(0), target: ramp([4, 5, 1], Uint8Array) }]);
    expect((await readdir(path.join(root, 'overlays'))).sort()).toEqual(['s0.png', 's0_raw.png']);
    for (const name of ['s0.png', 's0_raw.png'])
      expect((await files.read(path.join(root, 'overlays', name), '2D')).shape).toEqual([4, 5, 3]);
    expect(heard.filter(({ type }) => type === 'file.written')).toHaveLength(2);
  });

  test('of a volume show its middle plane', async () => {
    const classes = image(new Uint8Array(60), [3, 4, 5, 1]);
    classes.data.fill(1, 20, 40);
    const sample = sampleOf(image(new Uint8Array(60).fill(100), [3, 4, 5, 1]), { products: { classes } });
    await bench().run(writer('volume'), [sample]);
    const [flat, drawn] = await Promise.all(
      ['s0_raw.png', 's0.png'].map((name) => files.read(path.join(root, 'volume', name), '2D')),
    );
    expect(flat.shape).toEqual([4, 5, 3]);
    expect(drawn.data).not.toEqual(flat.data);
  });
});
