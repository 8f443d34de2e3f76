/**
 * Joins the predictions of patches into one prediction for each image.
 */
import { concatMap, mergeMap } from 'rxjs';
import { type Static, Type } from 'typebox';
import { DataError } from '../../core/errors.js';
import { Blender } from '../../core/image/blend.js';
import { BlockBlender } from '../../core/image/block-blend.js';
import { deferred, dropAdded } from '../../core/image/deferred.js';
import { channelCount, type Image, type ImageMetadata, sizeOf, spatialShape } from '../../core/image/image.js';
import { OWN_INTENSITIES } from '../../core/image/normalize.js';
import { cropTo, scaleGeometry } from '../../core/image/patch.js';
import type { Placement, Sample } from '../../core/image/sample.js';
import { scaleBetween, scaleSides } from '../../core/image/scale.js';
import { VOLUME_SHARES } from '../../core/image/volume-shares.js';
import { countedLease, joinLeases, type Lease } from '../../core/job/memory.js';
import { defineNode } from '../../core/plugin/define.js';
import { services } from '../../core/plugin/services.js';

const Parameters = Type.Object(
  {
    weights: Type.Union([Type.Literal('taper'), Type.Literal('plain')], {
      default: 'taper',
      description: 'taper lets a prediction fade towards the border of its patch; plain averages.',
    }),
    half: Type.Boolean({
      default: false,
      description: 'Half the memory: values are rounded to numbers of two bytes (float16) while patches are joined.',
    }),
    channels: Type.Integer({ minimum: 1, default: 1, description: 'Channels of a prediction, to plan memory with.' }),
    scale: Type.Array(Type.Integer({ minimum: 1 }), {
      default: [],
      description: 'How much larger a prediction is than its patch, for each axis, to plan memory with; empty for one.',
    }),
  },
  { additionalProperties: false },
);

export const joinPatches = defineNode({
  id: 'stitcher/join-patches',
  role: 'stitcher',
  summary: 'Joins predicted patches, weighted where they overlap.',
  inputs: { main: ['patch'] },
  output: 'channels',
  parameters: Parameters,
  keys: ['TEST.REDUCE_MEMORY'],
  needs: { memory: services.memory },
  fromConfig: (config) => ({ weights: 'taper' as const, half: config.TEST.REDUCE_MEMORY, channels: 1, scale: [] }),
  // The joined prediction, and the sums of the slab that is being filled: at most as many float64 again. Halved, two
  // bytes and at most a float32, or two bytes and the result.
  memory: ({ channels, scale, half }, { shape }) =>
    (half ? 1.5 : 3) * sizeOf(scaleSides(shape.slice(0, -1), scale)) * channels * Float32Array.BYTES_PER_ELEMENT,
  create:
    ({ weights, half }: Static<typeof Parameters>, { memory }, place) =>
    ({ main }) => {
      const open = new Map<Sample, PatchCollector>();
      const bytes = memory.budget * VOLUME_SHARES.blocks;
      return main.pipe(
        concatMap(async (patch) => {
          const placement = patch.placement!;
          const prediction = patch.products[OWN_INTENSITIES] ?? patch.products.channels ?? patch.image;
          const own = patch.products[OWN_INTENSITIES] !== undefined;
          const collector =
            open.get(placement.parent) ?? new PatchCollector(placement, prediction, own, { weights, half, bytes });
          if (!open.has(placement.parent)) place.onClose(() => collector.close());
          open.set(placement.parent, collector);
          await collector.add(placement, prediction, patch.metrics);
          patch.lease.release();
          if (!collector.complete) return [];
          open.delete(placement.parent);
          return [collector.sample()];
        }),
        mergeMap((samples) => samples),
      );
    },
});

class PatchCollector {
  private readonly blender: Blender | BlockBlender | undefined;
  /** Pixels of a prediction along one pixel of its patch. */
  private readonly scale: readonly number[];
  private whole: Image | undefined;
  private come = 0;
  private readonly sums: Record<string, number> = {};

