import { expect, it } from 'vitest';
import { summariseConfig } from '../../../core/job/config-summary.js';

it('shows what is set, in words', () => {
  const config = {
    PROBLEM: { TYPE: 'DENOISING', NDIM: '2D' },
    DATA: { PATCH_SIZE: [64, 64, 1], TRAIN: { PATH: '' } },
    AUGMENTOR: { ENABLE: false },
    TRAIN: { LR: [1e-4], PATIENCE: -1, OPTIMIZER: null },
  };
  expect(summariseConfig(config)).toEqual([
    { label: 'Workflow', value: 'DENOISING' },
    { label: 'Dimensions', value: '2D' },
    { label: 'Patch size', value: '64, 64, 1' },
    { label: 'Augmentation', value: 'no' },
    { label: 'Learning rate', value: '0.0001' },
  ]);
  expect(summariseConfig(undefined)).toEqual([]);
});
