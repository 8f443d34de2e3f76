import { equalizeAdaptive } from '../../core/nd/equalize-adaptive.js';
import { type DataCase, noise } from './case.js';

export const clahe: DataCase = {
  name: 'CLAHE, 1024×1024 uint8',
  modules: ['skimage'],
  async prepare() {
    const picture = noise([1024, 1024], Uint8Array, 255);
    return () => equalizeAdaptive(picture);
  },
  reference: `
from skimage.exposure import equalize_adapthist
picture = noise((1024, 1024), np.uint8, 255)
def work():
    return equalize_adapthist(picture)
`,
};
