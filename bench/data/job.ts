/** Reading as a job does: files with their threads, and a memory budget. */
import { createHash } from 'node:crypto';
import os from 'node:os';
import { ImageFiles } from '../../core/image/files.js';
import type { Image, PixelArray } from '../../core/image/image.js';
import { MemoryBudget } from '../../core/job/memory.js';
import { workerFormats } from '../../plugins/format/worker.js';
import { builtInPlugin, decodeWorker } from '../../plugins/index.js';
import type { CheckedWork } from '../work.js';

/** Decodes in as many threads as there are processors. */
export function jobFiles(): ImageFiles {
  const { formats, containers } = builtInPlugin;
  const worker = { url: decodeWorker, formats: workerFormats };
  return new ImageFiles({ formats, containers, workers: os.availableParallelism(), worker });
}

export function jobMemory(): MemoryBudget {
  return new MemoryBudget(2 ** 31);
}

/**
 * Volumes that are read before it counts, as in a job over a data set: memory is used again after five of them, and V8 has compiled most
 * of what it is going to compile after forty, in threads that take cores from those that decode.
 */
export const VOLUMES_BEFORE = 40;

/** The bytes of a volume of the cases. */
const BYTES = 2 * 100 * 512 * 512;

/**
 * What the folder loader does for one volume after the other: takes a lease, reads, and the graph gives the lease back when
 * the volume has left it.
 */
export function readVolumes(file: string): CheckedWork {
  const [files, memory] = [jobFiles(), jobMemory()];
  const read = async (visit: (volume: Image) => void) => {
    const lease = await memory.lease(BYTES, file);
    visit(await files.read(file, '3D', undefined, { axes: 'ZYX' }, (dtype, length) => memory.pixels(dtype, length)));
    lease.release();
  };
  return {
    run: () => read(() => {}),
    async check() {
      let found = '';
      await read(({ data }) => {
        found = checksum([data]);
      });
      return found;
    },
  };
}

/** The SHA-1 of the bytes of arrays, one after the other. */
export function checksum(arrays: readonly PixelArray[]): string {
  const found = createHash('sha1');
  for (const array of arrays) found.update(array);
  return found.digest('hex');
}
