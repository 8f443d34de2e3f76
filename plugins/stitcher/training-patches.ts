/**
 * Keeps the prepared images of a training and gives patches of them, epoch after epoch.
 */
import { concatMap, defer, from, lastValueFrom, type Observable, reduce } from 'rxjs';
import { mapOrdered } from '../../core/graph/map-ordered.js';
import { balancedChances, drawIndex } from '../../core/image/balance.js';
import { completeImage } from '../../core/image/deferred.js';
import { droppedPatches } from '../../core/image/dropped-patch.js';
import { type Image, sizeOf } from '../../core/image/image.js';
import type { Box } from '../../core/image/patch.js';
import type { RandomStream } from '../../core/image/random.js';
import { productOf, type Sample } from '../../core/image/sample.js';
import { ImageStore } from '../../core/image/store.js';
import { LeaseGate } from '../../core/job/lease-gate.js';
import { defineNode } from '../../core/plugin/define.js';
import { services } from '../../core/plugin/services.js';
import { TRAINING_SHARES } from '../../core/train/memory-shares.js';
import { completeTarget } from './cut-patches.js';
import { type Item, listItems } from './patch-items.js';
import { largestBox, patchBytes, placesFor, planPatches } from './plan-training-patches.js';
import { RandomPlaces } from './random-places.js';
import { type PatchParameters, TrainingPatchParameters } from './training-patch-parameters.js';

/** Patches that are read at the same time, so that the threads that decode chunks are busy. */
export const READ_AHEAD = 4;

/** A patch that has its lease, and reads its pixels. */
type Unread = () => Promise<Sample>;

export const trainingPatches = defineNode({
  id: 'stitcher/training-patches',
  role: 'stitcher',
  summary: 'Gives patches of the training images, epoch after epoch.',
  inputs: { main: ['image'] },
  output: 'patch',
  parameters: TrainingPatchParameters,
  keys: ['PROBLEM.IMAGE_TO_IMAGE.BALANCE_GROUPS.ENABLE'],
  needs: {
    memory: services.memory,
    random: services.random,
    training: services.training,
    signal: services.signal,
    events: services.events,
  },
  plan: (parameters, { main }, planner) => planPatches(parameters, main, planner),
  create(parameters, { memory, random, training, signal, events }, place) {
    const store = new ImageStore({
      memory,
      inMemory: parameters.inMemory,
      share: TRAINING_SHARES.kept,
      notice: (message) => events.emit({ type: 'notice', message }),
    });
    place.onClose(() => store.close());
    const places = new RandomPlaces(parameters.foreground, memory.budget, signal);
    place.onClose(() => places.close());
    let collected: Promise<Item[]> | undefined;

    async function collect(images: Observable<Sample>): Promise<Item[]> {
      const dropped: ReadonlySet<number>[] = [];
      const adding = images.pipe(
        concatMap(async (sample) => {
          const completed = completeSample(sample, parameters);
          await store.add(completed);
          dropped.push(droppedPatches(sample));
          if (parameters.random) await places.add(completed, foregroundOf(sample, parameters, place.name));
          return sample.facts.onlyImage === true;
        }),
        reduce((any, only) => any || only, false),
      );
      return listItems(store, parameters, await lastValueFrom(adding), dropped);
    }

    async function* patches(images: Observable<Sample>): AsyncGenerator<Unread> {
      collected ??= collect(images);
      const items = await collected;
      const { epochs, shuffle, balance } = parameters;
      const chances =
        balance &&
        balancedChances(
          items.map(({ position }) => store.at(position)),
          balance,
        );
      const gate = new LeaseGate(
        placesFor(
          patchBytes(store.shapes(0), largestBox(store.shapes(0).image, parameters)),
          parameters,
          memory.budget,
        ),
      );
      for (let epoch = epochs === null ? 0 : training.startEpoch; epoch < (epochs ?? 1); epoch++) {
        const draws = random({ epoch, node: `${place.name}/order` });
        const order = chances
          ? items.map(() => drawIndex(chances, draws))
          : shuffle
            ? draws.permutation(items.length)
            : undefined;
        for (let position = 0; position < items.length; position++) {
          if (signal.aborted) return;
          const chosen = order ? order[position] : position;
          const item = items[chosen];
          // A sample that is drawn twice in an epoch is not to be changed in the same way twice.
          const index = chances ? position : chosen;
          const stream = random({ epoch, sample: index, node: place.name });
          const sides = store.shapes(item.position).image.slice(0, -1);
          const size = drawSize(sides, parameters, stream);
          const box = widen(
            item.box ?? (await places.box(item.position, sides, size, stream)),
            sides,
            parameters.reach,
          );
          const source = item.versions ? item.versions[stream.integer(0, item.versions.length)] : item.position;
          const partner = parameters.partners ? await readPartner(items, epoch, index) : undefined;
          const { id, file, targetKinds } = store.at(source);
          await gate.pass();
          const lease = gate.hold(
            await memory.lease(
              patchBytes(store.shapes(source), box.size) + (partner?.bytes ?? 0),
              `a patch of ${file}`,
              signal,
            ),
          );
          const rest = {
            id: `${id}@${box.start.join(',')}`,
            index,
            file,
            ...(targetKinds && { targetKinds }),
            products: {},
            facts: {},
            metrics: {},
            moment: { epoch, position, total: items.length },
            lease,
          };
          yield async () => ({
            ...rest,
            ...(await store.read(source, box)),
            ...(partner && { partner: await partner.read() }),
          });
        }
      }
    }
    /** Another patch of the epoch, of the size of a patch: which one depends on seed, epoch and sample alone. */
    async function readPartner(items: readonly Item[], epoch: number, sample: number) {
      const stream = random({ epoch, sample, node: `${place.name}/partner` });
      const { position, box } = items[stream.integer(0, items.length)];
      const shapes = store.shapes(position);
      const region = box ?? (await places.box(position, shapes.image.slice(0, -1), parameters.patch, stream));
      return { bytes: patchBytes(shapes, parameters.patch), read: () => store.read(position, region) };
    }

    return ({ main }) => defer(() => from(patches(main)).pipe(mapOrdered(READ_AHEAD, (read) => read())));
  },
});

