/** Images in other sides with interpolation, for deferred images too. */
import { boxResizer, type ResizeOptions, resize } from '../nd/resize.js';
import { castPixels } from './cast.js';
import { bytesPerValue, type Image, image, spatialShape } from './image.js';
import { madeInParts } from './made-in-parts.js';

/**
 * An image resized to `size`, `[[z,] y, x]`, in its own number type: integers are rounded and limited to their range.
 *
 * One that is read in parts is resized part by part, to what the whole would give; where that is not possible, see {@link boxResizer},
 * asking for its pixels throws DataError.
 *
 * @param budget bytes that parts may take while they are resized.
 */
export function resized(picture: Image, size: readonly number[], options: ResizeOptions, budget: number): Image {
  const { source, dtype } = picture;
  const inType = (result: Image) => image(castPixels(result.data, dtype), result.shape, result.metadata);
  const sides = spatialShape(picture);
  const boxes = source && boxResizer(sides, size, options);
  if (!boxes) return inType(resize(picture, size, options));
  if (options.order === 0 && sides.every((side, axis) => side === size[axis])) return picture;
  return madeInParts(
    picture,
    {
      what: `resizing to ${size.join('×')}`,
      origin: boxes.origin,
      make: (part, box, origin) => inType(boxes.resize(part, box, origin)),
      bytesPerValue: bytesPerValue(dtype) + 2 * Float64Array.BYTES_PER_ELEMENT,
      budget,
    },
    { sides: size },
  );
}
