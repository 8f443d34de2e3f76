import { bool, DEN, DET, I2I, INS, int, ints, SEM, section, text } from './key.js';

export const DptSchema = section(
  {
    LAYERS: ints([], 'Four increasing ViT blocks (counting from 1) read by the decoder; empty spaces them evenly.'),
    FEATURES: int(256, 'Channels of the DPT fusion stage.'),
    REASSEMBLE_CHANNELS: ints(
      [],
      'Channels of the four reassembled maps; empty takes the DPT defaults for the embedding width.',
    ),
    READOUT: text('project', 'How the class token is folded into the patch tokens.', {
      choices: ['project', 'add', 'ignore'],
    }),
  },
  { workflows: [SEM, INS, DET, DEN, I2I], ndim: '2D' },
);

export const VitReadoutSchema = section(
  {
    FEATURES: int(32, 'Channels each pixel gets from its token.'),
    REFINE_LAYERS: int(2, 'Number of 3x3 convolution blocks at full resolution; 0 removes the refinement.'),
    INPUT_SKIP: bool(true, 'Join the input image to the features before the refinement.'),
  },
  { workflows: [SEM, INS, DET, DEN, I2I], ndim: '2D' },
);
