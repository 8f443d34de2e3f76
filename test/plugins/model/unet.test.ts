import { describe, expect, it } from 'vitest';
import { build, itHasSizes, itLearns, itMatchesTheReference } from './network-checks.js';
import { itExports } from './training-checks.js';

describe('unet', () => {
  itMatchesTheReference('unet', [
    'unet-2d-in.npz',
    'unet-2d-in-affine.npz',
    'unet-2d-none-gelu-k5.npz',
    'unet-2d-twoheads.npz',
    'unet-2d-explicit-activations.npz',
    'unet-2d-sr2-post.npz',
    'unet-3d-sr-post.npz',
  ]);

  itHasSizes('unet', [
    [1_944_241, {}],
    [5_648_337, { zDown: [0, 0, 0, 0] }, { ndim: 3 }],
    [1_925_025, { featureMaps: [32, 64, 128, 256], normalization: 'none' }],
    [1_928_289, { featureMaps: [32, 64, 128, 256] }],
    [1_813_986, { upsampleLayer: 'upsampling' }, { inputChannels: 3, outputChannels: [2] }],
  ]);

  itLearns('unet', { featureMaps: [4, 6, 8], zDown: [1, 2] }, { plane: 16, depth: 4 });
  itExports('unet', {
    '2D': { parameters: { featureMaps: [4, 6, 8] }, outputChannels: [1, 2], space: [16, 24], others: [[8, 16]] },
    '3D': {
      parameters: { featureMaps: [4, 6, 8], zDown: [1, 2] },
      ndim: 3,
      inputChannels: 2,
      space: [4, 16, 16],
      others: [[8, 8, 24]],
    },
  });

  it('says when there are too few pooling factors', () => {
    expect(() => build('unet', { yxDown: [2, 2] })).toThrow(/U-Net: yxDown has 2 values, but 4 levels/);
  });

  it('says when channels cannot be put into groups', () => {
    expect(() => build('unet', { featureMaps: [8, 16, 32], normalization: 'gn' })).toThrow(/16 groups.*8 channels/);
  });
});
