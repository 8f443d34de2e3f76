/**
 * Reads a folder of images, with a folder of targets where there is one.
 */
import path from 'node:path';
import { defer, from, type Observable, switchMap } from 'rxjs';
import { type Static, Type } from 'typebox';
import { MemoryError } from '../../core/errors.js';
import { mapOrdered } from '../../core/graph/map-ordered.js';
import { DEFAULT_AXES } from '../../core/image/array-source.js';
import type { Dimensionality } from '../../core/image/axes.js';
import { ChunkCache, type ChunkCounts } from '../../core/image/chunk-cache.js';
import { mapImage } from '../../core/image/deferred.js';
import type { InContainer } from '../../core/image/files.js';
import { requireFinite } from '../../core/image/finite.js';
import {
  bytesPerValue,
  channelCount,
  type Image,
  image,
  imageBytes,
  type MakePixels,
  sizeOf,
} from '../../core/image/image.js';
import { MEASURED_WHOLE } from '../../core/image/normalize.js';
import type { Sample } from '../../core/image/sample.js';
import { chooseSubset, Subset } from '../../core/image/subset.js';
import { VOLUME_SHARES } from '../../core/image/volume-shares.js';
import { formatBytes, type Lease, type Memory } from '../../core/job/memory.js';
import { defineNode, type Place } from '../../core/plugin/define.js';
import { counted, type Forecast, type Planner, shapeText } from '../../core/plugin/forecast.js';
import { services } from '../../core/plugin/services.js';
import { ClassFolders, classTarget } from './class-folders.js';
import { listPairs, type Pair, PREDICTED, unlikePartners } from './pairs.js';

const WITHIN = {
  array: Type.String({ default: '', description: 'Path, dotted or slashed; empty for the first array.' }),
  axes: Type.String({ default: DEFAULT_AXES, description: 'Order of the axes.' }),
};

const Parameters = Type.Object(
  {
    images: Type.String({ description: 'Folder of raw images.' }),
    targets: Type.Union([Type.String(), Type.Null()], {
      default: null,
      description: 'Folder of targets; partners are matched by their place in the sorted lists.',
    }),
    ndim: Type.Union([Type.Literal('2D'), Type.Literal('3D')], { default: '2D' }),
    channels: Type.Integer({ minimum: 1, default: 1, description: 'Channels that every raw image must have.' }),
    forceRgb: Type.Boolean({ default: false, description: 'Repeat a single channel three times.' }),
    targetChannels: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()], {
      default: null,
      description: 'Channels that every target must have; null for any.',
    }),
    targetHolds: Type.String({
      default: PREDICTED,
      description: 'What those channels are, for messages.',
    }),
    scale: Type.Array(Type.Integer({ minimum: 1 }), {
      default: [],
      description: 'Pixels of a target along one pixel of its image, for each axis; empty for one.',
    }),
    versions: Type.Boolean({
      default: false,
      description: 'Both folders hold a folder for each sample: with versions of the image, and with one target.',
    }),
    imagesWithin: Type.Object(WITHIN, {
      default: {},
      additionalProperties: false,
      description: 'Where the images lie in containers (Zarr, N5, HDF5).',
    }),
    targetsWithin: Type.Object(WITHIN, {
      default: {},
      additionalProperties: false,
      description: 'Where the targets lie; with a path and without a folder of targets, in the container of the image.',
    }),
    whole: Type.Union([Type.Boolean(), Type.Literal('fitting')], {
      default: false,
      description:
        'Volumes in containers are read whole, for steps that need all of a volume at once; fitting: those that fit into memory.',
    }),
    whyWhole: Type.String({ default: '', description: 'Why volumes are read whole, for messages.' }),
    chunkShare: Type.Number({
      default: VOLUME_SHARES.chunks,
      exclusiveMinimum: 0,
      maximum: 1,
      description: 'Part of the memory budget for decoded chunks of containers.',
    }),
    classes: Type.Union([ClassFolders, Type.Null()], {
      default: null,
      description: 'The folder holds a folder for each class, which is the target of the images in it.',
    }),
    subset: Type.Union([Subset, Type.Null()], { default: null, description: 'Read one side of a split only.' }),
    share: Type.Number({
      default: 1,
      exclusiveMinimum: 0,
      maximum: 1,
      description: 'Largest part of the memory budget that one image may take.',
    }),
  },
  { additionalProperties: false },
);

type FolderParameters = Static<typeof Parameters>;

