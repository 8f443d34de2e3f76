import { bool, DEN, DET, I2I, INS, Ints, int, ints, listOf, SEM, SSL, section, text } from './key.js';

export const StunetSchema = section(
  {
    VARIANT: text('base', 'STU-Net preset by size, or custom.', { choices: ['small', 'base', 'large', 'custom'] }),
    PRETRAINED: bool(false, 'Load the published pretrained weights.'),
    DEPTH: ints([1, 1, 1, 1, 1, 1], 'Residual blocks in each stage (custom preset).'),
    DIMS: ints([32, 64, 128, 256, 512, 512], 'Channels in each stage (custom preset).'),
    POOL_OP_KERNEL_SIZES: listOf(
      Ints,
      [
        [2, 2, 2],
        [2, 2, 2],
        [2, 2, 2],
        [2, 2, 2],
        [1, 1, 1],
      ],
      'List of strides, order (z,y,x) or (y,x), one for each step between stages (custom preset).',
    ),
    CONV_KERNEL_SIZES: listOf(
      Ints,
      [
        [3, 3, 3],
        [3, 3, 3],
        [3, 3, 3],
        [3, 3, 3],
        [3, 3, 3],
        [3, 3, 3],
      ],
      'List of kernel sizes, order (z,y,x) or (y,x), one for each stage (custom preset).',
    ),
    CLASS_SET_CHANNEL_IDXS: ints(
      [],
      'Input channels whose order carries no meaning and that go through an order-invariant encoder (custom preset).',
    ),
    CLASS_SET_OUT_CHANNELS: int(8, 'Width of that order-invariant encoding.'),
    CLASS_SET_POOLING: text('max', 'Pooling of that order-invariant encoding.', { choices: ['max', 'mean'] }),
  },
  { workflows: [SEM, INS, DET, DEN, SSL, I2I] },
);
