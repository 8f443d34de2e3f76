/**
 * Keeps the prepared images of a training and gives patches of them, epoch after epoch.
 */
import { concatMap, defer, from, lastValueFrom, type Observable, reduce } from 'rxjs';
import { type Static, Type } from 'typebox';
import { DataError, MemoryError } from '../../core/errors.js';
import { mapOrdered } from '../../core/graph/map-ordered.js';
import { balancedChances, drawIndex } from '../../core/image/balance.js';
import { completeImage } from '../../core/image/deferred.js';
import { droppedPatches } from '../../core/image/dropped-patch.js';
import { type Image, sizeOf } from '../../core/image/image.js';
import { type Box, cutGeometry, patchBoxes } from '../../core/image/patch.js';
import type { RandomStream } from '../../core/image/random.js';
import { productOf, type Sample } from '../../core/image/sample.js';
import { scaleBetween, scaleSides } from '../../core/image/scale.js';
import { ImageStore } from '../../core/image/store.js';
import { chooseSubset, Subset } from '../../core/image/subset.js';
import { groupVersions } from '../../core/image/versions.js';
import { LeaseGate } from '../../core/job/lease-gate.js';
import { formatBytes } from '../../core/job/memory.js';
import { explainCuts } from '../../core/job/plan-cut.js';
import { CutParameters } from '../../core/plugin/cut-parameters.js';
import { defineNode } from '../../core/plugin/define.js';
import { counted, type Forecast, type Planner } from '../../core/plugin/forecast.js';
import { services } from '../../core/plugin/services.js';
import { TRAINING_SHARES } from '../../core/train/memory-shares.js';
import { completeTarget } from './cut-patches.js';
import { ForegroundWeights, RandomPlaces } from './random-places.js';

const Parameters = Type.Object(
  {
    ...CutParameters,
    random: Type.Boolean({
      default: false,
      description: 'One patch at a random place of each image and epoch, instead of all patches of a grid.',
    }),
    foreground: ForegroundWeights,
    foregroundOf: Type.String({
      default: '',
      description: 'Product in which foreground is what is above 0; empty for the target.',
    }),
    reach: Type.Array(Type.Integer({ minimum: 1 }), {
      default: [],
      description:
        'Sides of the box that is cut around a patch, as far as the image goes, for an augmenter that zooms or turns it and cuts the patch itself.',
    }),
    crop: Type.Union(
      [
        Type.Object(
          {
            chance: Type.Number({ minimum: 0, maximum: 1 }),
            share: Type.Array(Type.Number({ exclusiveMinimum: 0, maximum: 1 }), { minItems: 2, maxItems: 2 }),
          },
          { additionalProperties: false },
        ),
        Type.Null(),
      ],
      {
        default: null,
        description:
          'Boxes that cover a random share of the image, for an augmenter that brings them to the size of a patch.',
      },
    ),
    partners: Type.Boolean({
      default: false,
      description: 'Give every patch another one of the same epoch along, for augmenters that mix two.',
    }),
    replicate: Type.Integer({ default: 0, minimum: 0, description: 'Times that the list of samples is repeated.' }),
    versions: Type.Boolean({
      default: false,
      description: 'Images of one group are versions of each other: each patch is taken from a random one of them.',
    }),
    balance: Type.Union(
      [
        Type.Object(
          {
            pattern: Type.String({
              description: 'Regular expression whose first group in the file name is the group.',
            }),
            alpha: Type.Number({ minimum: 0, maximum: 1, default: 0.5 }),
          },
          { additionalProperties: false },
        ),
        Type.Null(),
      ],
      {
        default: null,
        description: 'Draw the samples of an epoch with a chance for each group of its size to the power of alpha.',
      },
    ),
    subset: Type.Union([Subset, Type.Null()], {
      default: null,
      description:
        'Side of a split. Images were divided by the loader; the patches of a single image are divided here.',
    }),
    epochs: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()], {
      default: null,
      description: 'Epochs to give, each with its own draws; null gives the same patches at each subscription.',
    }),
    shuffle: Type.Boolean({ default: true, description: 'Another order in each epoch.' }),
    inMemory: Type.Boolean({
      default: true,
      description: 'Keep images in memory as far as a third of the budget allows.',
    }),
    batch: Type.Integer({ default: 1, minimum: 1, description: 'Patches that are needed at the same time.' }),
    prefetch: Type.Integer({ default: 16, minimum: 1, description: 'Patches that may be on their way.' }),
  },
  { additionalProperties: false },
);

