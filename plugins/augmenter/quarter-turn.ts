/**
 * Turns patches by 90, 180 or 270 degrees in the plane (AUGMENTOR.ROT90), without interpolation.
 */
import { map } from 'rxjs';
import { Type } from 'typebox';
import { applySymmetry, rot90 } from '../../core/image/symmetry.js';
import { defineNode } from '../../core/plugin/define.js';
import { services } from '../../core/plugin/services.js';

export const quarterTurnAugmenter = defineNode({
  id: 'augmenter/quarter-turn',
  role: 'augmenter',
  summary: 'Turns patches and their targets by a random multiple of 90 degrees.',
  inputs: { main: ['patch'] },
  output: 'patch',
  parameters: Type.Object(
    { chance: Type.Number({ default: 0.5, minimum: 0, maximum: 1, description: 'Chance to turn a patch.' }) },
    { additionalProperties: false },
  ),
  keys: ['AUGMENTOR.ROT90'],
  order: 1,
  needs: { random: services.random },
  fromConfig: ({ AUGMENTOR: augment }, part) =>
    part === 'train' && augment.ENABLE && augment.ROT90 ? { chance: augment.ROT90_PROB } : undefined,
  create:
    ({ chance }, { random }, place) =>
    ({ main }) =>
      main.pipe(
        map((sample) => {
          const draws = random({ epoch: sample.moment?.epoch, sample: sample.index, node: place.name });
          if (!draws.chance(chance)) return sample;
          const { image, target } = sample;
          const ndim = image.shape.length - 1;
          const [height, width] = image.shape.slice(-3);
          // A patch that is not square keeps its shape only when turned by half.
          const turn = rot90(ndim, height === width ? draws.integer(1, 4) : 2);
          return {
            ...sample,
            image: applySymmetry(image, turn),
            ...(target && { target: applySymmetry(target, turn) }),
          };
        }),
      ),
});
