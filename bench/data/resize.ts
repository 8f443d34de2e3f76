import { resize } from '../../core/nd/resize.js';
import { type DataCase, noise } from './case.js';

/** Shrinking a volume, linear and with cubic splines. */
export const resizes: DataCase[] = ([1, 3] as const).map((order) => ({
  name: `resize 3D, order ${order}, 64×256×256 to 64×160×160 float32`,
  modules: ['skimage'],
  async prepare() {
    const picture = noise([64, 256, 256], Float32Array);
    return () => resize(picture, [64, 160, 160], { order });
  },
  reference: `
from skimage.transform import resize
picture = noise((64, 256, 256), np.float32)
def work():
    return resize(picture, (64, 160, 160), order=${order}, mode="reflect", anti_aliasing=False)
`,
}));