function completeSample(sample: Sample, { complete, patch }: PatchParameters): Sample {
  if (!complete) return sample;
  const target = completeTarget(sample, patch);
  return { ...sample, image: completeImage(sample.image, patch).picture, ...(target && { target }) };
}

/** What foreground is found in, as large as the target is made; undefined for the target itself. */
function foregroundOf(sample: Sample, parameters: PatchParameters, node: string): Image | undefined {
  const { foreground, foregroundOf: product, complete, patch } = parameters;
  if (!foreground || product === '') return undefined;
  const target = productOf(sample, product, node);
  return complete ? completeTarget({ ...sample, target }, patch) : target;
}

/** Sides of a random box: those of a patch, or of a crop that covers a share of the image and has the form of a patch. */
function drawSize(sides: readonly number[], { patch, crop }: PatchParameters, stream: RandomStream): readonly number[] {
  if (!crop || !stream.chance(crop.chance)) return patch;
  const share = stream.uniform(crop.share[0], crop.share[1]);
  const factor = ((sizeOf(sides) * share) / sizeOf(patch)) ** (1 / patch.length);
  const fitting = Math.min(factor, ...sides.map((side, axis) => side / patch[axis]));
  return patch.map((side, axis) => Math.min(Math.max(Math.round(side * fitting), 1), sides[axis]));
}

/** A box of larger sides around another, moved and cut to lie inside the image. */
function widen({ start, size }: Box, sides: readonly number[], reach: readonly number[]): Box {
  if (reach.length === 0) return { start, size };
  const wide = size.map((side, axis) => Math.max(side, Math.min(reach[axis], sides[axis])));
  return {
    start: wide.map((side, axis) => {
      const centred = start[axis] - Math.floor((side - size[axis]) / 2);
      return side === size[axis] ? start[axis] : Math.min(Math.max(centred, 0), sides[axis] - side);
    }),
    size: wide,
  };
}
