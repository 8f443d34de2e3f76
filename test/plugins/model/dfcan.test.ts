import { describe, expect, it } from 'vitest';
import { build, itHasSizes, itMatchesTheReference } from './network-checks.js';
import { enlarged, itExports, itTrains } from './training-checks.js';

describe('dfcan', () => {
  itMatchesTheReference('dfcan');

  itHasSizes('dfcan', [
    [1_930_753, { upscaling: [2, 2] }],
    [2_373_889, { upscaling: [4, 4] }],
  ]);

  const small = { filters: 4, hidden: 2, groups: 1, blocks: 1 };
  itTrains('dfcan', {
    'twice as large, odd sides': {
      parameters: { ...small, upscaling: [2, 2] },
      space: [7, 5],
      // The network ends with a sigmoid.
      target: (input) => {
        const { data, shape } = enlarged(2)(input);
        return { data: data.map((value) => (value > 0 ? 1 : 0)), shape };
      },
      rate: 2e-2,
      below: 0.95,
    },
  });

  // The transform has matrices of the image's size, so only the batch is free.
  itExports('dfcan', {
    'odd sides': { parameters: { ...small, upscaling: [2, 2] }, space: [7, 9] },
  });

  it('is 2D', () => {
    expect(() => build('dfcan', small, { ndim: 3 })).toThrow(/dfcan is 2D\. In 3D take rcan/);
  });
});
