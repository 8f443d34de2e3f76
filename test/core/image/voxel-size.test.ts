import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { readVoxelSizes, VOXEL_SIZE, voxelSizeIn, voxelSizeOf } from '../../../core/image/voxel-size.js';
import { ramp } from '../../plugins/nodes.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'sizes-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function read(text: string) {
  const file = path.join(folder, 'resolution.json');
  await writeFile(file, text);
  return readVoxelSizes(file);
}

test('a size is found by the name of the image, with and without its ending', async () => {
  const sizes = await read('{"a.tif": [0.5, 0.1, 0.2], "b": [3, 1, 1], "plane": [0.1, 0.2]}');
  const of = (name: string, axes: number) =>
    voxelSizeIn(sizes, { file: `/data/${name}`, id: name }, axes, 'sizes.json');
  expect(of('a.tif', 3)).toEqual([0.5, 0.1, 0.2]);
  expect(of('b.zarr', 3)).toEqual([3, 1, 1]);
  expect(of('plane.png', 2)).toEqual([0.1, 0.2]);
  expect(() => of('plane.png', 3)).toThrow(
    '/data/plane.png: sizes.json has only 2 lengths for it. Add "plane.png": [z, y, x]',
  );
  expect(() => of('c.tif', 2)).toThrow('has no voxel size of this image. Add "c.tif": [y, x] there');
});

describe('a table is refused that', () => {
  it.each([
    ['is no JSON', '{"a": [1, 1', 'cannot be read as JSON'],
    ['is a list', '[1, 1, 1]', 'holds no names of images'],
    ['has a single length', '{"a": 0.5}', 'the voxel size of a is 0.5, not two or three lengths above 0'],
    ['has a length of 0', '{"a": [1, 0, 1]}', 'the voxel size of a is [1,0,1]'],
    ['has words for lengths', '{"a": ["1", "1"]}', 'not two or three lengths'],
  ])('%s', async (_, text, message) => {
    await expect(read(text)).rejects.toThrow(message);
  });

  it('is not there', async () => {
    await expect(readVoxelSizes(path.join(folder, 'none.json'))).rejects.toThrow(/none.json: cannot be read as JSON/);
  });
});

test('a size of the sample counts before that of all, along its axes', () => {
  const plane = { image: ramp([2, 2, 1]), facts: { [VOXEL_SIZE]: [9, 2, 3] } };
  expect(voxelSizeOf(plane, [1, 1])).toEqual([2, 3]);
  expect(voxelSizeOf({ image: ramp([2, 2, 2, 1]), facts: plane.facts }, [])).toEqual([9, 2, 3]);
  expect(voxelSizeOf({ ...plane, facts: {} }, [4, 5])).toEqual([4, 5]);
});