export const folderLoader = defineNode({
  id: 'loader/folder',
  role: 'loader',
  summary: 'Reads a folder of images (TIFF, PNG, Zarr, HDF5, ...), with their targets.',
  output: 'image',
  parameters: Parameters,
  keys: [
    'PROBLEM.IMAGE_TO_IMAGE.MULTIPLE_RAW_ONE_TARGET_LOADER',
    ...['TRAIN', 'VAL', 'TEST'].map((phase) => `DATA.${phase}.INPUT_ZARR_MULTIPLE_DATA`),
  ],
  needs: {
    events: services.events,
    memory: services.memory,
    files: services.files,
    signal: services.signal,
  },
  plan: (parameters, _, planner) => planFolder(parameters, planner),
  create(parameters, { events, memory, files, signal }, place) {
    const ndim: Dimensionality = parameters.ndim;
    const pixels: MakePixels = (dtype, length) => memory.pixels(dtype, length);

    const chunks = new SharedChunks(parameters.chunkShare, memory);
    place.onClose(async () => {
      const counts = await chunks.close();
      if (counts) events.emit({ type: 'chunks.read', folder: parameters.images, ...counts });
    });

    async function loadParts({ pair, index, only }: Chosen, stop: AbortSignal): Promise<Sample> {
      const { imagesWithin, targetsWithin } = parameters;
      const cache = await chunks.open(stop);
      // An image beside a target in a container, or the other way round, is read whole.
      const isWhole = async (file: string) => (await files.containerOf(file)) === undefined;
      const bytes = sizeOf(pair.shape) * bytesPerValue(pair.dtype);
      const beside =
        ((await isWhole(pair.file)) ? place.demand({ shape: pair.shape, bytes }) : 0) +
        (pair.target && (await isWhole(pair.target.file)) ? pair.target.bytes : 0);
      const parts = partsDemand(place.phase, memory.budget);
      // Chunks keep their memory to the end: what they leave must do.
      requireRoom(
        pair,
        beside,
        Math.min(parameters.share, 1 - parameters.chunkShare) * memory.budget - parts,
        memory.budget,
      );
      const lease = await memory.lease(parts + beside, pair.file, stop);
      try {
        const open = async (file: string, within: InContainer) =>
          (await files.containerOf(file))
            ? files.readDeferred(file, ndim, cache, within, stop)
            : files.read(file, ndim, stop, within, pixels);
        const raw = await open(pair.file, imagesWithin);
        const target =
          pair.classId === undefined
            ? pair.target && (await open(pair.target.file, targetsWithin))
            : await readTarget(pair, stop);
        events.emit({ type: 'file.read', file: pair.file, bytes: sizeOf(pair.shape) * bytesPerValue(pair.dtype) });
        if (target) events.emit({ type: 'file.read', file: pair.target!.file, bytes: pair.target!.bytes });
        return {
          id: pair.id,
          index,
          file: pair.file,
          image: parameters.forceRgb ? repeatChannel(raw) : raw,
          ...(target && { target }),
          products: {},
          facts: {
            ...(pair.target && { targetFile: pair.target.file }),
            ...(pair.group !== undefined && { group: pair.group }),
            ...(only && { onlyImage: true }),
            ...(parameters.whole === 'fitting' && { [MEASURED_WHOLE]: true }),
          },
          metrics: {},
          lease,
        };
      } catch (error) {
        lease.release();
        throw error;
      }
    }

    async function load(chosen: Chosen, stop: AbortSignal): Promise<Sample> {
      const { pair, index, only } = chosen;
      if (isReadInParts(pair, parameters, memory.budget, place.demand)) return loadParts(chosen, stop);
      const needed = demandOf(pair, parameters, memory.budget, place.demand);
      const lease = await memory.lease(needed, pair.file, stop);
      try {
        const raw = await files.read(pair.file, ndim, stop, parameters.imagesWithin, pixels);
        requireFinite(raw, pair.file);
        const target = await readTarget(pair, stop);
        events.emit({ type: 'file.read', file: pair.file, bytes: imageBytes(raw) });
        if (target && pair.classId === undefined)
          events.emit({ type: 'file.read', file: pair.target!.file, bytes: imageBytes(target) });
        return {
          id: pair.id,
          index,
          file: pair.file,
          image: parameters.forceRgb ? repeatChannel(raw) : raw,
          ...(target && { target }),
          products: {},
          facts: {
            ...(pair.target && pair.classId === undefined && { targetFile: pair.target.file }),
            ...(only && { onlyImage: true }),
            ...(pair.group !== undefined && { group: pair.group }),
          },
          metrics: {},
          lease,
        };
      } catch (error) {
        lease.release();
        throw error;
      }
    }

    async function readTarget({ target, classId }: Pair, stop: AbortSignal): Promise<Image | undefined> {
      if (classId !== undefined) return classTarget(classId, ndim === '3D' ? 3 : 2);
      if (!target) return undefined;
      const read = await files.read(target.file, ndim, stop, parameters.targetsWithin, pixels);
      requireFinite(read, target.file);
      return read;
    }

    return (): Observable<Sample> =>
      defer(() => listPairs(parameters, files, signal)).pipe(
        switchMap((pairs) => {
          const suspicion = unlikePartners(pairs);
          if (suspicion) events.emit({ type: 'warning', message: suspicion });
          const chosen = choosePairs(pairs, parameters);
          const lacking = lackingClasses(pairs, chosen);
          if (lacking) events.emit({ type: 'warning', message: lacking });
          events.emit({ type: 'progress.total', phase: place.phase, unit: 'image', total: chosen.length });
          return from(chosen);
        }),
        mapOrdered(files.concurrency, load),
      );
  },
});

