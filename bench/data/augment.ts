/** A typical row of augmentations over an image and its mask, each of them acting on every patch. */
import { checkParameters } from '../../core/graph/parameters.js';
import { image } from '../../core/image/image.js';
import { RandomStream } from '../../core/image/random.js';
import type { StepPixels } from '../../core/plugin/define.js';
import { augmenters } from '../../plugins/augmenter/index.js';
import { type DataCase, noise } from './case.js';

const STACK: readonly [id: string, parameters: Record<string, unknown>][] = [
  ['affine', { zoom: 1, rotation: 1, quarterTurn: 1 }],
  ['brightness', { chance: 1 }],
  ['contrast', { chance: 1 }],
  ['gaussian-noise', { chance: 1 }],
  ['elastic', { chance: 1 }],
  ['flip', { y: 1, x: 1 }],
  ['gaussian-blur', { chance: 1 }],
];

/** The same with scipy: a turn with zoom, values, noise, one elastic field of each axis, flips, a blur; planes of a volume alike. */
const reference = (shape: readonly number[], count: number) => `
from scipy import ndimage
shape = ${JSON.stringify(shape)}
volume = len(shape) == 3
picture = noise(shape, np.float32)
mask = (picture > 0.5).astype(np.uint8)
random = np.random.default_rng(0)
plane = shape[-2:]
centre = (np.array(plane) - 1) / 2
grid = np.meshgrid(*[np.arange(side) for side in plane], indexing="ij")

def planes(array, change):
    return np.stack([change(each) for each in array]) if volume else change(array)

def augment():
    angle, zoom = random.uniform(-np.pi, np.pi) + random.integers(1, 4) * np.pi / 2, random.uniform(0.5, 1.5)
    matrix = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) / zoom
    offset = centre - matrix @ centre
    x = planes(picture, lambda each: ndimage.affine_transform(each, matrix, offset, order=1, mode="mirror"))
    y = planes(mask, lambda each: ndimage.affine_transform(each, matrix, offset, order=0, mode="mirror"))
    x = x + random.uniform(-0.1, 0.1)
    x = x * (1 + random.uniform(-0.1, 0.1))
    x = np.clip(x + random.normal(0, 0.05 ** 0.5, x.shape), 0, 1).astype(np.float32)
    alpha = random.uniform(12, 16)
    field = [ndimage.gaussian_filter(random.uniform(-1, 1, plane), 4, truncate=1.25) * alpha for _ in plane]
    places = [grid[0] + field[0], grid[1] + field[1]]
    x = planes(x, lambda each: ndimage.map_coordinates(each, places, order=3, mode="constant"))
    y = planes(y, lambda each: ndimage.map_coordinates(each, places, order=0, mode="constant"))
    x, y = np.ascontiguousarray(x[..., ::-1, ::-1]), np.ascontiguousarray(y[..., ::-1, ::-1])
    sigma = random.uniform(1, 2)
    return ndimage.gaussian_filter(x, [0] * (len(shape) - 2) + [sigma, sigma]), y

def work():
    for _ in range(${count}):
        augment()
`;

/** @param count patches in one turn: a batch, so that short works are timed together. */
function augment(shape: readonly number[], count: number): DataCase {
  return {
    name: `seven augmentations of ${count} × ${shape.join('×')} and masks`,
    modules: ['scipy'],
    reference: reference(shape, count),
    async prepare() {
      const picture = noise(shape, Float32Array);
      const mask = image(
        Uint8Array.from(picture.data, (value) => (value > 0.5 ? 1 : 0)),
        picture.shape,
      );
      const pixels: StepPixels = { image: picture, target: mask };
      const steps = STACK.map(([name, given]) => {
        const definition = augmenters.find(({ id }) => id === `augmenter/${name}`)!;
        return { name, step: definition.step!, parameters: checkParameters(definition.parameters, given).parameters };
      });
      let sample = 0;
      return () => {
        for (let i = 0; i < count; i++, sample++) {
          let changed = pixels;
          for (const { name, step, parameters } of steps)
            changed = step.run(changed, parameters as never, new RandomStream({ seed: 0, sample, node: name }));
        }
      };
    },
  };
}

export const augmentations = [augment([256, 256], 12), augment([32, 128, 128], 2)];
