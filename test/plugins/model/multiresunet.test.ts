import { describe, expect, it } from 'vitest';
import { build, itHasSizes, itLearns, itMatchesTheReference } from './network-checks.js';

describe('multiresunet', () => {
  itMatchesTheReference('multiresunet');

  itHasSizes('multiresunet', [
    [7_251_074, {}],
    [18_645_458, {}, { ndim: 3 }],
    [17_486_162, { zDown: [1, 1, 1, 1] }, { ndim: 3 }],
  ]);

  itLearns('multiresunet', { baseFilters: 4, zDown: [1, 1, 1, 2] }, { plane: 32, depth: 4 });

  it('says when there are too few pooling factors', () => {
    expect(() => build('multiresunet', { zDown: [1, 2] }, { ndim: 3 })).toThrow(/zDown has 2 values, but 4 levels/);
  });
});
