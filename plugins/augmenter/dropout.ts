/** Lost pixels (AUGMENTOR.DROPOUT). */
import { Type } from 'typebox';
import { Noise } from '../../core/image/noise.js';
import { defineStep } from '../../core/plugin/step.js';
import { Chance, chanceOf, range } from './parameters.js';
import { copyOf } from './values.js';

export const dropoutAugmenter = defineStep({
  id: 'augmenter/dropout',
  role: 'augmenter',
  summary: 'Sets random pixels to 0 in all channels.',
  parameters: Type.Object(
    {
      chance: Chance,
      share: range(0, 0.2, 'Shares of the pixels to draw from.'),
    },
    { additionalProperties: false },
  ),
  keys: ['AUGMENTOR.DROPOUT'],
  order: 27,
  fromConfig: (config, part) => {
    const chance = chanceOf(config, part, 'DROPOUT');
    return chance === undefined ? undefined : { chance, share: config.AUGMENTOR.DROP_RANGE as number[] };
  },
  module: import.meta.url,
  run(pixels, { chance, share }, random) {
    if (!random.chance(chance)) return pixels;
    const lost = random.uniform(share[0], share[1]);
    const noise = new Noise(random);
    const dropped = copyOf(pixels.image);
    const { data, shape } = dropped;
    const channels = shape[shape.length - 1];
    for (let at = 0; at < data.length; at += channels) if (noise.uniform() < lost) data.fill(0, at, at + channels);
    return { ...pixels, image: dropped };
  },
});
