/** Sides filled with their medians (DATA.TEST.MEDIAN_PADDING) around volumes that are read in parts. */
import { DataError, MemoryError } from '../errors.js';
import { formatBytes } from '../job/memory.js';
import { type FaceMedians, facesOf, medianOf, pad } from './border.js';
import { deferred, view } from './deferred.js';
import { type Box, bytesPerValue, type Image, sizeOf, spatialShape } from './image.js';
import { clipBox } from './patch.js';
import type { Sample } from './sample.js';

/**
 * The image of a sample, in parts, with the medians of its sides around it in place of its reflection.
 *
 * @param budget bytes that a side may take while its median is found.
 * @throws MemoryError where a side does not fit; DataError where each part is normalised by numbers of its own, so that no median would
 *   go with all of them.
 */
export async function withMedianBorder(sample: Sample, budget: number, signal?: AbortSignal): Promise<Image> {
  const { image: picture, products, facts, file } = sample;
  const { source } = picture;
  if (!source) throw new RangeError('of an image in memory the border is chosen when a patch is read');
  if (products.raw?.source && !facts.normalization)
    throw new DataError(
      `${file}: is read in parts, and each is normalised by numbers of its own, so no median of a side goes with all of them. Set ` +
        'DATA.NORMALIZATION.MEASURE_BY to patch or dataset, or DATA.TEST.MEDIAN_PADDING to False.',
      { where: { file, key: 'DATA.TEST.MEDIAN_PADDING' } },
    );
  const border = await mediansOf(picture, budget, signal);
  const sides = spatialShape(picture);
  return deferred({
    ...view(source),
    async read(box, stop) {
      const { inside, before, after } = clipBox(box, sides);
      const part = await source.read(inside, stop);
      return [...before, ...after].every((amount) => amount === 0) ? part : pad(part, before, after, border);
    },
  });
}

/** As `faceMedians`, one side after the other. */
async function mediansOf({ source, shape, dtype }: Image, budget: number, signal?: AbortSignal): Promise<FaceMedians> {
  const sides = shape.slice(0, -1);
  const median = async (box: Box): Promise<number> => {
    const bytes = sizeOf(box.size) * shape[sides.length] * bytesPerValue(dtype);
    // It is sorted beside itself.
    if (2 * bytes > budget)
      throw new MemoryError(
        `${source!.file}: the median of a side of ${box.size.join('×')} pixels takes ${formatBytes(2 * bytes)}, more than the ` +
          `${formatBytes(budget)} that the memory budget leaves for it. Raise SYSTEM.MEMORY_BUDGET, or set DATA.TEST.MEDIAN_PADDING to False.`,
        { where: { file: source!.file, key: 'SYSTEM.MEMORY_BUDGET' } },
      );
    source!.expect?.([box]);
    return medianOf((await source!.read(box, signal)).data);
  };
  const faces: [number, number][] = [];
  for (const [first, last] of facesOf(sides)) faces.push([await median(first), await median(last)]);
  return { faces };
}
