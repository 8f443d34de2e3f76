/** The patches of an epoch, in the order of the images. */
import { DataError } from '../../core/errors.js';
import { type Box, cutGeometry, patchBoxes } from '../../core/image/patch.js';
import { chooseSubset } from '../../core/image/subset.js';
import { groupVersions } from '../../core/image/versions.js';
import type { PatchParameters } from './training-patch-parameters.js';

/** A sample of an epoch: an image, and a box where the place is fixed. */
export interface Item {
  position: number;
  box?: Box;
  /** Positions of the versions of the image, the first one's among them. */
  versions?: readonly number[];
}

/** What the boxes of an epoch depend on: the images in their order. */
export interface Shapes {
  count: number;
  at(position: number): { file: string; group?: string };
  /** `[[z,] y, x, c]`. */
  shapes(position: number): { image: readonly number[] };
}

/** @param dropped for each image the places of patches that a filter leaves out. */
export function listItems(
  store: Shapes,
  parameters: PatchParameters,
  onlyImage: boolean,
  dropped: readonly ReadonlySet<number>[] = [],
): Item[] {
  const { patch, overlap, padding, random, replicate, subset } = parameters;
  if (onlyImage && subset && random)
    throw new DataError(
      `${store.at(0).file}: a single image cannot be divided into training and validation while patches are drawn at random. ` +
        'Set DATA.TRAIN.EXTRACT_RANDOM_PATCH to False, or give validation images of their own (DATA.VAL.FROM_TRAIN: False).',
      { where: { file: store.at(0).file, key: 'DATA.TRAIN.EXTRACT_RANDOM_PATCH' } },
    );
  const items: Item[] = [];
  for (const versions of parameters.versions
    ? groupVersions(Array.from({ length: store.count }, (_, i) => ({ ...store.at(i), shape: store.shapes(i).image })))
    : Array.from({ length: store.count }, (_, i) => [i])) {
    const [position] = versions;
    const shape = store.shapes(position).image.slice(0, -1);
    const { file } = store.at(position);
    const more = versions.length > 1 ? { versions } : {};
    if (random) {
      if (shape.some((side, axis) => side < patch[axis]))
        throw new DataError(
          `${file}: the image (${shape.join('×')}) is smaller than a patch (${patch.join('×')}). Make DATA.PATCH_SIZE smaller, or set DATA.REFLECT_TO_COMPLETE_SHAPE.`,
          { where: { file, key: 'DATA.PATCH_SIZE' } },
        );
      items.push({ position, ...more });
    } else {
      const boxes = [...patchBoxes(cutGeometry(shape, patch, { overlap, padding, file }))];
      items.push(...boxes.flatMap((box, index) => (dropped[position]?.has(index) ? [] : [{ position, box, ...more }])));
    }
  }
  const chosen = subset && onlyImage ? chooseSubset(items, subset) : items;
  return replicate > 1 ? Array.from({ length: replicate }, () => chosen).flat() : chosen;
}
