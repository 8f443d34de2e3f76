import { DataError } from '../errors.js';
import type { Lease } from '../job/memory.js';
import type { Image } from './image.js';
import type { Box, PatchGeometry } from './patch.js';

/** Where a patch was cut from. */
export interface Placement {
  /** The whole image, completed to the patch's size where it was smaller. */
  parent: Sample;
  /** Position in the order of cutting, z outermost. */
  index: number;
  /** Patches of the parent in all. */
  count: number;
  box: Box;
  /** How the parent was cut; absent when the patch is the whole image, padded at its end. */
  geometry?: PatchGeometry;
  /** Pixels that were reflected at the start of every axis to complete the shape. */
  added: readonly number[];
}

/**
 * What a channel of a target holds, and so how it may be interpolated: `mask` is binary or a class id (nearest), `labels`
 * are object ids (nearest), `heat` is a distance or the like (as the image, within its former range), `image` is an image
 * (linear at most).
 */
export type TargetKind = 'mask' | 'labels' | 'heat' | 'image';

/** Where a training sample stands in the run. */
export interface Moment {
  /** Counted from 0. */
  epoch: number;
  /** Position of the sample (or batch) in its epoch, from 0. */
  position: number;
  /** Samples (or batches) of the epoch in all. */
  total: number;
}

/**
 * One image (or patch, or batch) on its way through a graph, with its target, its history and its memory lease.
 *
 * Samples are not changed in place: a node passes on `{ ...sample, image: changed }`.
 */
export interface Sample {
  /** Stable name: the file's stem, with a suffix where one file gives several. */
  readonly id: string;
  /** Position in the data set, from 0, in the order of the sorted files. */
  readonly index: number;
  /** File the sample came from; empty for images handed in by a program. */
  readonly file: string;
  /** `[y, x, c]` or `[z, y, x, c]`; a batch has a leading axis. */
  readonly image: Image;
  /** Target in the same axes, where there is one. */
  readonly target?: Image;
  /** One for each channel of the target; all `mask` where it is left out. */
  readonly targetKinds?: readonly TargetKind[];
  /** Another patch of the data set, as it was cut, for augmenters that mix two. */
  readonly partner?: { readonly image: Image; readonly target?: Image };
  /** What later nodes made of the image, by name: `raw`, `channels`, `binarized`, ... */
  readonly products: Readonly<Record<string, Image>>;
  /** Facts that a later node needs, by the name of the node that left them. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** Values measured so far, by metric name. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly placement?: Placement;
  readonly moment?: Moment;
  /** Whoever drops the sample gives it back. */
  readonly lease: Lease;
}

/**
 * What earlier nodes made of a sample under a name.
 *
 * @param node the node that wants it, for the error.
 * @throws DataError with what there is.
 */
export function productOf(sample: Sample, name: string, node: string): Image {
  const product = sample.products[name];
  if (product) return product;
  throw new DataError(
    `${sample.file || sample.id}: node '${node}' takes '${name}', but the nodes before it made only ` +
      `${Object.keys(sample.products).join(', ') || 'nothing'}. Change its \`product\`, or put it after the node that makes it.`,
    { where: { ...(sample.file && { file: sample.file }), node } },
  );
}
