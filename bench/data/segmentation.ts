import { type Image, image } from '../../core/image/image.js';
import { connectedComponents } from '../../core/nd/connected-components.js';
import { distanceTransform } from '../../core/nd/distance-transform.js';
import { watershed } from '../../core/nd/watershed.js';
import type { DataCase } from './case.js';

/** Round objects on a grid, somewhat apart: about half of the pixels are foreground. */
function objects(): Image {
  const [depth, height, width] = [64, 256, 256];
  const data = new Uint8Array(depth * height * width);
  for (let at = 0; at < data.length; at++) {
    const [z, y, x] = [Math.floor(at / (height * width)), Math.floor(at / width) % height, at % width];
    const wave = Math.sin(z / 5) + Math.sin(y / 6) + Math.sin(x / 7);
    data[at] = Number(wave > 0.2);
  }
  return image(data, [depth, height, width, 1]);
}

const SETUP = `
import scipy.ndimage as ndi
z, y, x = np.ogrid[:64, :256, :256]
mask = np.sin(z / 5) + np.sin(y / 6) + np.sin(x / 7) > 0.2
`;

export const segmentation: DataCase[] = [
  {
    name: 'connected components, 64×256×256, 26 neighbours',
    modules: ['scipy'],
    async prepare() {
      const mask = objects();
      return () => connectedComponents(mask);
    },
    reference: `${SETUP}
def work():
    return ndi.label(mask, np.ones((3, 3, 3)))
`,
  },
  {
    name: 'Euclidean distances, 64×256×256',
    modules: ['scipy'],
    async prepare() {
      const mask = objects();
      return () => distanceTransform(mask);
    },
    reference: `${SETUP}
def work():
    return ndi.distance_transform_edt(mask)
`,
  },
  {
    name: 'watershed in a mask, 64×256×256',
    modules: ['skimage'],
    async prepare() {
      const mask = objects();
      const distance = distanceTransform(mask);
      const surface = image(
        distance.data.map((value) => -value),
        distance.shape,
      );
      const cores = image(
        distance.data.map((value) => Number(value > 5)),
        distance.shape,
      );
      const markers = connectedComponents(cores).labels;
      return () => watershed(surface, markers, { mask });
    },
    reference: `${SETUP}
from skimage.segmentation import watershed
distance = ndi.distance_transform_edt(mask).astype(np.float32)
markers = ndi.label(distance > 5, np.ones((3, 3, 3)))[0]
def work():
    return watershed(-distance, markers, mask=mask)
`,
  },
];
