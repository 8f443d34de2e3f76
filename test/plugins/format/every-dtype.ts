import { allocate, type DType, type PixelArray } from '../../../core/image/image.js';

const DTYPES: DType[] = ['uint8', 'uint16', 'uint32', 'int8', 'int16', 'int32', 'float32', 'float64'];

/** Each dtype with a maker of pixels that use its whole range. */
export const everyDtype: [DType, (length: number) => PixelArray][] = DTYPES.map((dtype) => [
  dtype,
  (length) => {
    const pixels = allocate(dtype, length);
    for (let i = 0; i < length; i++) pixels[i] = dtype.startsWith('float') ? Math.sin(i) * 1e6 : i * 0x9e3779b1;
    return pixels;
  },
]);