type PatchParameters = Static<typeof Parameters>;

/** Patches that are read at the same time, so that the threads that decode chunks are busy. */
export const READ_AHEAD = 4;

/** A patch that has its lease, and reads its pixels. */
type Unread = () => Promise<Sample>;

/** A sample of an epoch: an image, and a box where the place is fixed. */
interface Item {
  position: number;
  box?: Box;
  /** Positions of the versions of the image, the first one's among them. */
  versions?: readonly number[];
}

export const trainingPatches = defineNode({
  id: 'stitcher/training-patches',
  role: 'stitcher',
  summary: 'Gives patches of the training images, epoch after epoch.',
  inputs: { main: ['image'] },
  output: 'patch',
  parameters: Parameters,
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
    const places = new RandomPlaces(parameters.foreground, memory.budget);
    let collected: Promise<Item[]> | undefined;

    async function collect(images: Observable<Sample>): Promise<Item[]> {
      const dropped: ReadonlySet<number>[] = [];
      const adding = images.pipe(
        concatMap(async (sample) => {
          const completed = completeSample(sample, parameters);
          await store.add(completed);
          dropped.push(droppedPatches(sample));
          if (parameters.random) places.add(completed, foregroundOf(sample, parameters, place.name));
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
          const box = widen(item.box ?? places.box(item.position, sides, size, stream), sides, parameters.reach);
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
    function readPartner(items: readonly Item[], epoch: number, sample: number) {
      const stream = random({ epoch, sample, node: `${place.name}/partner` });
      const { position, box } = items[stream.integer(0, items.length)];
      const shapes = store.shapes(position);
      const region = box ?? places.box(position, shapes.image.slice(0, -1), parameters.patch, stream);
      return { bytes: patchBytes(shapes, parameters.patch), read: () => store.read(position, region) };
    }

    return ({ main }) => defer(() => from(patches(main)).pipe(mapOrdered(READ_AHEAD, (read) => read())));
  },
});

function planPatches(parameters: PatchParameters, main: Forecast, { tell, memory }: Planner): Forecast {
  const { patch, overlap, padding, complete, random, replicate, subset } = parameters;
  const shapes = main.images.map(({ shape }) =>
    shape.map((side, axis) => (complete && axis < patch.length ? Math.max(side, patch[axis]) : side)),
  );
  const images: Shapes = {
    count: shapes.length,
    at: (position) => main.images[position],
    shapes: (position) => ({ image: shapes[position] }),
  };
  const items = listItems(images, parameters, main.onlyImage);
  for (const { shape, targetShape } of main.images.slice(0, 1))
    placesFor(
      patchBytes({ image: shape, ...(targetShape && { target: targetShape }) }, largestBox(shape, parameters)),
      parameters,
      memory,
    );
  const counts = shapes.map(() => 0);
  for (const { position } of items) counts[position]++;
  const cut = () =>
    explainCuts(
      shapes.map((shape) => cutGeometry(shape.slice(0, -1), patch, { overlap, padding })),
      overlap,
    );
  const why = [
    random ? 'One patch at a random place of each image and epoch (DATA.TRAIN.EXTRACT_RANDOM_PATCH).' : cut(),
    main.onlyImage &&
      subset &&
      `Of a single image, patches are held out for validation: ${items.length} are on this side.`,
    replicate > 1 && `The list is repeated ${replicate} times (DATA.TRAIN.REPLICATE).`,
  ];
  tell({
    value: `${counted(items.length, 'patch')} of ${patch.join('×')} in each epoch`,
    why: why.filter(Boolean).join(' '),
    facts: { patches: items.length },
  });
  return { ...main, patches: shapes.map((shape, i) => ({ shape: [...patch, shape.at(-1)!], count: counts[i] })) };
}

function completeSample(sample: Sample, { complete, patch }: PatchParameters): Sample {
  if (!complete) return sample;
  const target = completeTarget(sample, patch);
  return { ...sample, image: completeImage(sample.image, patch).picture, ...(target && { target }) };
}

/** What foreground is found in, as large as the target is made. */
function foregroundOf(sample: Sample, parameters: PatchParameters, node: string): Image | undefined {
  const { foreground, foregroundOf: product, complete, patch } = parameters;
  const target = foreground && product ? productOf(sample, product, node) : sample.target;
  return complete && target ? completeTarget({ ...sample, target }, patch) : target;
}

/** What the boxes of an epoch depend on: the images in their order. */
interface Shapes {
  count: number;
  at(position: number): { file: string; group?: string };
  /** `[[z,] y, x, c]`. */
  shapes(position: number): { image: readonly number[] };
}

/** @param dropped for each image the places of patches that a filter leaves out. */
function listItems(
  store: Shapes,
  parameters: PatchParameters,
  onlyImage: boolean,
  dropped: readonly ReadonlySet<number>[] = [],
): Item[] {
  const { patch, overlap, padding, random, replicate, subset } = parameters;
  if (onlyImage && subset && random)
    throw new DataError(
      `${store.at(0).file}: a single image cannot be divided into training and validation while patches are drawn at random. ` +
        'Set DATA.TRAIN.EXTRACT_RANDOM_PATCH to False, or give validation images of their own (DATA.VAL.FROM_TRAIN: False).',
      { where: { file: store.at(0).file, key: 'DATA.TRAIN.EXTRACT_RANDOM_PATCH' } },
    );
  const items: Item[] = [];
  for (const versions of parameters.versions
    ? groupVersions(Array.from({ length: store.count }, (_, i) => ({ ...store.at(i), shape: store.shapes(i).image })))
    : Array.from({ length: store.count }, (_, i) => [i])) {
    const [position] = versions;
    const shape = store.shapes(position).image.slice(0, -1);
    const { file } = store.at(position);
    const more = versions.length > 1 ? { versions } : {};
    if (random) {
      if (shape.some((side, axis) => side < patch[axis]))
        throw new DataError(
          `${file}: the image (${shape.join('×')}) is smaller than a patch (${patch.join('×')}). Make DATA.PATCH_SIZE smaller, or set DATA.REFLECT_TO_COMPLETE_SHAPE.`,
          { where: { file, key: 'DATA.PATCH_SIZE' } },
        );
      items.push({ position, ...more });
    } else {
      const boxes = [...patchBoxes(cutGeometry(shape, patch, { overlap, padding, file }))];
      items.push(...boxes.flatMap((box, index) => (dropped[position]?.has(index) ? [] : [{ position, box, ...more }])));
    }
  }
  const chosen = subset && onlyImage ? chooseSubset(items, subset) : items;
  return replicate > 1 ? Array.from({ length: replicate }, () => chosen).flat() : chosen;
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

/** The largest box that may be cut of an image. */
function largestBox(image: readonly number[], { patch, reach, crop, partners }: PatchParameters): number[] {
  const sides = image.slice(0, -1);
  const box = crop
    ? sides.map((side, axis) => Math.max(side, patch[axis]))
    : patch.map((side, axis) => Math.max(side, Math.min(reach[axis] ?? 0, sides[axis])));
  // A partner takes the room of a second patch.
  return partners ? [...box.slice(0, -1), box[box.length - 1] * 2] : box;
}

/** Bytes of an image patch and its target patch, as float32. */
function patchBytes(
  { image, target }: { image: readonly number[]; target?: readonly number[] },
  patch: readonly number[],
): number {
  const values = sizeOf(patch) * image[image.length - 1] + (target ? targetValues(image, target, patch) : 0);
  return values * Float32Array.BYTES_PER_ELEMENT;
}

function targetValues(image: readonly number[], target: readonly number[], patch: readonly number[]): number {
  const scale = scaleBetween(image, target);
  return scale ? sizeOf(scaleSides(patch, scale)) * target[target.length - 1] : sizeOf(target);
}

/**
 * Patches that may be on their way: those that are wanted, as far as they fit into their share of the budget.
 *
 * @throws MemoryError when a batch would not fit, and would wait for its last patch for ever.
 */
function placesFor(bytes: number, { batch, prefetch, patch }: PatchParameters, budget: number): number {
  const room = Math.floor(budget * TRAINING_SHARES.patches);
  const most = Math.floor(room / bytes);
  if (most < batch)
    throw new MemoryError(
      `a batch of ${batch} patches of ${patch.join('×')} takes ${formatBytes(batch * bytes)}, but the memory budget of ${formatBytes(budget)} ` +
        `leaves ${formatBytes(room)} for it. Raise SYSTEM.MEMORY_BUDGET, or lower TRAIN.BATCH_SIZE or DATA.PATCH_SIZE.`,
      { where: { key: 'SYSTEM.MEMORY_BUDGET' } },
    );
  return Math.min(Math.max(prefetch, batch), most);
}
