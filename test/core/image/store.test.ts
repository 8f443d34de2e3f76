import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { AbortedError } from '../../../core/errors.js';
import { allocate, type DType, type Image, image, imageBytes, sizeOf } from '../../../core/image/image.js';
import { cutGeometry, patchBoxes } from '../../../core/image/patch.js';
import type { Sample } from '../../../core/image/sample.js';
import { ImageStore } from '../../../core/image/store.js';
import { MemoryBudget } from '../../../core/job/memory.js';

let scratch: string;
let memory: MemoryBudget;
const opened: ImageStore[] = [];

beforeAll(async () => {
  scratch = await mkdtemp(path.join(os.tmpdir(), 'store-'));
  vi.stubEnv('TMPDIR', scratch);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(scratch, { recursive: true });
});
beforeEach(() => {
  memory = new MemoryBudget(10_000);
});
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
  expect(memory.inUse).toBe(0);
  expect(await readdir(scratch)).toEqual([]);
});

function open(inMemory = true, notice?: (message: string) => void): ImageStore {
  const store = new ImageStore({ memory, inMemory, share: 0.5, notice });
  opened.push(store);
  return store;
}

function ramp(shape: number[], dtype: DType = 'uint16', from = 0): Image {
  const data = allocate(dtype, sizeOf(shape));
  for (let i = 0; i < data.length; i++) data[i] = from + i;
  return image(data, shape, { unit: 'micron' });
}

async function sample(index: number, picture: Image, target?: Image): Promise<Sample> {
  const bytes = imageBytes(picture) + (target ? imageBytes(target) : 0);
  const lease = await memory.lease(bytes, 'a sample');
  const rest = { products: {}, facts: {}, metrics: {} };
  return { id: `s${index}`, index, file: `s${index}.tif`, image: picture, ...(target && { target }), ...rest, lease };
}

const whole = { start: [0, 0], size: [4, 5] };

describe('in memory', () => {
  test('keeps names, shapes and pixels, and the lease until it is closed', async () => {
    const store = open();
    const [picture, target] = [ramp([4, 5, 2]), ramp([4, 5, 1], 'float32', 100)];
    await store.add(await sample(7, picture, target));
    expect(store.count).toBe(1);
    expect(store.at(0)).toEqual({ id: 's7', index: 7, file: 's7.tif' });
    expect(store.shapes(0)).toEqual({ image: [4, 5, 2], target: [4, 5, 1] });
    expect(await store.read(0, whole)).toEqual({ image: picture, target });
    expect(memory.inUse).toBe(160);
    expect(await readdir(scratch)).toEqual([]);
    await store.close();
    await store.close();
    expect(memory.inUse).toBe(0);
  });

  test('a sample without target has none', async () => {
    const store = open();
    await store.add(await sample(0, ramp([4, 5, 1])));
    expect(store.shapes(0)).toEqual({ image: [4, 5, 1] });
    expect(Object.keys(await store.read(0, whole))).toEqual(['image']);
  });
});

describe('in scratch files', () => {
  test('holds no memory, and removes the files in the end', async () => {
    const store = open(false);
    const picture = ramp([4, 5, 1]);
    await store.add(await sample(0, picture));
    expect(memory.inUse).toBe(0);
    expect(await readdir(scratch)).toHaveLength(1);
    expect((await store.read(0, whole)).image).toEqual(picture);
    await store.close();
    expect(await readdir(scratch)).toEqual([]);
  });

  test('goes there, and says so once, when its share of the budget is taken', async () => {
    const told: string[] = [];
    const store = open(true, (message) => told.push(message));
    for (let i = 0; i < 4; i++) await store.add(await sample(i, ramp([40, 50, 1], 'uint8')));
    expect(memory.inUse).toBe(4000);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/50 % of the memory budget.*SYSTEM\.MEMORY_BUDGET/);
    expect(store.count).toBe(4);
  });

  test('pixels that are a part of a larger buffer are stored alone', async () => {
    const store = open(false);
    const buffer = Uint16Array.from({ length: 30 }, (_, i) => i);
    await store.add(await sample(0, image(buffer.subarray(5, 25), [4, 5, 1])));
    expect((await store.read(0, whole)).image.data).toEqual(buffer.slice(5, 25));
  });

  test.each(['uint8', 'uint16', 'uint32', 'int8', 'int16', 'int32', 'float32', 'float64'] as const)(
    'gives %s back as it was',
    async (dtype) => {
      const store = open(false);
      const picture = ramp([4, 5, 1], dtype);
      await store.add(await sample(0, picture));
      expect((await store.read(0, whole)).image).toEqual(picture);
    },
  );
});

test('memory and files give the same patches, also where they reach over the image', async () => {
  const side = fc.integer({ min: 4, max: 12 });
  const shapes = fc.oneof(fc.tuple(side, side), fc.tuple(side, side, side));
  await fc.assert(
    fc.asyncProperty(shapes, fc.integer({ min: 1, max: 2 }), fc.nat(3), async (sides, channels, margin) => {
      const patch = sides.map((length, axis) => Math.max(4, length - axis - margin));
      const padding = patch.map((length) => Math.min(margin, Math.floor(length / 2) - 1));
      const picture = ramp([...sides, channels]);
      const [here, there] = [
        new ImageStore({ memory, inMemory: true, share: 1 }),
        new ImageStore({ memory, inMemory: false, share: 1 }),
      ];
      memory = new MemoryBudget(1e9);
      await here.add(await sample(0, picture));
      await there.add(await sample(0, picture));
      for (const box of patchBoxes(cutGeometry(sides, patch, { padding })))
        expect(await there.read(0, box)).toEqual(await here.read(0, box));
      await Promise.all([here.close(), there.close()]);
    }),
    { numRuns: 25 },
  );
});

test('takes nothing once it is closed', async () => {
  const store = open(false);
  await store.close();
  const late = await sample(0, ramp([4, 5, 1]));
  await expect(store.add(late)).rejects.toThrow(AbortedError);
  late.lease.release();
});
