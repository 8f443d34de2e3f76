import { DEN, I2I, int, ints, section, text } from './key.js';

export const NafnetSchema = section(
  {
    MIDDLE_BLK_NUM: int(12, 'Number of NAFNet blocks at the bottleneck.'),
    ENC_BLK_NUMS: ints([2, 2, 4, 8], 'Number of NAFNet blocks at each encoder level.'),
    DEC_BLK_NUMS: ints([2, 2, 2, 2], 'Number of NAFNet blocks at each decoder level.'),
    DW_EXPAND: int(2, 'Channel expansion of the depthwise convolution.'),
    FFN_EXPAND: int(2, 'Channel expansion of the feed-forward part.'),
    ARCHITECTURE_D: text('patchgan', 'Discriminator network; nafnet always needs one.', { choices: ['patchgan'] }),
    PATCHGAN: section({
      BASE_FILTERS: int(64, 'Filters of the first discriminator layer.'),
    }),
    GENERATOR_BACKBONE: text('nafnet', 'Network used as the generator.', { choices: ['nafnet', 'stunet'] }),
  },
  { workflows: [DEN, I2I] },
);
