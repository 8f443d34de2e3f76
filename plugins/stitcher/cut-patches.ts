/**
 * Cuts each image into patches before a network, as descriptors: pixels are read when a patch is used.
 */
import { concatMap, from, Observable } from 'rxjs';
import { type Static, Type } from 'typebox';
import { type Border, faceMedians } from '../../core/image/border.js';
import { completeImage } from '../../core/image/deferred.js';
import { droppedPatches, leaveOut } from '../../core/image/dropped-patch.js';
import type { Image } from '../../core/image/image.js';
import { cutGeometry, patchBox, readPatch } from '../../core/image/patch.js';
import type { Placement, Sample } from '../../core/image/sample.js';
import { scaleBetween, scaleBox, scaleSides } from '../../core/image/scale.js';
import { NO_LEASE } from '../../core/job/memory.js';
import { explainCuts } from '../../core/job/plan-cut.js';
import { CutParameters, cutFromConfig } from '../../core/plugin/cut-parameters.js';
import { defineNode } from '../../core/plugin/define.js';
import { counted, countPieces } from '../../core/plugin/forecast.js';
import { services } from '../../core/plugin/services.js';
import { deferredPatches } from './deferred-patches.js';

const Parameters = Type.Object(
  {
    ...CutParameters,
    medianPadding: Type.Boolean({
      default: false,
      description: 'Fill the padding on each side of an image with the median of that side, instead of its reflection.',
    }),
    batch: Type.Integer({
      default: 2,
      minimum: 1,
      description: 'Patches that the network takes at once, to plan memory with.',
    }),
  },
  { additionalProperties: false },
);

type CutSettings = Static<typeof Parameters>;

export const cutPatches = defineNode({
  id: 'stitcher/cut-patches',
  role: 'stitcher',
  summary: 'Cuts images into overlapping patches of one size.',
  inputs: { main: ['image'] },
  output: 'patch',
  parameters: Parameters,
  needs: { events: services.events, memory: services.memory, signal: services.signal },
  keys: ['DATA.TEST.MEDIAN_PADDING'],
  fromConfig(config, part) {
    const cut = { ...cutFromConfig(config, part), batch: config.TRAIN.BATCH_SIZE };
    // Of a training, the parameters go on to a node that knows no other border.
    return part === 'test' ? { ...cut, medianPadding: config.DATA.TEST.MEDIAN_PADDING } : (cut as CutSettings);
  },
  plan({ patch, overlap, padding, complete }, { main }, { tell }) {
    const cuts = main.images.map(({ file, shape }) => {
      const inner = shape.slice(0, -1).map((side, axis) => (complete ? Math.max(side, patch[axis]) : side));
      return cutGeometry(inner, patch, { overlap, padding, file });
    });
    const patches = cuts.map(({ count }, i) => ({ shape: [...patch, main.images[i].shape.at(-1)!], count }));
    const total = countPieces(patches);
    tell({
      value: `${counted(total, 'patch')} of ${patch.join('×')}`,
      why: explainCuts(cuts, overlap),
      facts: { patches: total },
    });
    return { ...main, patches };
  },
  create:
    ({ patch, overlap, padding, complete, medianPadding, batch }, { events, memory, signal }, place) =>
    ({ main }) => {
      let total = 0;
      return main.pipe(
        concatMap((sample) => {
          const completed = complete ? completeSample(sample, patch) : { parent: sample, added: patch.map(() => 0) };
          const { parent, added } = completed;
          const geometry = cutGeometry(parent.image.shape.slice(0, -1), patch, {
            overlap,
            padding,
            file: sample.file,
          });
          const left = droppedPatches(sample);
          total += geometry.count;
          events.emit({ type: 'progress.total', phase: place.phase, unit: 'patch', total });
          if (parent.image.source)
            return from(
              deferredPatches({ parent, geometry, added, left, medianPadding, batch, budget: memory.budget, signal }),
            );
          const border = medianPadding ? faceMedians(parent.image) : 'reflect';
          return new Observable<Sample>((subscriber) => {
            for (let index = 0; index < geometry.count && !subscriber.closed; index++) {
              const box = patchBox(geometry, index);
              const patch = describePatch({ parent, index, count: geometry.count, box, geometry, added }, border);
              subscriber.next(left.has(index) ? leaveOut(patch) : patch);
            }
            subscriber.complete();
          });
        }),
      );
    },
});

function completeSample(sample: Sample, patch: readonly number[]): { parent: Sample; added: number[] } {
  const { picture, added } = completeImage(sample.image, patch);
  if (added.every((amount) => amount === 0)) return { parent: sample, added };
  const target = completeTarget(sample, patch);
  return { parent: { ...sample, image: picture, ...(target && { target }) }, added };
}

/** The target completed as its image is, on its own grid. */
export function completeTarget({ image, target, file }: Sample, patch: readonly number[]): Image | undefined {
  const scale = target && scaleBetween(image.shape, target.shape, file);
  return target && scale ? completeImage(target, scaleSides(patch, scale)).picture : target;
}

/**
 * A patch whose pixels are read at each use of `image` and `target`: a large image stays one image in memory, however
 * much its patches overlap. The lease stays with the parent.
 */
export function describePatch(placement: Placement, border: Border = 'reflect'): Sample {
  const { parent, index, box } = placement;
  const scale = parent.target && scaleBetween(parent.image.shape, parent.target.shape, parent.file);
  return {
    id: `${parent.id}#${index}`,
    index: parent.index,
    file: parent.file,
    get image() {
      return readPatch(parent.image, box, border);
    },
    get target() {
      return parent.target && scale ? readPatch(parent.target, scaleBox(box, scale)) : parent.target;
    },
    ...(parent.targetKinds && { targetKinds: parent.targetKinds }),
    products: {},
    facts: {},
    metrics: {},
    placement,
    lease: NO_LEASE,
  };
}
