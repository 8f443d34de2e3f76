import { describe, expect, it } from 'vitest';
import { build, itHasSizes, itMatchesTheReference } from './network-checks.js';
import { enlarged, itExports, itTrains } from './training-checks.js';

describe('edsr', () => {
  itMatchesTheReference('edsr', ['edsr-2d-x4.npz']);

  itHasSizes('edsr', [
    [1_367_553, { upscaling: [2, 2] }],
    [1_515_265, { upscaling: [4, 4] }],
    [1_369_859, { upscaling: [2, 2] }, { inputChannels: 3, outputChannels: [3] }],
  ]);

  const small = { filters: 4, blocks: 2 };
  itTrains('edsr', {
    'twice as large': {
      parameters: { ...small, upscaling: [2, 2] },
      space: [6, 5],
      target: enlarged(2),
      rate: 1e-2,
    },
    'the same size': { parameters: small, space: [7, 9], target: (input) => input, rate: 1e-2 },
  });

  itExports('edsr', {
    'twice as large': { parameters: { ...small, upscaling: [2, 2] }, space: [8, 12], others: [[5, 7]] },
    'four times as large': { parameters: { ...small, upscaling: [4, 4] }, space: [8, 12], others: [[7, 5]] },
    'three times, two channels': {
      parameters: { ...small, upscaling: [3, 3] },
      inputChannels: 2,
      outputChannels: [2],
      space: [8, 12],
      others: [[5, 9]],
    },
  });

  it('says what it cannot do', () => {
    expect(() => build('edsr', small, { ndim: 3 })).toThrow(/edsr is 2D\. In 3D take rcan/);
    expect(() => build('edsr', small, { outputChannels: [1, 2] })).toThrow(/edsr has one output.*asks for 2/);
    expect(() => build('edsr', { upscaling: [2, 2, 2] })).toThrow(/upscaling has 3 factors.*2 axes/);
  });
});
