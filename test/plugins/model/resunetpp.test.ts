import { describe, expect, it } from 'vitest';
import { build, itHasSizes, itLearns, itMatchesTheReference } from './network-checks.js';
import { itExports } from './training-checks.js';

describe('resunet++', () => {
  itMatchesTheReference('resunet++');

  itHasSizes('resunet++', [
    [3_970_372, {}],
    [11_148_676, {}, { ndim: 3 }],
    [3_877_955, { featureMaps: [32, 64, 128, 256], normalization: 'none' }],
  ]);

  itLearns('resunet++', { featureMaps: [4, 6, 8, 10], zDown: [1, 1, 2] }, { plane: 16, depth: 4 });
  itExports('resunet++', {
    '2D': { parameters: { featureMaps: [4, 6, 8, 10] }, outputChannels: [2], space: [32, 48], others: [[16, 32]] },
  });

  it('has one decoder', () => {
    const heads = { outputChannels: [1, 2] };
    expect(() => build('resunet++', { separatedDecoders: true }, heads)).toThrow(/separate decoders are not defined/);
    expect(() => build('resunet++', {}, heads)).not.toThrow();
  });

  it('has three levels at least', () => {
    expect(() => build('resunet++', { featureMaps: [8, 16] })).toThrow(/featureMaps/);
  });
});
