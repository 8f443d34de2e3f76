import { DEN, DET, I2I, INS, Ints, int, ints, listOf, SEM, SSL, section, text } from './key.js';

export const HrnetSchema = section(
  {
    VARIANT: text('W48', 'HRNet preset by base width, or custom.', { choices: ['W18', 'W32', 'W48', 'W64', 'custom'] }),
    Z_DOWN: ints([0, 0, 0], 'Downsampling factor (1 or 2) along Z at each stage; presets set 1 everywhere.', {
      choices: [0, 1, 2],
      ndim: '3D',
    }),
    YX_DOWN: ints([0, 0, 0], 'Downsampling factor (1 or 2) along Y and X at each stage; presets set 2 everywhere.', {
      choices: [0, 1, 2],
    }),
    BLOCK_TYPE: text('BASIC', 'Block used in the branches; presets set BASIC.', {
      choices: ['BASIC', 'BOTTLENECK', 'CONVNEXT_V1', 'CONVNEXT_V2'],
    }),
    HEAD_TYPE: text('FCN', 'Segmentation head; OCR is 2D only.', { choices: ['OCR', 'ASPP', 'PSP', 'FCN'] }),
    NUM_STAGES: int(3, 'Number of stages (custom preset).'),
    NUM_MODULES: ints([1, 4, 3], 'Number of modules in each stage (custom preset).'),
    NUM_BRANCHES: ints([2, 3, 4], 'Number of parallel branches in each stage (custom preset).'),
    NUM_BLOCKS: listOf(
      Ints,
      [
        [4, 4],
        [4, 4, 4],
        [4, 4, 4, 4],
      ],
      'List of lists: blocks of each branch in each stage (custom preset).',
    ),
    NUM_CHANNELS: listOf(
      Ints,
      [
        [18, 36],
        [18, 36, 72],
        [18, 36, 72, 144],
      ],
      'List of lists: channels of each branch in each stage (custom preset).',
    ),
  },
  { workflows: [SEM, INS, DET, DEN, SSL, I2I] },
);
