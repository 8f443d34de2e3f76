import path from 'node:path';
import { from, lastValueFrom, tap } from 'rxjs';
import { mapOrdered } from '../../core/graph/map-ordered.js';
import { ChunkCache } from '../../core/image/chunk-cache.js';
import type { Image, PixelArray } from '../../core/image/image.js';
import { READ_AHEAD as AHEAD } from '../../plugins/stitcher/training-patches.js';
import type { DataCase } from './case.js';
import { checksum, jobFiles, readVolumes, VOLUMES_BEFORE } from './job.js';

const PICTURE = `
steps = np.arange(100 * 512 * 512, dtype=np.float64)
picture = ((np.sin(steps * 0.01) * 0.5 + 0.5) * 4000).astype(np.uint16).reshape(100, 512, 512)`;

const makingZarr = (file: string, compressor: string) => `
import zarr, numcodecs, os
file = os.path.join(folder, "${file}")
if not os.path.exists(file):${PICTURE.replaceAll('\n', '\n    ')}
    zarr.save_array(file, picture, chunks=(10, 128, 128), compressor=${compressor})
`;

const makingHdf5 = (label: 'plain' | 'gzip') => `
import h5py, os
file = os.path.join(folder, "${label}.h5")
if not os.path.exists(file):${PICTURE.replaceAll('\n', '\n    ')}
    with h5py.File(file, "w") as container:
        container.create_dataset("data", data=picture, chunks=(10, 128, 128)${label === 'gzip' ? ', compression="gzip"' : ''})
`;

function readingCase(name: string, file: string, module: string, reference: string): DataCase {
  return {
    name: `${name}, 100×512×512 uint16`,
    modules: [module],
    checked: true,
    warmUps: VOLUMES_BEFORE,
    prepare: async (folder) => readVolumes(path.join(folder, file)),
    reference: `${reference}
def check():
    return checksum([work()])
`,
  };
}

/** Less than the whole array decoded, so that what is kept decides. */
const CACHE = 32 * 2 ** 20;
const PATCH = [10, 128, 128];

/** Corners of patches anywhere, the same on both sides. */
const CORNERS = Array.from({ length: 100 }, (_, i) =>
  [90, 384, 384].map((most, axis) => Math.floor(((i * (axis + 3) * 0.618034) % 1) * (most + 1))),
);

/**
 * Random patches, as a training reads them from a volume that does not fit into memory: some at a time, epoch after epoch, through one cache.
 */
function patchCase(name: string, file: string, module: string, opening: string): DataCase {
  return {
    name: `${name}, 100 patches of ${PATCH.join('×')} uint16`,
    modules: [module],
    checked: true,
    warmUps: VOLUMES_BEFORE,
    async prepare(folder) {
      const cache = new ChunkCache(CACHE);
      const { source } = await jobFiles().readDeferred(path.join(folder, file), '3D', cache, { axes: 'ZYX' });
      const read = async (visit: (patch: Image) => void) => {
        const patches = from(CORNERS).pipe(mapOrdered(AHEAD, (start) => source!.read({ start, size: PATCH })));
        await lastValueFrom(patches.pipe(tap(visit)));
      };
      return {
        run: () => read(() => {}),
        async check() {
          const pixels: PixelArray[] = [];
          await read(({ data }) => pixels.push(data));
          return checksum(pixels);
        },
      };
    },
    reference: `
${opening}
def work():
    for z, y, x in ${JSON.stringify(CORNERS)}:
        array[z : z + ${PATCH[0]}, y : y + ${PATCH[1]}, x : x + ${PATCH[2]}]
def check():
    return checksum(
        array[z : z + ${PATCH[0]}, y : y + ${PATCH[1]}, x : x + ${PATCH[2]}] for z, y, x in ${JSON.stringify(CORNERS)}
    )
`,
  };
}

const zarrCase = (label: string, compressor: string): DataCase => {
  const file = `${label.replaceAll(' ', '-')}.zarr`;
  return readingCase(
    `Zarr ${label}`,
    file,
    'zarr',
    `${makingZarr(file, compressor)}
def work():
    return zarr.open(file, mode="r")[...]
`,
  );
};

/** Reading a whole array of a container, as zarr-python and h5py wrote it. */
export const containers: DataCase[] = [
  zarrCase('plain', 'None'),
  zarrCase('blosc lz4', 'numcodecs.Blosc("lz4")'),
  zarrCase('gzip', 'numcodecs.GZip(5)'),
  zarrCase('zstd', 'numcodecs.Zstd(3)'),
  ...(['plain', 'gzip'] as const).map((label) =>
    readingCase(
      `HDF5 ${label}`,
      `${label}.h5`,
      'h5py',
      `${makingHdf5(label)}
def work():
    with h5py.File(file, "r") as container:
        return container["data"][...]
`,
    ),
  ),
  patchCase(
    'Zarr blosc lz4',
    'blosc-lz4.zarr',
    'zarr',
    `${makingZarr('blosc-lz4.zarr', 'numcodecs.Blosc("lz4")')}array = zarr.open(file, mode="r")`,
  ),
  patchCase('HDF5 gzip', 'gzip.h5', 'h5py', `${makingHdf5('gzip')}array = h5py.File(file, "r")["data"]`),
];
