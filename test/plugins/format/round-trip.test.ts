import { rm } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { ChunkCache } from '../../../core/image/chunk-cache.js';
import { ImageFiles } from '../../../core/image/files.js';
import { type DType, type Image, image, sizeOf } from '../../../core/image/image.js';
import { planVolume, writeVolume } from '../../../core/image/write-volume.js';
import { catalog } from '../nodes.js';
import { sameBytes, scratch } from './containers.js';
import { everyDtype } from './every-dtype.js';

const folder = await scratch();
const files = new ImageFiles({ formats: catalog.formats(), containers: catalog.containers() });
const signal = new AbortController().signal;
const SHAPES = [
  [7, 9, 1],
  [7, 9, 3],
  [4, 7, 9, 1],
  [4, 7, 9, 2],
  [4, 7, 9, 3],
];
const pixels = Object.fromEntries(everyDtype) as Record<DType, (length: number) => Image['data']>;
const picture = (dtype: DType, shape: number[], metadata: Image['metadata'] = {}) =>
  image(pixels[dtype](sizeOf(shape)), shape, metadata);

/** What keeps every value of every type. */
describe.each(['tif', 'npy', 'nii', 'nii.gz'])('.%s', (ending) => {
  test.each(everyDtype.map(([dtype]) => dtype))(
    '%s in planes and volumes, of one and several channels',
    async (dtype) => {
      for (const shape of SHAPES)
        for (const compression of ['none', 'deflate'] as const) {
          const file = path.join(folder, `${dtype}-${shape.join('-')}.${ending}`);
          const made = picture(dtype, shape);
          await files.write(file, made, { kind: 'exact', compression });
          const read = await files.read(file, shape.length === 4 ? '3D' : '2D', signal);
          expect([read.dtype, read.shape, sameBytes(read.data, made.data)]).toEqual([dtype, shape, true]);
          await rm(file);
        }
    },
  );
});

test.each(['uint8', 'uint16'] as const)('.png, %s of one and three channels', async (dtype) => {
  for (const shape of SHAPES.slice(0, 2)) {
    const file = path.join(folder, 'a.png');
    const made = picture(dtype, shape);
    await files.write(file, made);
    const read = await files.read(file, '2D', signal);
    expect([read.dtype, read.shape, sameBytes(read.data, made.data)]).toEqual([dtype, shape, true]);
  }
});

/** Every order of letters. */
function ordersOf(letters: string): string[] {
  if (letters === '') return [''];
  return [...letters].flatMap((letter) => ordersOf(letters.replace(letter, '')).map((rest) => letter + rest));
}

/** What the keys of the configuration can name as axes of a volume. */
const ORDERS = ['ZYX', 'CZYX', 'TZYX', 'TCZYX'].flatMap(ordersOf);

describe.each(['zarr', 'ome.zarr', 'h5'])('.%s', (ending) => {
  const roundTrip = async (dtype: DType, axes: string) => {
    const file = path.join(folder, `${axes}.${ending}`);
    const made = picture(dtype, [4, 7, 9, axes.includes('C') ? 2 : 1], { fileAxes: axes });
    const plan = planVolume(made, made, 'image');
    const chunk = plan.shape.map((side, axis) => (axes[axis] === 'Y' ? Math.ceil(side / 2) : side));
    const writer = await files.createArray(file, { ...plan, chunk });
    expect(writer.plan.axes).toBe(axes);
    await writeVolume(made, writer);
    await writer.close();
    const cache = new ChunkCache(1e6);
    const deferred = await files.readDeferred(file, '3D', cache, { axes });
    const parts = await deferred.source!.read({ start: [0, 0, 0], size: [4, 7, 9] });
    await cache.close();
    const whole = await files.read(file, '3D', signal, { array: '', axes });
    await rm(file, { recursive: true });
    for (const read of [whole, parts])
      expect([axes, read.dtype, read.shape, sameBytes(read.data, made.data)]).toEqual([axes, dtype, made.shape, true]);
  };

  test.each(everyDtype.map(([dtype]) => dtype))('%s', async (dtype) => {
    for (const axes of ['ZYX', 'TZCYX', 'XCYZ']) await roundTrip(dtype, axes);
  });

  test.skipIf(ending === 'ome.zarr')(`all ${ORDERS.length} orders of axes`, async () => {
    for (const axes of ORDERS) await roundTrip('uint16', axes);
  });
});
