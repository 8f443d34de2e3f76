import { describe, expect, it } from 'vitest';
import { build, itHasSizes, itLearns, itMatchesTheReference } from './network-checks.js';
import { itExports } from './training-checks.js';

describe('attention_unet', () => {
  itMatchesTheReference('attention_unet', ['attention_unet-2d.npz']);

  itHasSizes('attention_unet', [
    [1_966_613, {}],
    [5_670_709, {}, { ndim: 3 }],
    [1_946_868, { featureMaps: [32, 64, 128, 256], normalization: 'none' }],
    [1_950_362, { featureMaps: [32, 64, 128, 256] }],
    [1_836_358, { upsampleLayer: 'upsampling' }, { inputChannels: 3, outputChannels: [2] }],
  ]);

  itLearns('attention_unet', { featureMaps: [4, 6, 8], zDown: [1, 2] }, { plane: 16, depth: 4 });
  itExports('attention_unet', {
    '2D': { parameters: { featureMaps: [4, 6, 8] }, outputChannels: [2], space: [16, 24], others: [[8, 16]] },
  });

  it('has no group normalisation, because its gates normalise one channel', () => {
    expect(() => build('attention_unet', { normalization: 'gn' })).toThrow(/single channel.*Take bn or in/);
  });
});
