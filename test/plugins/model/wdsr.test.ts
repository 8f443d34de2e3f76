import { describe, expect, it } from 'vitest';
import { build, itHasSizes, itMatchesTheReference } from './network-checks.js';
import { enlarged, itExports, itTrains } from './training-checks.js';

describe('wdsr', () => {
  itMatchesTheReference('wdsr', ['wdsr-2d-x2.npz']);

  itHasSizes('wdsr', [
    [889_940, { upscaling: [2, 2] }],
    [893_744, { upscaling: [4, 4] }],
    [893_652, { upscaling: [2, 2] }, { inputChannels: 3, outputChannels: [3] }],
  ]);

  const small = { filters: 4, blocks: 2, expansion: 2 };
  itTrains('wdsr', {
    'twice as large': {
      parameters: { ...small, upscaling: [2, 2] },
      space: [6, 5],
      target: enlarged(2),
      rate: 1e-2,
    },
  });

  itExports('wdsr', {
    'twice as large': { parameters: { ...small, upscaling: [2, 2] }, space: [8, 12], others: [[5, 7]] },
    'three times, two channels': {
      parameters: { ...small, upscaling: [3, 3] },
      inputChannels: 2,
      outputChannels: [2],
      space: [8, 12],
      others: [[9, 5]],
    },
  });

  it('starts as the paper has it', () => {
    const gains = [...build('wdsr', small).slots()]
      .filter(([name]) => name.endsWith('weight_g'))
      .map(([name, { initial, shape }]) => initial(shape, { seed: 0, name })[0]);
    const half = expect.closeTo(Math.SQRT1_2, 6);
    expect(gains).toEqual([1, 2, half, 2, half, 1, 1]);
  });

  it('is 2D', () => {
    expect(() => build('wdsr', small, { ndim: 3 })).toThrow(/wdsr is 2D\. In 3D take rcan/);
  });
});
