import { measureNormalization, normalize } from '../../core/image/normalize.js';
import { type DataCase, noise } from './case.js';
import { jobMemory } from './job.js';

export const normalization: DataCase = {
  name: 'normalisation to zero mean, 64×256×256 uint8',
  modules: [],
  warmUps: 24,
  async prepare() {
    const picture = noise([64, 256, 256], Uint8Array, 255);
    const memory = jobMemory();
    return async () => {
      const lease = await memory.lease(4 * picture.data.length, 'the normalised volume');
      normalize(picture, measureNormalization(picture, { type: 'zero_mean_unit_variance' }), (dtype, length) =>
        memory.pixels(dtype, length),
      );
      lease.release();
    };
  },
  reference: `
picture = noise((64, 256, 256), np.uint8, 255)
def work():
    image = picture.astype(np.float32)
    return (image - image.mean()) / image.std()
`,
};
