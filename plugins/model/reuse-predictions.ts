/**
 * Takes predictions that an earlier run has saved, in place of a network (TEST.REUSE_PREDICTIONS).
 */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { defer } from 'rxjs';
import { Type } from 'typebox';
import { DataError } from '../../core/errors.js';
import { mapOrdered } from '../../core/graph/map-ordered.js';
import { ChunkCache } from '../../core/image/chunk-cache.js';
import type { ImageFiles } from '../../core/image/files.js';
import { type Image, sizeOf, spatialShape } from '../../core/image/image.js';
import type { Sample } from '../../core/image/sample.js';
import { VOLUME_SHARES } from '../../core/image/volume-shares.js';
import { defineNode } from '../../core/plugin/define.js';
import { counted } from '../../core/plugin/forecast.js';
import { services } from '../../core/plugin/services.js';

const KEY = 'TEST.REUSE_PREDICTIONS';

export const reusePredictions = defineNode({
  id: 'model/reuse-predictions',
  role: 'model',
  summary: 'Reads the predictions of an earlier run, one file for each image, in place of a network.',
  inputs: { main: ['image'] },
  output: 'channels',
  parameters: Type.Object(
    {
      folder: Type.String({ description: 'Folder of the predictions, by the names of the images.' }),
      ndim: Type.Union([Type.Literal('2D'), Type.Literal('3D')], { default: '2D' }),
      product: Type.String({ default: 'channels', description: 'Name that they get.' }),
      channels: Type.Integer({ minimum: 1, default: 1, description: 'Channels that they must have.' }),
      scale: Type.Array(Type.Integer({ minimum: 1 }), {
        default: [],
        description: 'How much larger a prediction is than its image, for each axis; empty for one.',
      }),
    },
    { additionalProperties: false },
  ),
  keys: [KEY],
  needs: { files: services.files, memory: services.memory, signal: services.signal },
  memory: ({ channels, scale }, { shape }) =>
    sizeOf(shape.slice(0, -1)) * sizeOf(scale) * channels * Float32Array.BYTES_PER_ELEMENT,
  plan({ folder }, { main }, { tell }) {
    tell({
      value: `${counted(main.images.length, 'prediction')} from ${folder}`,
      why: `${KEY} is on: predictions of an earlier run are read, and no network is run.`,
      facts: { predictions: main.images.length },
    });
    return main;
  },
  create:
    (parameters, { files, memory, signal }, place) =>
    ({ main }) =>
      defer(() => {
        // The memory that joining patches would take.
        const cache = new ChunkCache(Math.floor(memory.budget * VOLUME_SHARES.blocks));
        place.onClose(() => cache.close());
        return main.pipe(
          mapOrdered(1, async (sample: Sample) => {
            const prediction = await read(sample, parameters, { files, cache, signal });
            return { ...sample, products: { ...sample.products, [parameters.product]: prediction } };
          }),
        );
      }),
});

interface Reading {
  folder: string;
  ndim: '2D' | '3D';
  channels: number;
  scale: readonly number[];
}

/** @throws DataError where there is no file, or one of another shape. */
async function read(
  { id, file, image, products }: Sample,
  { folder, ndim, channels, scale }: Reading,
  { files, cache, signal }: { files: ImageFiles; cache: ChunkCache; signal: AbortSignal },
): Promise<Image> {
  const [plain, volume] = ['.tif', '.zarr'].map((ending) => path.join(folder, `${id}${ending}`));
  const found = (await isThere(plain)) ? plain : (await isThere(volume)) ? volume : undefined;
  if (!found)
    throw new DataError(
      `${file || id}: ${folder} has no prediction of this image (${path.basename(plain)}). Run the test once with ${KEY}: False ` +
        'and TEST.SAVE_MODEL_RAW_OUTPUT: True, under the same job name and run.',
      { where: { ...(file && { file }), key: KEY } },
    );
  const prediction =
    found === volume
      ? await files.readDeferred(volume, ndim, cache, {}, signal)
      : await files.read(plain, ndim, signal);
  const wanted = [...spatialShape(products.raw ?? image).map((side, axis) => side * (scale[axis] ?? 1)), channels];
  if (prediction.shape.join() === wanted.join()) return prediction;
  throw new DataError(
    `${found}: the prediction is ${prediction.shape.join('×')}, but this configuration makes ${wanted.join('×')} of ` +
      `${path.basename(file)}. It comes from another configuration: run the test with ${KEY}: False.`,
    { where: { file: found, key: KEY } },
  );
}

function isThere(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