  constructor(
    private readonly first: Placement,
    prediction: Image,
    /** Patches were brought back to intensities before. */
    private readonly own: boolean,
    { weights, half, bytes }: { weights: 'taper' | 'plain'; half: boolean; bytes: number },
  ) {
    const { parent, box, geometry } = first;
    this.scale = scaleOf(box.size, prediction, parent.file);
    if (!geometry) return;
    const shape = scaleSides(spatialShape(parent.image), this.scale);
    const scaled = scaleGeometry(geometry, this.scale);
    const metadata = scaledMetadata(parent.image.metadata, this.scale);
    this.blender = parent.image.source
      ? new BlockBlender(shape, channelCount(prediction), scaled, { weights, metadata, bytes, file: parent.file })
      : // Intensities may lie beyond what two bytes hold.
        new Blender(shape, channelCount(prediction), scaled, { weights, half: half && !own, metadata });
  }

  get complete(): boolean {
    return this.come === this.first.count;
  }

  async add(placement: Placement, prediction: Image, metrics: Readonly<Record<string, number>>): Promise<void> {
    if (this.blender) await this.blender.add(placement.index, prediction);
    else {
      const { image: raw } = this.first.parent;
      const cropped = cropTo(prediction, scaleSides(spatialShape(raw), this.scale));
      this.whole = { ...cropped, metadata: scaledMetadata(raw.metadata, this.scale) };
    }
    for (const [name, value] of Object.entries(metrics)) this.sums[name] = (this.sums[name] ?? 0) + value;
    this.come++;
  }

  /** Removes what is on the disk. */
  async close(): Promise<void> {
    if (this.blender instanceof BlockBlender) await this.blender.close();
  }

  /** Its end is the end of the blocks on the disk. */
  #scratchLease(): Lease {
    return countedLease(0, () => void this.close().catch(() => {}));
  }

  /** The parent with the joined prediction; values measured on patches are averaged. */
  sample(): Sample {
    const { parent, added } = this.first;
    const { blender } = this;
    const stored = blender instanceof BlockBlender;
    const joined = stored ? deferred(blender.source()) : (blender?.result() ?? this.whole!);
    const metrics = Object.fromEntries(Object.entries(this.sums).map(([name, sum]) => [name, sum / this.come]));
    return {
      ...parent,
      image: dropAdded(parent.image, added),
      ...(parent.target && { target: dropTargetStart(parent, parent.target, added) }),
      products: { ...parent.products, channels: dropAdded(joined, scaleSides(added, this.scale)) },
      facts: { ...parent.facts, ...(this.own && { [OWN_INTENSITIES]: true }) },
      metrics: { ...parent.metrics, ...metrics },
      ...(stored && { lease: joinLeases([parent.lease, this.#scratchLease()]) }),
    };
  }
}

/** @throws DataError when a network gives an output that is no whole multiple of its input. */
function scaleOf(patch: readonly number[], prediction: Image, file: string): number[] {
  const sides = spatialShape(prediction);
  const scale = patch.map((side, axis) => sides[axis] / side);
  if (scale.every((factor) => Number.isInteger(factor))) return scale;
  throw new DataError(
    `${file}: the network predicts ${sides.join('×')} for a patch of ${patch.join('×')}, and predictions are joined only ` +
      'where they are as large as the patch or a whole multiple. Use another MODEL.ARCHITECTURE.',
    { where: { file, key: 'MODEL.ARCHITECTURE' } },
  );
}

/** The voxels of an enlarged image are smaller. */
function scaledMetadata(metadata: ImageMetadata, scale: readonly number[]): ImageMetadata {
  const { spacing } = metadata;
  if (!spacing || scale.every((factor) => factor === 1)) return metadata;
  return { ...metadata, spacing: spacing.map((length, axis) => length / scale[axis]) };
}

function dropTargetStart({ image, file }: Sample, target: Image, added: readonly number[]): Image {
  const scale = scaleBetween(image.shape, target.shape, file);
  return scale ? dropAdded(target, scaleSides(added, scale)) : target;
}
