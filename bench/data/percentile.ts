import { percentiles } from '../../core/nd/percentile.js';
import { type DataCase, noise } from './case.js';

const TYPES = { uint8: [Uint8Array, 255], uint16: [Uint16Array, 60000], float32: [Float32Array, 1] } as const;

/** The limits of a percentile clipping. */
export const percentileCases: DataCase[] = (['uint8', 'uint16', 'float32'] as const).map((dtype) => {
  const [type, most] = TYPES[dtype];
  return {
    name: `percentiles 0.1 and 99.9, 64×256×256 ${dtype}`,
    modules: [],
    async prepare() {
      const { data } = noise([64, 256, 256], type, most);
      return () => percentiles(data, [0.1, 99.9]);
    },
    reference: `
picture = noise((64, 256, 256), np.${dtype}, ${most})
def work():
    return np.percentile(picture, [0.1, 99.9])
`,
  };
});
