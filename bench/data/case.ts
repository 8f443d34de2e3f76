/** One measure of the group `data`: our work, and the same in Python. */

import { type Image, image, type PixelArray, sizeOf } from '../../core/image/image.js';
import type { Work } from '../work.js';

export interface DataCase {
  /** What is done, to what. */
  readonly name: string;
  /** Python modules that the reference imports, by which it is left out where they are missing. */
  readonly modules: readonly string[];
  /** Makes the files that both sides read. */
  files?(folder: string): Promise<void>;
  /** Our side: makes the input and gives the work that is timed. */
  prepare(folder: string): Promise<Work>;
  /** Turns before it counts, where that is not the usual number: until memory is used again as in the middle of a job. */
  readonly warmUps?: number;
  /** Whether both sides tell a checksum, which must be the same. */
  readonly checked?: true;
  /** Their side: Python that makes the input and defines `work()`. It has `np`, `folder` and `noise(shape, dtype, most)`; where checked also `check()`. */
  readonly reference: string;
}

/** The same image on both sides: a sine of the position, from 0 to `most`, with a channel axis. */
export function noise(shape: readonly number[], type: new (length: number) => PixelArray, most = 1): Image {
  const data = new type(sizeOf(shape));
  for (let i = 0; i < data.length; i++) data[i] = (Math.sin(i * 12.9898) * 0.5 + 0.5) * most;
  return image(data, [...shape, 1]);
}
