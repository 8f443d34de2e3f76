import { bool, CLS, DEN, DET, float, floats, I2I, INS, int, SEM, section, text, texts } from './key.js';

export const LossSchema = section(
  {
    TYPE: texts([], "Names of the losses that are summed with their weights; empty takes the workflow's default.", {
      choices: [
        'CE',
        'DICE',
        'MAE',
        'MSE',
        'PCC',
        'SSIM',
        'CHARBONNIER',
        'VGG',
        'LPIPS',
        'LAPLACIAN',
        'FFT',
        'RFFT',
        'SWT',
        'BCE',
        'HINGE',
        'MALIS',
        'CLDICE',
        'SVOX',
      ],
    }),
    WEIGHTS: floats([], 'Weight of each loss in the list; empty means 1 for each, and they need not add up to 1.'),
    CLASS_REBALANCE: text('none', 'How classes are weighted.', {
      choices: ['none', 'manual'],
      workflows: [SEM, INS, DET],
    }),
    CLASS_WEIGHTS: floats([], 'Weight of each class for the manual setting.', { workflows: [SEM, INS, DET] }),
    IGNORE_INDEX: int(-1, 'Label value in 0..255 left out of the loss and of the metrics; -1 keeps all.', {
      workflows: [SEM, INS, DET, CLS, I2I],
    }),
    CONTRAST: section(
      {
        ENABLE: bool(false, 'Add the pixel contrastive loss.'),
        MEMORY_SIZE: int(5000, 'Number of entries of the memory bank.'),
        PROJ_DIM: int(256, 'Width of the projection head.'),
        PIXEL_UPD_FREQ: int(10, 'Number of pixels stored at each memory update.'),
      },
      { workflows: [SEM, INS, DET] },
    ),
    GAN: section(
      {
        R1_GAMMA: float(0, 'Coefficient of the R1 gradient penalty; 0 disables it.'),
        ADAPTIVE_GAN_WEIGHT: bool(false, 'Scale the adversarial weight by the ratio of gradient norms.'),
      },
      { workflows: [DEN, I2I] },
    ),
  },
  { description: 'Loss terms and their weights.' },
);
