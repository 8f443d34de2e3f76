import { describe, expect, it } from 'vitest';
import { build, itHasSizes, itMatchesTheReference } from './network-checks.js';
import { enlarged, itExports, itTrains } from './training-checks.js';

describe('rcan', () => {
  itMatchesTheReference('rcan');

  itHasSizes('rcan', [
    [972_905, { upscaling: [2, 2] }],
    [1_000_745, { upscaling: [4, 4] }],
    [2_858_089, { upscalingLayer: false }, { ndim: 3 }],
    [15_442_337, { upscaling: [2, 2], filters: 64 }],
  ]);

  const small = { filters: 4, groups: 1, blocks: 2, reduction: 2 };
  itTrains('rcan', {
    'twice as large': {
      parameters: { ...small, upscaling: [2, 2] },
      space: [6, 5],
      target: enlarged(2),
      rate: 1e-2,
    },
    'volumes of the same size': {
      parameters: { ...small, upscalingLayer: false, activation: 'relu' },
      ndim: 3,
      space: [3, 6, 5],
      target: (input) => input,
      rate: 1e-2,
    },
  });

  itExports('rcan', {
    'twice as large': { parameters: { ...small, upscaling: [2, 2] }, space: [8, 12], others: [[5, 7]] },
    'volumes of the same size': {
      parameters: { ...small, upscalingLayer: false },
      ndim: 3,
      space: [4, 8, 12],
      others: [[3, 7, 5]],
    },
  });

  it('says what it cannot do', () => {
    expect(() => build('rcan', { ...small, upscaling: [1, 2, 2] }, { ndim: 3 })).toThrow(
      /rcan enlarges images in 2D only\. In 3D switch its upscaling layer off/,
    );
    expect(() => build('rcan', { ...small, reduction: 8 })).toThrow(/4 feature maps cannot be reduced 8 times/);
  });
});
