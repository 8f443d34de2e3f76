/**
 * Takes the voxel size of each test image from a table (DATA.TEST.RESOLUTION_FROM_JSON).
 */
import path from 'node:path';
import { defer, from, map, switchMap } from 'rxjs';
import { Type } from 'typebox';
import { withMetadata } from '../../core/image/deferred.js';
import { readVoxelSizes, VOXEL_SIZE, voxelSizeIn } from '../../core/image/voxel-size.js';
import { defineNode } from '../../core/plugin/define.js';

export const voxelSize = defineNode({
  id: 'preprocessor/voxel-size',
  role: 'preprocessor',
  summary: 'Takes the voxel size of each image from a JSON file, for distances and for the files that are written.',
  inputs: { main: ['image'] },
  output: 'image',
  parameters: Type.Object(
    { file: Type.String({ description: 'JSON file of lengths [z, y, x] by the names of the images.' }) },
    { additionalProperties: false },
  ),
  keys: ['DATA.TEST.RESOLUTION_FROM_JSON'],
  // Before all that changes images.
  order: -100,
  fromConfig({ DATA: { TEST: test } }, part) {
    if (part !== 'test' || !test.RESOLUTION_FROM_JSON) return undefined;
    // Beside the folder; of a path with a slash at its end, too.
    return { file: path.join(path.dirname(path.resolve(test.PATH)), 'resolution.json') };
  },
  create:
    ({ file }) =>
    ({ main }) =>
      defer(() => from(readVoxelSizes(file))).pipe(
        switchMap((sizes) =>
          main.pipe(
            map((sample) => {
              const axes = sample.image.shape.length - 1;
              const size = voxelSizeIn(sizes, sample, axes, file);
              const metadata = { ...sample.image.metadata, spacing: size.slice(-axes) };
              return {
                ...sample,
                image: withMetadata(sample.image, metadata),
                facts: { ...sample.facts, [VOXEL_SIZE]: size },
              };
            }),
          ),
        ),
      ),
});
