/** Elastic deformation (AUGMENTOR.ELASTIC), P. Y. Simard et al., ICDAR 2003. */
import { Type } from 'typebox';
import { image } from '../../core/image/image.js';
import { Noise } from '../../core/image/noise.js';
import { readPatch } from '../../core/image/patch.js';
import type { RandomStream } from '../../core/image/random.js';
import { type PlaneMap, warpPixels } from '../../core/image/warp.js';
import { gaussian } from '../../core/nd/gaussian.js';
import { mapCoordinates } from '../../core/nd/map-coordinates.js';
import { defineStep } from '../../core/plugin/step.js';
import { BorderMode, borderOf, Chance, chanceOf, range } from './parameters.js';

export const elasticAugmenter = defineStep({
  id: 'augmenter/elastic',
  role: 'augmenter',
  summary: 'Deforms patches and their targets by a smooth random field, the same in every plane.',
  parameters: Type.Object(
    {
      chance: Chance,
      alpha: range(
        12,
        16,
        'Strengths to draw from: the field of a smoothed noise in [-1, 1] is multiplied by it, in pixels.',
      ),
      sigma: Type.Number({
        default: 4,
        exclusiveMinimum: 0,
        description: 'Standard deviation of the smoothing in pixels.',
      }),
      border: { ...BorderMode, default: 'constant' as const },
    },
    { additionalProperties: false },
  ),
  keys: ['AUGMENTOR.ELASTIC'],
  order: 19,
  fromConfig: (config, part) => {
    const chance = chanceOf(config, part, 'ELASTIC');
    const { E_ALPHA, E_SIGMA: sigma, E_MODE } = config.AUGMENTOR;
    return chance === undefined ? undefined : { chance, alpha: E_ALPHA as number[], sigma, border: borderOf(E_MODE) };
  },
  module: import.meta.url,
  run(pixels, { chance, alpha, sigma, border }, random) {
    if (!random.chance(chance)) return pixels;
    const field = elasticField(pixels.image.shape.slice(-3, -1), random.uniform(alpha[0], alpha[1]), sigma, random);
    // BiaPy draws a field of its own for image, mask and heat, so that they do not match any more; here they share one.
    return warpPixels(pixels, field, { order: 3, border });
  },
});

/** Noise in [-1, 1], smoothed and multiplied, as the displacement of every pixel. */
export function elasticField(
  [height, width]: readonly number[],
  alpha: number,
  sigma: number,
  random: RandomStream,
): PlaneMap {
  // Radius of the kernel in BiaPy's library (imgaug).
  const window = Math.max(5, Math.trunc((sigma < 3 ? 3.3 : sigma < 5 ? 2.9 : 2.6) * sigma));
  const radius = window >> 1;
  const noise = new Noise(random);
  const size = [height + 2 * radius, width + 2 * radius];
  // Both displacements as the channels of one image: they are smoothed in one go.
  const rough = new Float32Array(2 * size[0] * size[1]);
  noise.fillSymmetric(rough, 0, 2);
  noise.fillSymmetric(rough, 1, 2);
  const smooth = gaussian(image(rough, [...size, 2]), sigma, { truncate: radius / sigma });
  const field = readPatch(smooth, { start: [radius, radius], size: [height, width] });
  return (y, x) => {
    // On the grid of the image the field is taken as it is; targets on a finer grid take it between its pixels.
    const { data } =
      y.length === height * width ? field : mapCoordinates(field, [y, x], [1, y.length], { order: 1, border: 'edge' });
    for (let i = 0; i < y.length; i++) {
      y[i] += alpha * data[2 * i];
      x[i] += alpha * data[2 * i + 1];
    }
  };
}
