import { describe, expect, it } from 'vitest';
import { build, itHasSizes, itLearns, itMatchesTheReference } from './network-checks.js';
import { itExports } from './training-checks.js';

describe('seunet', () => {
  itMatchesTheReference('seunet');

  itHasSizes('seunet', [
    [1_955_121, {}],
    [5_659_217, {}, { ndim: 3 }],
    [1_935_777, { featureMaps: [32, 64, 128, 256], normalization: 'none' }],
    [1_939_041, { featureMaps: [32, 64, 128, 256] }],
    [1_824_866, { upsampleLayer: 'upsampling' }, { inputChannels: 3, outputChannels: [2] }],
    [1_964_177, { largerIo: true }],
    [1_955_121, { isotropy: [false, false, false, false, false], zDown: [1, 1, 1, 1] }, { ndim: 3 }],
  ]);

  // Four feature maps squeeze to none: two empty tensors and a gate of one half.
  itLearns('seunet', { featureMaps: [4, 16, 20], zDown: [1, 2] }, { plane: 16, depth: 4 });
  itExports('seunet', {
    '2D': { parameters: { featureMaps: [4, 16, 20] }, outputChannels: [2], space: [16, 24], others: [[8, 16]] },
    '3D': {
      parameters: { featureMaps: [4, 16, 20], zDown: [1, 2] },
      ndim: 3,
      inputChannels: 2,
      space: [4, 16, 16],
      others: [[8, 8, 24]],
    },
  });

  it('numbers squeeze-and-excitation after what is there', () => {
    const last = (parameters: object) =>
      [...build('seunet', parameters).slots()].map(([name]) => name).find((name) => name.includes('excitation'));
    expect(last({})).toBe('down_path.0.block.0.block.3.excitation.0.weight');
    expect(last({ normalization: 'none' })).toBe('down_path.0.block.0.block.2.excitation.0.weight');
    expect(last({ dropout: [0.1] })).toBe('down_path.0.block.0.block.4.excitation.0.weight');
  });

  it('has no squeeze-and-excitation in the bottleneck and the larger convolutions', () => {
    const names = [...build('seunet', { largerIo: true }).slots()].map(([name]) => name);
    expect(names.filter((name) => /^(bottleneck|conv_in|conv_out).*excitation/.test(name))).toEqual([]);
    expect(names).toContain('conv_out.0.block.0.weight');
  });
});