/** Whether an image comes in parts: it can, and it need not be whole, or does not fit. */
function isReadInParts(
  pair: Pair,
  { whole, share }: FolderParameters,
  budget: number,
  demand: Place['demand'],
): boolean {
  if (!pair.parts || whole === true) return false;
  return whole === false || neededFor(pair, demand) > budget * share;
}

function neededFor(pair: Pair, demand: Place['demand']): number {
  return (
    demand({ shape: pair.shape, bytes: sizeOf(pair.shape) * bytesPerValue(pair.dtype) }) + (pair.target?.bytes ?? 0)
  );
}

/** Bytes to lease for an image with its target. @throws MemoryError when it could never be worked on. */
function demandOf(pair: Pair, { share, whyWhole }: FolderParameters, budget: number, demand: Place['demand']): number {
  const needed = neededFor(pair, demand);
  requireRoom(pair, needed, budget * share, budget, pair.parts && whyWhole ? `It is read whole: ${whyWhole}. ` : '');
  return needed;
}

/** @throws MemoryError when an image takes more than is left for it. */
function requireRoom({ file }: Pair, needed: number, left: number, budget: number, why = ''): void {
  if (needed <= left) return;
  throw new MemoryError(
    `${file}: working on this image takes ${formatBytes(needed)}, but the memory budget of ${formatBytes(budget)} ` +
      `leaves ${formatBytes(left)} for one image. ${why}Raise SYSTEM.MEMORY_BUDGET, or cut the image into smaller files.`,
    { where: { file, key: 'SYSTEM.MEMORY_BUDGET' } },
  );
}

interface Chosen {
  pair: Pair;
  /** Place in the whole folder, so that random numbers do not depend on a split. */
  index: number;
  /** The folder holds nothing else: its patches have to be divided, since images cannot be. */
  only: boolean;
}

/** A split divides samples: the versions of an image stay together. */
function choosePairs(pairs: readonly Pair[], { subset }: FolderParameters): Chosen[] {
  const samples = new Map<string | number, Chosen[]>();
  for (const [index, pair] of pairs.entries()) {
    const sample = pair.group ?? index;
    samples.set(sample, [...(samples.get(sample) ?? []), { pair, index, only: false }]);
  }
  const all = [...samples.values()];
  if (all.length === 1) return all[0].map((chosen) => ({ ...chosen, only: true }));
  const classes = all.flatMap(([{ pair }]) => pair.classId ?? []);
  return (subset ? chooseSubset(all, subset, classes.length > 0 ? classes : undefined) : all).flat();
}

/** Classes of which a split has left nothing on the side that is read, in a sentence. */
function lackingClasses(pairs: readonly Pair[], chosen: readonly Chosen[]): string | undefined {
  const left = new Set(chosen.map(({ pair }) => pair.classId));
  const lacking = new Set(pairs.flatMap(({ classId, file }) => (left.has(classId) ? [] : [path.dirname(file)])));
  if (lacking.size === 0) return undefined;
  return (
    `The split of the training images leaves none of ${[...lacking].join(', ')} on one side. Draw at random ` +
    '(DATA.VAL.RANDOM), hold out more (DATA.VAL.SPLIT_TRAIN), or use folds (DATA.VAL.CROSS_VAL), which divide each class.'
  );
}

