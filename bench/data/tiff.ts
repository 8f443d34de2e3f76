import path from 'node:path';
import type { DataCase } from './case.js';
import { readVolumes, VOLUMES_BEFORE } from './job.js';

/** Reading a stack of pages, as tifffile wrote it. */
export const tiffs: DataCase[] = (['none', 'zlib'] as const).map((compression) => {
  const name = `${compression}.tif`;
  return {
    name: `TIFF ${compression === 'none' ? 'plain' : 'deflate'}, 100×512×512 uint16`,
    modules: ['tifffile'],
    checked: true,
    warmUps: VOLUMES_BEFORE,
    prepare: async (folder) => readVolumes(path.join(folder, name)),
    reference: `
import tifffile, os
file = os.path.join(folder, "${name}")
if not os.path.exists(file):
    steps = np.arange(100 * 512 * 512, dtype=np.float64)
    picture = ((np.sin(steps * 0.01) * 0.5 + 0.5) * 4000).astype(np.uint16).reshape(100, 512, 512)
    tifffile.imwrite(file, picture, photometric="minisblack"${compression === 'none' ? '' : ', compression="zlib"'})
def work():
    return tifffile.imread(file)
def check():
    return checksum([work()])
`,
  };
});
