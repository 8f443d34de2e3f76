import type { DType, ImageMetadata, PixelArray } from './image.js';

/** Pixels as the file holds them, before Biagraph's own axis order. */
export interface RawImage {
  /** C-order pixels of `shape`. */
  data: PixelArray;
  shape: number[];
  /** One letter an axis as the file says, such as `TZCYXS`; undefined when the file does not tell. */
  axes?: string;
  dtype: DType;
  metadata: ImageMetadata;
}

/** What a header tells without reading pixels. */
export interface ImageHeader {
  shape: number[];
  axes?: string;
  dtype: DType;
}
