/**
 * Joins the predictions of patches into one prediction for each image.
 */
import { concatMap, EMPTY, of } from 'rxjs';
import { type Static, Type } from 'typebox';
import { Blender } from '../../core/image/blend.js';
import { channelCount, type Image, sizeOf, spatialShape } from '../../core/image/image.js';
import { cropTo, dropStart } from '../../core/image/patch.js';
import type { Placement, Sample } from '../../core/image/sample.js';
import { defineNode } from '../../core/plugin/define.js';

const Parameters = Type.Object(
  {
    weights: Type.Union([Type.Literal('taper'), Type.Literal('plain')], {
      default: 'taper',
      description: 'taper lets a prediction fade towards the border of its patch; plain averages.',
    }),
    channels: Type.Integer({ minimum: 1, default: 1, description: 'Channels of a prediction, to plan memory with.' }),
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
  // The joined prediction, and the sums of the slab that is being filled: at most as many float64 again.
  memory: ({ channels }, { shape }) => 3 * sizeOf(shape.slice(0, -1)) * channels * Float32Array.BYTES_PER_ELEMENT,
  create:
    ({ weights }: Static<typeof Parameters>) =>
    ({ main }) => {
      const open = new Map<Sample, PatchCollector>();
      return main.pipe(
        concatMap((patch) => {
          const placement = patch.placement!;
          const prediction = patch.products.channels ?? patch.image;
          const collector = open.get(placement.parent) ?? new PatchCollector(placement, prediction, weights);
          open.set(placement.parent, collector);
          collector.add(placement, prediction, patch.metrics);
          if (!collector.complete) return EMPTY;
          open.delete(placement.parent);
          return of(collector.sample());
        }),
      );
    },
});

class PatchCollector {
  private readonly blender: Blender | undefined;
  private whole: Image | undefined;
  private come = 0;
  private readonly sums: Record<string, number> = {};

  constructor(
    private readonly first: Placement,
    prediction: Image,
    weights: 'taper' | 'plain',
  ) {
    if (first.geometry)
      this.blender = new Blender(spatialShape(first.parent.image), channelCount(prediction), first.geometry, {
        weights,
        metadata: first.parent.image.metadata,
      });
  }

  get complete(): boolean {
    return this.come === this.first.count;
  }

  add(placement: Placement, prediction: Image, metrics: Readonly<Record<string, number>>): void {
    if (this.blender) this.blender.add(placement.index, prediction);
    else this.whole = cropTo(prediction, spatialShape(this.first.parent.image));
    for (const [name, value] of Object.entries(metrics)) this.sums[name] = (this.sums[name] ?? 0) + value;
    this.come++;
  }

  /** The parent with the joined prediction; values measured on patches are averaged. */
  sample(): Sample {
    const { parent, added } = this.first;
    const joined = this.blender ? this.blender.result() : this.whole!;
    const metrics = Object.fromEntries(Object.entries(this.sums).map(([name, sum]) => [name, sum / this.come]));
    return {
      ...parent,
      image: dropStart(parent.image, added),
      ...(parent.target && { target: dropStart(parent.target, added) }),
      products: { ...parent.products, channels: dropStart(joined, added) },
      metrics: { ...parent.metrics, ...metrics },
    };
  }
}
