/** Several versions of one image, such as exposures, of which each training patch takes a random one. */
import { DataError } from '../errors.js';

export interface Version {
  readonly file: string;
  /** Versions of one image have the same; an image without is the only version of its own. */
  readonly group?: string;
  /** `[[z,] y, x, c]`. */
  readonly shape: readonly number[];
}

/**
 * Positions of the versions of each image, in the order of the first ones.
 *
 * @throws DataError when versions differ in shape: a patch has the same place in all of them.
 */
export function groupVersions(images: readonly Version[]): number[][] {
  const groups = new Map<string | number, number[]>();
  for (const [position, { group = position }] of images.entries())
    groups.set(group, [...(groups.get(group) ?? []), position]);
  for (const [first, ...others] of groups.values())
    for (const other of others) {
      const [wanted, came] = [first, other].map((position) => images[position].shape.join('×'));
      const { file } = images[other];
      if (came !== wanted)
        throw new DataError(
          `${file}: is ${came}, but ${images[first].file}, another version of the same image, is ${wanted}. Versions must be of one size.`,
          { where: { file } },
        );
    }
  return [...groups.values()];
}
