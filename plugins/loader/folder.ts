/**
 * Reads a folder of images, with a folder of targets where there is one.
 */
import { defer, from, type Observable, switchMap } from 'rxjs';
import { type Static, Type } from 'typebox';
import { DataError, MemoryError } from '../../core/errors.js';
import { mapOrdered } from '../../core/graph/map-ordered.js';
import type { Dimensionality } from '../../core/image/axes.js';
import { requireFinite } from '../../core/image/finite.js';
import { bytesPerValue, channelCount, type Image, image, imageBytes, sizeOf } from '../../core/image/image.js';
import type { Sample } from '../../core/image/sample.js';
import { splitFold, splitTrainValidation } from '../../core/image/split.js';
import { formatBytes } from '../../core/job/memory.js';
import { defineNode } from '../../core/plugin/define.js';
import { services } from '../../core/plugin/services.js';
import { listPairs, type Pair } from './pairs.js';

const Subset = Type.Object(
  {
    part: Type.Union([Type.Literal('train'), Type.Literal('validation')], { description: 'Which side is read.' }),
    fraction: Type.Optional(Type.Number({ description: 'Share of the images held out for validation, in (0, 1).' })),
    folds: Type.Optional(Type.Integer({ description: 'Number of folds of a cross-validation.' })),
    fold: Type.Optional(Type.Integer({ description: 'Fold held out, from 1.' })),
    shuffle: Type.Boolean({ default: true }),
    seed: Type.Integer({ default: 0 }),
  },
  { additionalProperties: false },
);

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
  summary: 'Reads a folder of images (TIFF, PNG, JPEG, ...), with their targets.',
  output: 'image',
  parameters: Parameters,
  needs: {
    events: services.events,
    memory: services.memory,
    files: services.files,
    signal: services.signal,
  },
  create(parameters, { events, memory, files, signal }, place) {
    const ndim: Dimensionality = parameters.ndim;

    async function load({ pair, index, only }: Chosen, stop: AbortSignal): Promise<Sample> {
      const bytes = sizeOf(pair.shape) * bytesPerValue(pair.dtype);
      const needed = place.demand({ shape: pair.shape, bytes }) + (pair.target?.bytes ?? 0);
      if (needed > memory.budget * parameters.share)
        throw new MemoryError(
          `${pair.file}: working on this image takes ${formatBytes(needed)}, but the memory budget of ${formatBytes(memory.budget)} ` +
            `leaves ${formatBytes(memory.budget * parameters.share)} for one image. Raise SYSTEM.MEMORY_BUDGET, or cut the image into smaller files.`,
          { where: { file: pair.file, key: 'SYSTEM.MEMORY_BUDGET' } },
        );
      const lease = await memory.lease(needed, pair.file, stop);
      try {
        const raw = await files.read(pair.file, ndim, stop);
        requireFinite(raw, pair.file);
        const target = pair.target && (await files.read(pair.target.file, ndim, stop));
        if (target) requireFinite(target, pair.target!.file);
        events.emit({ type: 'file.read', file: pair.file, bytes: imageBytes(raw) });
        if (target) events.emit({ type: 'file.read', file: pair.target!.file, bytes: imageBytes(target) });
        return {
          id: pair.id,
          index,
          file: pair.file,
          image: parameters.forceRgb ? repeatChannel(raw) : raw,
          ...(target && { target }),
          products: {},
          facts: { ...(pair.target && { targetFile: pair.target.file }), ...(only && { onlyImage: true }) },
          metrics: {},
          lease,
        };
      } catch (error) {
        lease.release();
        throw error;
      }
    }

    return (): Observable<Sample> =>
      defer(() => listPairs(parameters, files, signal)).pipe(
        switchMap((pairs) => {
          const chosen = chooseSubset(pairs, parameters);
          events.emit({ type: 'progress.total', phase: place.phase, unit: 'image', total: chosen.length });
          return from(chosen);
        }),
        mapOrdered(files.concurrency, load),
      );
  },
});

interface Chosen {
  pair: Pair;
  /** Place in the whole folder, so that random numbers do not depend on a split. */
  index: number;
  /** The folder holds nothing else: its patches have to be divided, since images cannot be. */
  only: boolean;
}

function chooseSubset(pairs: readonly Pair[], { subset, images }: FolderParameters): Chosen[] {
  const all = pairs.map((pair, index) => ({ pair, index, only: pairs.length === 1 }));
  if (!subset || all.length === 1) return all;
  const { seed, shuffle } = subset;
  if (subset.folds === undefined && subset.fraction === undefined)
    throw new DataError(`${images}: a subset needs a fraction or folds.`);
  const split =
    subset.folds !== undefined
      ? splitFold(pairs.length, subset.folds, subset.fold ?? 1, { seed, shuffle })
      : splitTrainValidation(pairs.length, subset.fraction!, { seed, shuffle });
  return split[subset.part].map((i) => all[i]);
}

function repeatChannel(picture: Image): Image {
  if (channelCount(picture) !== 1) return picture;
  const data = new (picture.data.constructor as new (length: number) => Image['data'])(picture.data.length * 3);
  for (let i = 0; i < picture.data.length; i++) data.fill(picture.data[i], 3 * i, 3 * i + 3);
  return image(data, [...picture.shape.slice(0, -1), 3], picture.metadata);
}
