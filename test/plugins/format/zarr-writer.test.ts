import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ArrayPlan } from '../../../core/image/chunked-array.js';
import { sizeOf } from '../../../core/image/image.js';
import { openZarr, zarr } from '../../../plugins/format/zarr.js';
import type { ZarrOptions } from '../../../plugins/format/zarr-level.js';
import { createLabels, createZarr } from '../../../plugins/format/zarr-writer.js';
import { ramp, readWhole, sameBytes, scratch, wholeOf } from './containers.js';

const folder = await scratch();
const DTYPES = ['uint8', 'int8', 'uint16', 'int16', 'uint32', 'int32', 'float32', 'float64'] as const;
const plain: ArrayPlan = {
  shape: [5, 9, 11],
  chunk: [3, 5, 8],
  dtype: 'uint16',
  axes: 'ZYX',
  kind: 'image',
  metadata: {},
};

describe.each([2, 3] as const)('version %i', (version) => {
  test.each(DTYPES)('%s comes back as it was', async (dtype) => {
    const container = path.join(folder, `${dtype}-${version}.zarr`);
    const metadata = { spacing: [2, 0.5, 0.5], unit: 'micron' };
    const writer = await createZarr(container, { ...plain, dtype, metadata }, { version, ome: false });
    await writer.write([0, 0, 0], [5, 9, 11], ramp(dtype));
    await writer.close();
    const back = await readWhole(zarr, container);
    expect(back.data).toEqual(ramp(dtype));
    expect(back.metadata).toMatchObject(metadata);
  });

  test.each([
    null,
    { name: 'gzip', configuration: { level: 5 } },
    { name: 'zstd', configuration: { level: 3, checksum: false } },
    { name: 'blosc', configuration: { cname: 'zstd', clevel: 5, shuffle: 'bitshuffle', typesize: 2, blocksize: 0 } },
  ])('codec %j', async (codec) => {
    const container = path.join(folder, `codec-${codec?.name}-${version}.zarr`);
    const writer = await createZarr(container, plain, { version, ome: false, codec });
    await writer.write([0, 0, 0], [5, 9, 11], ramp('uint16'));
    await writer.close();
    expect((await readWhole(zarr, container)).data).toEqual(ramp('uint16'));
  });

  test.each(['ZYX', 'CZYX', 'TCZYX', 'ZYXC', 'XYZ', 'ZCYX', 'YX', 'CYX'])('axes %s', async (axes) => {
    const sides: Record<string, number> = { T: 1, C: 2, Z: 5, Y: 9, X: 11 };
    const shape = [...axes].map((letter) => sides[letter]);
    const container = path.join(folder, `${axes}-${version}.zarr`);
    const writer = await createZarr(
      container,
      { ...plain, axes, shape, chunk: shape.map((side) => Math.min(side, 4)) },
      { version, ome: false },
    );
    await writer.write(
      shape.map(() => 0),
      shape,
      ramp('uint16', sizeOf(shape)),
    );
    await writer.close();
    const array = await openZarr(container);
    expect(array.axes).toBe(axes);
    if (!axes.includes('Z')) return;
    const picture = await wholeOf(array, 'TZCYX');
    expect(picture.shape).toEqual([5, 9, 11, axes.includes('C') ? 2 : 1]);
    const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
    const at = (letter: string, index: number) => (axes.includes(letter) ? strides[axes.indexOf(letter)] * index : 0);
    const expected = Uint16Array.from({ length: picture.data.length }, (_, i) => {
      const channels = picture.shape[3];
      const [c, x, y] = [i % channels, Math.floor(i / channels) % 11, Math.floor(i / channels / 11) % 9];
      const z = Math.floor(i / channels / 99);
      return (3 * (at('Z', z) + at('Y', y) + at('X', x) + at('C', c))) % 120;
    });
    expect(picture.data).toEqual(expected);
  });
});

test('regions that share chunks, written at the same time, lose nothing', async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 })),
      fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
      fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
      async (shape, chunk, step) => {
        const container = path.join(folder, `regions-${run++}.zarr`);
        const writer = await createZarr(container, { ...plain, shape, chunk }, { version: 3, ome: false });
        const value = (z: number, y: number, x: number) => 1 + (z * shape[1] + y) * shape[2] + x;
        const writes: Promise<void>[] = [];
        for (let z = 0; z < shape[0]; z += step[0])
          for (let y = 0; y < shape[1]; y += step[1])
            for (let x = 0; x < shape[2]; x += step[2]) {
              const size = [z, y, x].map((at, axis) => Math.min(step[axis], shape[axis] - at));
              const data = Uint16Array.from({ length: sizeOf(size) }, (_, i) =>
                value(
                  z + Math.floor(i / (size[1] * size[2])),
                  y + (Math.floor(i / size[2]) % size[1]),
                  x + (i % size[2]),
                ),
              );
              writes.push(writer.write([z, y, x], size, data));
            }
        await Promise.all(writes);
        await writer.close();
        const { data } = await readWhole(zarr, container, undefined, 'TZCYX');
        expect(Array.from(data)).toEqual(Array.from({ length: sizeOf(shape) }, (_, i) => i + 1));
      },
    ),
    { numRuns: 10 },
  );
});

