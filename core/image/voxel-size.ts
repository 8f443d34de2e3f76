/** Voxel sizes of single images, where a table tells them (DATA.TEST.RESOLUTION_FROM_JSON). */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { DataError, FormatError } from '../errors.js';
import type { Sample } from './sample.js';

/** Name under which the size lies among the facts of a sample. */
export const VOXEL_SIZE = 'voxelSize';

/**
 * Sizes `[z, y, x]` or `[y, x]` by the name of the image, from a JSON file such as `{"nucleus.tif": [0.5, 0.1, 0.1]}`. Names may lack
 * their ending.
 *
 * @throws FormatError naming the file when it is no such table.
 */
export async function readVoxelSizes(file: string): Promise<ReadonlyMap<string, readonly number[]>> {
  const refuse = (message: string, cause?: unknown) =>
    new FormatError(
      `${file}: ${message} Write the voxel size of each test image as {"image.tif": [z, y, x]}, or switch ` +
        'DATA.TEST.RESOLUTION_FROM_JSON off.',
      { where: { file, key: 'DATA.TEST.RESOLUTION_FROM_JSON' }, cause },
    );
  let table: unknown;
  try {
    table = JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw refuse(`cannot be read as JSON (${(cause as Error).message}).`, cause);
  }
  if (typeof table !== 'object' || table === null || Array.isArray(table)) throw refuse('holds no names of images.');
  const sizes = new Map<string, readonly number[]>();
  for (const [name, size] of Object.entries(table)) {
    const fits = Array.isArray(size) && (size.length === 2 || size.length === 3);
    if (!fits || !size.every((length) => typeof length === 'number' && Number.isFinite(length) && length > 0))
      throw refuse(`the voxel size of ${name} is ${JSON.stringify(size)}, not two or three lengths above 0.`);
    sizes.set(name, size);
  }
  return sizes;
}

/**
 * The size of an image in a table, for `axes` axes; of a plane the last two count.
 *
 * @throws DataError naming the image where the table lacks it, or has no third length for a volume.
 */
export function voxelSizeIn(
  sizes: ReadonlyMap<string, readonly number[]>,
  { file, id }: Pick<Sample, 'file' | 'id'>,
  axes: number,
  table: string,
): readonly number[] {
  const names = [path.basename(file), path.parse(file).name, id];
  const size = names.map((name) => sizes.get(name)).find((found) => found !== undefined);
  if (size && size.length >= axes) return size;
  throw new DataError(
    `${file || id}: ${table} has ${size ? `only ${size.length} lengths for it` : 'no voxel size of this image'}. Add ` +
      `"${names[0]}": [${axes === 3 ? 'z, y, x' : 'y, x'}] there.`,
    { where: { ...(file && { file }), key: 'DATA.TEST.RESOLUTION_FROM_JSON' } },
  );
}

/** The voxel size of a sample along its axes where a table told it; else what is `given` for all. */
export function voxelSizeOf(
  { facts, image }: Pick<Sample, 'facts' | 'image'>,
  given: readonly number[],
): readonly number[] {
  const own = facts[VOXEL_SIZE] as readonly number[] | undefined;
  return own ? own.slice(1 - image.shape.length) : given;
}