async function planFolder(parameters: FolderParameters, planner: Planner): Promise<Forecast> {
  const pairs = await listPairs(parameters, planner.files, planner.signal);
  const chosen = choosePairs(pairs, parameters);
  const images = chosen.map(({ pair }) => ({
    file: pair.file,
    shape: pair.shape,
    bytes: isReadInParts(pair, parameters, planner.memory, planner.demand)
      ? partsDemand(planner.phase, planner.memory)
      : demandOf(pair, parameters, planner.memory, planner.demand),
    ...(pair.target && { targetShape: pair.target.shape }),
    ...(pair.group !== undefined && { group: pair.group }),
  }));
  const dtypes = [...new Set(chosen.map(({ pair }) => pair.dtype))].join(' and ');
  const shapes = shapeText(images.map(({ shape }) => shape));
  planner.tell({
    value: `${counted(images.length, 'image')} of ${shapes} (${dtypes}) from ${parameters.images}`,
    why: whyChosen(parameters, pairs.length, chosen.length),
    facts: { images: images.length, found: pairs.length },
  });
  return { images, onlyImage: chosen.some(({ only }) => only) };
}

function whyChosen({ subset, targets, scale, classes }: FolderParameters, found: number, chosen: number): string {
  const labels =
    targets === null
      ? classes?.known
        ? ` They lie in ${counted(classes.count, 'folder')}, one for each class.`
        : ''
      : ` Targets from ${targets} match them in number and ${scale.some((factor) => factor > 1) ? `are ${scale.join('×')} times as large` : 'shape'}.`;
  if (!subset || chosen === found) {
    const divided = subset && found === 1 ? ' Its patches are divided into training and validation.' : '';
    return `${found === 1 ? 'It is the only image' : `These are all ${found} images`} of the folder.${divided}${labels}`;
  }
  const rule =
    subset.folds !== undefined
      ? `fold ${subset.fold ?? 1} of ${subset.folds} is held out for validation (DATA.VAL.CROSS_VAL)`
      : `a share of ${subset.fraction}, rounded up, is held out for validation (DATA.VAL.SPLIT_TRAIN)`;
  const which = subset.shuffle ? `drawn at random with seed ${subset.seed}` : 'the last ones';
  return `The folder holds ${found}; ${rule}: ${subset.part === 'train' ? found - chosen : chosen}, ${which}.${labels}`;
}

/**
 * Bytes that a volume read in parts takes beside its chunks. In a test they are the shares of cutter and joiner, so one volume
 * is worked on at a time. A training has patches only, which are leased one by one.
 */
function partsDemand(phase: Place['phase'], budget: number): number {
  return phase === 'test' ? Math.floor(budget * (VOLUME_SHARES.patches + VOLUME_SHARES.blocks)) : 0;
}

/** Decoded chunks of all containers of the folder. */
class SharedChunks {
  #opening: Promise<{ cache: ChunkCache; lease: Lease }> | undefined;

  constructor(
    private readonly share: number,
    private readonly memory: Memory,
  ) {}

  async open(signal: AbortSignal): Promise<ChunkCache> {
    this.#opening ??= this.#create(signal);
    return (await this.#opening).cache;
  }

  /** What was read; undefined where there were no containers. */
  async close(): Promise<ChunkCounts | undefined> {
    const opened = await this.#opening?.catch(() => undefined);
    await opened?.cache.close();
    opened?.lease.release();
    return opened?.cache.counts;
  }

  async #create(signal: AbortSignal): Promise<{ cache: ChunkCache; lease: Lease }> {
    const bytes = Math.floor(this.memory.budget * this.share);
    const lease = await this.memory.lease(bytes, 'the chunks of containers', signal);
    return { cache: new ChunkCache(bytes), lease };
  }
}

function repeatChannel(picture: Image): Image {
  if (channelCount(picture) !== 1) return picture;
  if (picture.source) return mapImage(picture, repeatChannel, { channels: 3 });
  const data = new (picture.data.constructor as new (length: number) => Image['data'])(picture.data.length * 3);
  for (let i = 0; i < picture.data.length; i++) data.fill(picture.data[i], 3 * i, 3 * i + 3);
  return image(data, [...picture.shape.slice(0, -1), 3], picture.metadata);
}
