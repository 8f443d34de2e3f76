import { describe, expect, it } from 'vitest';
import { build, itHasSizes, itLearns, itMatchesTheReference } from './network-checks.js';
import { itExports } from './training-checks.js';

describe('unext_v2', () => {
  itMatchesTheReference('unext_v2');

  itHasSizes('unext_v2', [
    [2_235_857, {}],
    [3_017_873, {}, { ndim: 3 }],
    [2_221_985, { featureMaps: [32, 64, 128, 256] }],
  ]);

  const small = { featureMaps: [4, 6, 8], convLayers: [1, 2, 1], zDown: [1, 2] };
  itLearns('unext_v2', small, { plane: 16, depth: 4 });
  itExports('unext_v2', {
    '2D': { parameters: small, outputChannels: [1, 3], space: [16, 24], others: [[24, 8]] },
    '3D': { parameters: small, ndim: 3, space: [4, 16, 16], others: [[8, 8, 24]] },
  });

  it('normalises responses of all blocks', () => {
    const names = [...build('unext_v2').slots()].map(([name]) => name);
    expect(names.filter((name) => name.endsWith('gamma'))).toHaveLength(18);
    expect(names.filter((name) => name.includes('layer_scale'))).toEqual([]);
  });
});
