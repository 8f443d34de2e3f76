import { boundedSource, deferred } from '../../../core/image/deferred.js';
import type { Image } from '../../../core/image/image.js';
import { readPatch } from '../../../core/image/patch.js';

/** The same image, read in parts. */
export function arraySourceOf(picture: Image): Image {
  const { shape, dtype, metadata } = picture;
  return deferred(
    boundedSource({ shape, dtype, metadata, file: 'volume.zarr', inside: async (box) => readPatch(picture, box) }),
  );
}
