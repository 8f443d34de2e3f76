import { float, I2I, int, ints, section } from './key.js';

export const RdbmSchema = section(
  {
    BASE_DIM: int(64, "Base width of the bridge's U-Net."),
    DIM_MULTS: ints([1, 2, 4, 8], "Channel multiplier at each level of the bridge's U-Net."),
    TIMESTEPS: int(100, 'Number of steps of the forward process in training.'),
    SAMPLING_TIMESTEPS: int(10, 'Number of reverse steps at inference; at most the number of training steps.'),
    LAMB: float(0.0001, 'Noise scale of the stochastic term.'),
  },
  { workflows: [I2I], ndim: '2D' },
);
