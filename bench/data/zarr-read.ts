import os from 'node:os';
import path from 'node:path';
import { ImageFiles } from '../../core/image/files.js';
import { hdf5 } from '../../plugins/format/hdf5.js';
import { zarr } from '../../plugins/format/zarr.js';
import { decodeWorker } from '../../plugins/index.js';
import type { DataCase } from './case.js';

const PICTURE = `
steps = np.arange(100 * 512 * 512, dtype=np.float64)
picture = ((np.sin(steps * 0.01) * 0.5 + 0.5) * 4000).astype(np.uint16).reshape(100, 512, 512)`;

/** As a job reads: chunks are decoded in threads, here in as many as there are processors. */
function reading(file: string) {
  const workers = os.availableParallelism();
  const files = new ImageFiles({
    formats: [],
    containers: [zarr, hdf5],
    workers,
    worker: { url: decodeWorker, formats: [] },
  });
  return (folder: string) => async () => () => files.read(path.join(folder, file), '3D', undefined, { axes: 'ZYX' });
}

function readingCase(name: string, file: string, module: string, reference: string): DataCase {
  const work = reading(file);
  return {
    name: `${name}, 100×512×512 uint16`,
    modules: [module],
    prepare: (folder) => work(folder)(),
    reference,
  };
}

const zarrCase = (label: string, compressor: string): DataCase => {
  const file = `${label.replaceAll(' ', '-')}.zarr`;
  return readingCase(
    `Zarr ${label}`,
    file,
    'zarr',
    `
import zarr, numcodecs, os
file = os.path.join(folder, "${file}")
if not os.path.exists(file):${PICTURE.replaceAll('\n', '\n    ')}
    zarr.save_array(file, picture, chunks=(10, 128, 128), compressor=${compressor})
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
      `
import h5py, os
file = os.path.join(folder, "${label}.h5")
if not os.path.exists(file):${PICTURE.replaceAll('\n', '\n    ')}
    with h5py.File(file, "w") as container:
        container.create_dataset("data", data=picture, chunks=(10, 128, 128)${label === 'gzip' ? ', compression="gzip"' : ''})
def work():
    with h5py.File(file, "r") as container:
        return container["data"][...]
`,
    ),
  ),
];
