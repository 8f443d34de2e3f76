/**
 * Target channels of label volumes that are read in parts. A channel says of a pixel where it lies in its object, so the channels of a
 * part are made of all objects that come near it, each as a whole: they are those of the whole volume.
 */
import { MemoryError } from '../errors.js';
import { boundedSource, deferred } from '../image/deferred.js';
import { type Box, type Image, sizeOf, spatialShape } from '../image/image.js';
import { readPatch } from '../image/patch.js';
import { formatBytes, MemoryBudget } from '../job/memory.js';
import { type AffinityOptions, affinityOffsets } from './affinities.js';
import { type InstanceTargetOptions, instanceTarget, targetWidth } from './instance-target.js';
import type { MaskMorphology, Radius } from './masks.js';
import type { ObjectBoxes } from './object-boxes.js';

/** Letters of channels that look at other objects, however far away. */
const FAR = ['Dn', 'We'];

/** Channels of a target that cannot be made in parts. */
export function farChannels({ channels }: Pick<InstanceTargetOptions, 'channels'>): string[] {
  return channels.filter((channel) => FAR.includes(channel));
}

/** Pixels around a part in which objects change its channels. */
export function reachOfChannels({ channels, options }: InstanceTargetOptions, axes: 2 | 3): number {
  const reaches = channels.map((channel) => {
    const own = options[channel] ?? {};
    if (channel === 'A') {
      const steps = affinityOffsets(own as AffinityOptions, axes).map(({ step }) => Math.abs(step));
      return Math.max(...steps) + ((own as AffinityOptions).widen_borders ?? 1);
    }
    if (channel === 'M') return Math.max(radiusOf(options.F ?? {}, 0), 2);
    if (channel === 'P') return radiusOf(own, 1);
    return ['F', 'B'].includes(channel) ? radiusOf(own, 0) : 2;
  });
  return Math.max(...reaches);
}

function radiusOf({ erosion = 0, dilation }: MaskMorphology, usual: number): number {
  const most = (radius: Radius) => (typeof radius === 'number' ? radius : Math.max(...radius));
  return most(erosion) + most(dilation ?? usual);
}

export interface PartsOptions {
  /** File of the labels, for messages. */
  file: string;
  /** Bytes that channels may take while they are made. */
  budget: number;
  /** Says of a RangeError of {@link instanceTarget} what to do. */
  explain?(error: RangeError): Error;
  signal?: AbortSignal;
}

/**
 * Target channels as {@link instanceTarget} makes them, for labels that are read in parts.
 *
 * @throws (when a part is read) MemoryError where objects reach so far that they do not fit; what `explain` makes of the errors of
 *   {@link instanceTarget}.
 */
export function targetInParts(
  labels: Image,
  boxes: ObjectBoxes,
  target: InstanceTargetOptions,
  { file, budget, signal, explain = (error) => error }: PartsOptions,
): Image {
  const sides = spatialShape(labels);
  const axes = sides.length as 2 | 3;
  const reach = reachOfChannels(target, axes);
  const width = targetWidth(target, axes);
  const room = new MemoryBudget(budget);
  const { source } = labels;
  const inside = async (box: Box, stop = signal): Promise<Image> => {
    // The margin shows each object its surroundings.
    const region = boxes.around(grown(box, reach, sides), 1, sides);
    const bytes = sizeOf(region.size) * Float32Array.BYTES_PER_ELEMENT * (2 * width + 8);
    if (bytes > budget)
      throw new MemoryError(
        `${file}: the objects around a patch at ${box.start.join(', ')} reach over ${region.size.join('×')} pixels, and making their channels takes ` +
          `${formatBytes(bytes)}, more than the ${formatBytes(budget)} that the memory budget leaves for it. Raise SYSTEM.MEMORY_BUDGET.`,
        { where: { file, key: 'SYSTEM.MEMORY_BUDGET' } },
      );
    const lease = await room.lease(bytes, `channels of ${file}`, stop);
    try {
      const { target: made } = instanceTarget(await source!.read(region, stop), target);
      return readPatch(made, { start: box.start.map((at, axis) => at - region.start[axis]), size: box.size });
    } catch (error) {
      throw error instanceof RangeError ? explain(error) : error;
    } finally {
      lease.release();
    }
  };
  const { metadata } = labels;
  return deferred(boundedSource({ shape: [...sides, width], dtype: 'float32', metadata, file, inside }));
}

function grown({ start, size }: Box, by: number, sides: readonly number[]): Box {
  const first = start.map((at) => Math.max(at - by, 0));
  return { start: first, size: first.map((at, axis) => Math.min(start[axis] + size[axis] + by, sides[axis]) - at) };
}
