/** Memory of the nodes that change objects. */
import { sizeOf } from '../../core/image/image.js';

/** Bytes of `copies` label images of an image `[[z,] y, x, c]`, 4 bytes a pixel. */
export function labelBytes(shape: readonly number[], copies: number): number {
  return sizeOf(shape.slice(0, -1)) * Uint32Array.BYTES_PER_ELEMENT * copies;
}