test('a container that was not closed is not taken for one, and zeros are not stored', async () => {
  const container = path.join(folder, 'open.zarr');
  const writer = await createZarr(container, plain, { version: 3, ome: false });
  await writer.write([0, 0, 0], [5, 9, 11], new Uint16Array(495));
  await expect(openZarr(container)).rejects.toThrow(/open\.zarr/);
  await writer.close();
  expect((await readdir(container, { recursive: true })).filter((name) => !name.endsWith('json'))).toEqual([]);
  expect((await readWhole(zarr, container)).data).toEqual(new Uint16Array(495));
});

test('a folder or file of another kind is not overwritten', async () => {
  const options: ZarrOptions = { version: 3, ome: false };
  const mine = path.join(folder, 'mine');
  await mkdir(mine);
  await expect(createZarr(mine, plain, options)).rejects.toThrow(/mine: this folder is in the place/);
  const file = path.join(folder, 'file.zarr');
  await writeFile(file, '');
  await expect(createZarr(file, plain, options)).rejects.toThrow(/a file is in the place/);
  expect(await readdir(mine)).toEqual([]);
});

describe.each([2, 3] as const)('OME-Zarr of version %i', (version) => {
  const side = 600;
  const plan: ArrayPlan = {
    ...plain,
    shape: [3, side, side],
    chunk: [2, 250, 300],
    metadata: { spacing: [2, 0.5, 0.25], unit: 'micron' },
  };
  const values = Uint16Array.from({ length: 3 * side * side }, (_, i) => (i * 7919) % 4099);

  test('has a pyramid of means, with its scales', async () => {
    const container = path.join(folder, `image-${version}.ome.zarr`);
    const writer = await createZarr(container, plan, { version, ome: true });
    await writer.write([0, 0, 0], plan.shape, values);
    await writer.close();
    const full = await openZarr(container);
    expect(full).toMatchObject({ axes: 'ZYX', shape: plan.shape, metadata: plan.metadata });
    expect(sameBytes((await wholeOf(full)).data, values)).toBe(true);
    const first = await openZarr(container, '1');
    expect(first).toMatchObject({ shape: [3, 300, 300], metadata: { spacing: [2, 1, 0.5], unit: 'micron' } });
    const half = await wholeOf(first);
    const at = (z: number, y: number, x: number) => values[(z * side + y) * side + x];
    const sum = at(1, 498, 200) + at(1, 498, 201) + at(1, 499, 200) + at(1, 499, 201);
    expect(Math.abs(half.data[(300 + 249) * 300 + 100] - sum / 4)).toBeLessThanOrEqual(0.5);
    // z follows once its voxels are as long as those of y.
    expect(await openZarr(container, '2')).toMatchObject({ shape: [3, 150, 150], metadata: { spacing: [2, 2, 1] } });
    await expect(openZarr(container, '3')).rejects.toThrow(/no Zarr array or group/);
  });

  test('takes labels beside the image, and lists them', async () => {
    const container = path.join(folder, `labelled-${version}.ome.zarr`);
    const writer = await createZarr(container, plan, { version, ome: true });
    await writer.write([0, 0, 0], plan.shape, values);
    await writer.close();
    for (const name of ['cells', 'nuclei', 'cells']) {
      const labels = await createLabels(container, { name, replace: true }, plan);
      await labels.write([0, 0, 0], plan.shape, values);
      await labels.close();
    }
    const half = await wholeOf(await openZarr(container, 'labels/cells/1'));
    expect(half.data[(300 + 249) * 300 + 100]).toBe(values[(side + 498) * side + 200]);
    const list = path.join(container, 'labels', version === 3 ? 'zarr.json' : '.zattrs');
    const listed = JSON.parse(await readFile(list, 'utf8'));
    expect((version === 3 ? listed.attributes.ome : listed).labels).toEqual(['nuclei', 'cells']);
    await expect(createLabels(container, { name: 'cells', replace: false }, plan)).rejects.toThrow(
      /labels\/cells: these labels are there already\. Give another name/,
    );
    // The image is still what the container opens as.
    expect((await openZarr(container)).file).toBe(path.join(container, '0'));
  });
});
