import { boxMedian } from '../../core/nd/median.js';
import { type DataCase, noise } from './case.js';

const TYPES = { uint8: [Uint8Array, 255], uint16: [Uint16Array, 60000], float32: [Float32Array, 1] } as const;

/** A median over cubes, for each type of number: counted or sorted. */
export const medians: DataCase[] = (['uint8', 'uint16', 'float32'] as const).flatMap((dtype) =>
  [3, 5].map((side) => {
    const [type, most] = TYPES[dtype];
    return {
      name: `median 3D, ${side}×${side}×${side}, 8×256×256 ${dtype}`,
      modules: ['scipy'],
      async prepare() {
        const picture = noise([8, 256, 256], type, most);
        return () => boxMedian(picture, [side, side, side], 'edge');
      },
      reference: `
import scipy.ndimage as ndi
picture = noise((8, 256, 256), np.${dtype}, ${most})
def work():
    return ndi.median_filter(picture, ${side}, mode="nearest")
`,
    };
  }),
);
