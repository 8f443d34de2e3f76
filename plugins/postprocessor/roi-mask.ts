/**
 * Keeps predictions inside regions of interest (DATA.TEST.ROI_MASK): outside they become 0.
 */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { defer, from, switchMap } from 'rxjs';
import { Type } from 'typebox';
import { DataError, MemoryError } from '../../core/errors.js';
import { mapOrdered } from '../../core/graph/map-ordered.js';
import { boundedSource, deferred } from '../../core/image/deferred.js';
import type { ImageFiles } from '../../core/image/files.js';
import {
  type Box,
  bytesPerValue,
  channelCount,
  type Image,
  image,
  type PixelSource,
  sizeOf,
  spatialShape,
} from '../../core/image/image.js';
import { listFolder } from '../../core/image/list-folder.js';
import { productOf, type Sample } from '../../core/image/sample.js';
import { formatBytes } from '../../core/job/memory.js';
import { defineNode } from '../../core/plugin/define.js';
import { services } from '../../core/plugin/services.js';

const KEY = 'DATA.TEST.ROI_MASK.PATH';

export const roiMask = defineNode({
  id: 'postprocessor/roi-mask',
  role: 'postprocessor',
  summary: 'Sets predictions to 0 outside of regions of interest.',
  inputs: { main: ['channels', 'classes', 'labels'] },
  output: 'same',
  parameters: Type.Object(
    {
      masks: Type.String({ description: 'A mask for all images, or a folder with one for each.' }),
      ndim: Type.Union([Type.Literal('2D'), Type.Literal('3D')], { default: '2D' }),
      axes: Type.String({
        default: '',
        description: 'Order of the axes of masks in containers; empty for what they tell.',
      }),
      product: Type.String({ default: 'channels', description: 'Prediction to keep inside.' }),
    },
    { additionalProperties: false },
  ),
  needs: { files: services.files, memory: services.memory },
  keys: ['DATA.TEST.ROI_MASK.ENABLE', 'DATA.TEST.ROI_MASK.AXES_ORDER'],
  fromConfig({ DATA: data, PROBLEM: problem }, part) {
    const { ENABLE, PATH, AXES_ORDER } = data.TEST.ROI_MASK;
    return part === 'test' && ENABLE
      ? { masks: PATH, ndim: problem.NDIM as '2D' | '3D', axes: AXES_ORDER, product: 'channels' }
      : undefined;
  },
  // A copy of the prediction, and a mask of up to four bytes a pixel.
  memory: (_, { shape }) => 8 * sizeOf(shape.slice(0, -1)),
  create:
    ({ masks, ndim, axes, product }, { files, memory }, place) =>
    ({ main }) =>
      defer(() => from(listMasks(masks, files))).pipe(
        switchMap((list) =>
          main.pipe(
            mapOrdered(1, async (sample: Sample, signal) => {
              const file = maskOf(sample, list);
              const prediction = productOf(sample, product, place.name);
              const within = { ...(axes && { axes }) };
              if (prediction.source) {
                const { shape, dtype } = await files.probe(file, ndim, within);
                requireRoom(sizeOf(shape) * bytesPerValue(dtype), memory.budget, file);
              }
              const mask = await files.read(file, ndim, signal, within);
              const inside = prediction.source
                ? keepPartsInside(prediction, prediction.source, mask, file)
                : keepInside(prediction, mask, file);
              return { ...sample, products: { ...sample.products, [product]: inside } };
            }),
          ),
        ),
      ),
});

async function listMasks(masks: string, files: ImageFiles): Promise<string[]> {
  const found = await stat(masks).catch(() => undefined);
  // Zarr and N5 containers are folders.
  return found?.isFile() || (found && (await files.containerOf(masks))) ? [masks] : listFolder(masks, KEY);
}

/** A single mask is for all; else that of the same name, else that at the place of the image in its folder. */
function maskOf({ id, file, index }: Sample, masks: readonly string[]): string {
  if (masks.length === 1) return masks[0];
  const stem = (name: string) => path.parse(name).name;
  const found = masks.find((mask) => stem(mask) === stem(file) || stem(mask) === id) ?? masks[index];
  if (found) return found;
  throw new DataError(
    `${file || id}: there is no mask for this image, neither of its name nor at place ${index + 1}; ` +
      `${KEY} holds ${masks.length}. Add one.`,
    { where: { ...(file && { file }), key: KEY } },
  );
}

/** Part of the budget that the mask of a volume in parts may take: masks are held whole, and may be coarser than their images. */
const MASK_SHARE = 0.2;

function requireRoom(bytes: number, budget: number, file: string): void {
  if (bytes <= MASK_SHARE * budget) return;
  throw new MemoryError(
    `${file}: the mask takes ${formatBytes(bytes)}, more than the ${formatBytes(MASK_SHARE * budget)} that the memory budget leaves for it. ` +
      'Give a coarser mask, which is laid over the whole image, or raise SYSTEM.MEMORY_BUDGET.',
    { where: { file, key: KEY } },
  );
}

/** As {@link keepInside}, for each part that is read. */
function keepPartsInside(prediction: Image, source: PixelSource, mask: Image, file: string): Image {
  const sides = spatialShape(prediction);
  const { shape, dtype, metadata } = source;
  const inside = async (box: Box, signal?: AbortSignal) =>
    keepInside(await source.read(box, signal), mask, file, { start: box.start, sides });
  return deferred(boundedSource({ shape, dtype, metadata, file: source.file, inside }));
}

/**
 * The prediction where the mask is above 0 in any channel, 0 elsewhere. A mask of other sides is laid over the whole image:
 * pixel i is looked up at ⌊(i + ½) · mask / image⌋.
 *
 * @param place of a part: where it starts, and the sides of the whole.
 * @throws DataError, naming `file`, for a mask of other axes.
 */
export function keepInside(
  prediction: Image,
  mask: Image,
  file: string,
  place?: { start: readonly number[]; sides: readonly number[] },
): Image {
  const sides = spatialShape(prediction);
  const { start, sides: whole } = place ?? { start: sides.map(() => 0), sides };
  const maskSides = spatialShape(mask);
  if (sides.length !== maskSides.length)
    throw new DataError(`${file}: the mask has ${maskSides.length} axes, the image ${sides.length}. Draw it anew.`, {
      where: { file, key: KEY },
    });
  const maskChannels = channelCount(mask);
  const tables = sides.map((side, axis) =>
    Int32Array.from({ length: side }, (_, i) => Math.floor(((start[axis] + i + 0.5) * maskSides[axis]) / whole[axis])),
  );
  const [z, y, x] = tables.length === 3 ? tables : [Int32Array.of(0), ...tables];
  const [height, width] = maskSides.slice(-2);
  const channels = channelCount(prediction);
  const data = prediction.data.slice();
  let at = 0;
  for (const plane of z)
    for (const row of y)
      for (const column of x) {
        const first = ((plane * height + row) * width + column) * maskChannels;
        let inside = false;
        for (let c = first; c < first + maskChannels; c++) if (mask.data[c] > 0) inside = true;
        if (!inside) data.fill(0, at, at + channels);
        at += channels;
      }
  return image(data, prediction.shape, prediction.metadata);
}
