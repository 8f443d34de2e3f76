/** Channels in another order (AUGMENTOR.CHANNEL_SHUFFLE). */
import { Type } from 'typebox';
import { image } from '../../core/image/image.js';
import { defineStep } from '../../core/plugin/step.js';
import { Chance, chanceOf } from './parameters.js';

export const channelShuffleAugmenter = defineStep({
  id: 'augmenter/channel-shuffle',
  role: 'augmenter',
  summary: 'Puts the channels of the image into a random order.',
  parameters: Type.Object({ chance: Chance }, { additionalProperties: false }),
  keys: ['AUGMENTOR.CHANNEL_SHUFFLE'],
  order: 3,
  fromConfig: (config, part) => {
    const chance = chanceOf(config, part, 'CHANNEL_SHUFFLE');
    return chance === undefined ? undefined : { chance };
  },
  module: import.meta.url,
  run(pixels, { chance }, random) {
    const { data, shape, metadata } = pixels.image;
    const channels = shape[shape.length - 1];
    if (!random.chance(chance) || channels === 1) return pixels;
    const order = random.permutation(channels);
    const shuffled = data.slice();
    for (let i = 0; i < data.length; i += channels)
      for (let c = 0; c < channels; c++) shuffled[i + c] = data[i + order[c]];
    return { ...pixels, image: image(shuffled, shape, metadata) };
  },
});
