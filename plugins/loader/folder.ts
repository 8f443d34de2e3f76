/**
 * Reads a folder of images, with a folder of targets where there is one.
 */
import { defer, from, type Observable, switchMap } from 'rxjs';
import { mapOrdered } from '../../core/graph/map-ordered.js';
import type { Dimensionality } from '../../core/image/axes.js';
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
import { defineNode } from '../../core/plugin/define.js';
import { services } from '../../core/plugin/services.js';
import { type Chosen, choosePairs, lackingClasses } from './choose-pairs.js';
import { classTarget } from './class-folders.js';
import { demandOf, isReadInParts, partsDemand, requireRoom } from './folder-demand.js';
import { FolderParameters } from './folder-parameters.js';
import { listPairs, type Pair, unlikePartners } from './pairs.js';
import { planFolder } from './plan-folder.js';
import { SharedChunks } from './shared-chunks.js';

export const folderLoader = defineNode({
  id: 'loader/folder',
  role: 'loader',
  summary: 'Reads a folder of images (TIFF, PNG, Zarr, HDF5, ...), with their targets.',
  output: 'image',
  parameters: FolderParameters,
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
            ? pair.target && inChannels(await open(pair.target.file, targetsWithin))
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
      return inChannels(read);
    }

    /** Image targets of a network of three channels are grey as their images are. */
    function inChannels(target: Image): Image {
      return parameters.forceRgb && parameters.targetChannels === 3 ? repeatChannel(target) : target;
    }

    return (): Observable<Sample> =>
      defer(() => listPairs(parameters, files, signal)).pipe(
        switchMap((pairs) => {
          const suspicion = unlikePartners(pairs);
          if (suspicion) events.emit({ type: 'warning', message: suspicion });
          const chosen = choosePairs(pairs, parameters);
          const lacking = lackingClasses(pairs, chosen);
          if (lacking) events.emit({ type: 'warning', message: lacking });
          if (place.phase === 'test' && parameters.subset && chosen.some(({ only }) => only))
            events.emit({
              type: 'warning',
              message: `${chosen[0].pair.file}: the training divides the patches of its only image, and the test takes the image as a whole. Results are better than those of images that were not learned from: give test images of their own, and switch DATA.TEST.USE_VAL_AS_TEST off.`,
            });
          events.emit({ type: 'progress.total', phase: place.phase, unit: 'image', total: chosen.length });
          return from(chosen);
        }),
        mapOrdered(files.concurrency, load),
      );
  },
});

function repeatChannel(picture: Image): Image {
  if (channelCount(picture) !== 1) return picture;
  if (picture.source) return mapImage(picture, repeatChannel, { channels: 3 });
  const data = new (picture.data.constructor as new (length: number) => Image['data'])(picture.data.length * 3);
  for (let i = 0; i < picture.data.length; i++) data.fill(picture.data[i], 3 * i, 3 * i + 3);
  return image(data, [...picture.shape.slice(0, -1), 3], picture.metadata);
}
