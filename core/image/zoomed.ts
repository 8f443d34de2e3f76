/** Images in other sides, for deferred images too. */
import { zoomOrigin, zoomPart, zoomTo } from '../nd/zoom.js';
import { madeOf, withMetadata } from './deferred.js';
import { channelCount, type Image, spatialShape } from './image.js';

/** Fact of a sample: sides that the image had before it was zoomed. */
export const ZOOMED_FROM = 'zoomedFrom';

/**
 * An image zoomed to `sides`, `[[z,] y, x]`, by its nearest pixels. A part of a deferred image is made of the pixels that the
 * whole would take for it, so both give the same. The voxel size follows.
 */
export function zoomed(picture: Image, sides: readonly number[]): Image {
  const before = spatialShape(picture);
  if (before.every((side, axis) => side === sides[axis])) return picture;
  const { spacing } = picture.metadata;
  const metadata = {
    ...picture.metadata,
    ...(spacing && { spacing: spacing.map((length, axis) => (length * before[axis]) / sides[axis]) }),
  };
  const { source } = picture;
  if (!source) return withMetadata(zoomTo(picture, sides), metadata);
  return madeOf(source, {
    shape: [...sides, channelCount(picture)],
    dtype: source.dtype,
    metadata,
    origin: (box) => zoomOrigin(before, sides, box),
    inside: async (box, signal) => {
      const part = await source.read(zoomOrigin(before, sides, box), signal);
      return withMetadata(zoomPart(part, before, sides, box), metadata);
    },
  });
}
