import { describe, expect, it } from 'vitest';
import { build, itHasSizes, itLearns, itMatchesTheReference } from './network-checks.js';
import { itExports } from './training-checks.js';

describe('multiresunet', () => {
  itMatchesTheReference('multiresunet');

  itHasSizes('multiresunet', [
    [7_251_074, {}],
    [18_645_458, {}, { ndim: 3 }],
    [17_486_162, { zDown: [1, 1, 1, 1] }, { ndim: 3 }],
  ]);

  itLearns('multiresunet', { baseFilters: 4, zDown: [1, 1, 1, 2] }, { plane: 32, depth: 4 });
  itExports('multiresunet', {
    '2D': { parameters: { baseFilters: 4 }, outputChannels: [2], space: [32, 48], others: [[64, 32]] },
    '3D': {
      parameters: { baseFilters: 4, zDown: [1, 1, 1, 2] },
      ndim: 3,
      inputChannels: 2,
      space: [4, 16, 32],
      others: [[2, 32, 16]],
    },
  });

  it('says when there are too few pooling factors', () => {
    expect(() => build('multiresunet', { zDown: [1, 2] }, { ndim: 3 })).toThrow(/zDown has 2 values, but 4 levels/);
  });
});
