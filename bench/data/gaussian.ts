import { gaussian as blur } from '../../core/nd/gaussian.js';
import { type DataCase, noise } from './case.js';

export const gaussian: DataCase = {
  name: 'Gaussian 3D, sigma 2, 32×256×256 float32',
  modules: ['scipy'],
  async prepare() {
    const picture = noise([32, 256, 256], Float32Array);
    return () => blur(picture, 2);
  },
  reference: `
import scipy.ndimage as ndi
picture = noise((32, 256, 256), np.float32)
def work():
    return ndi.gaussian_filter(picture, 2)
`,
};
