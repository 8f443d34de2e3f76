import { describe, expect, it } from 'vitest';
import { build, itHasSizes, itLearns, itMatchesTheReference } from './network-checks.js';
import { itExports } from './training-checks.js';

describe('unext_v1', () => {
  itMatchesTheReference('unext_v1');

  itHasSizes('unext_v1', [
    [2_225_553, {}],
    [3_007_569, {}, { ndim: 3 }],
    [2_212_129, { featureMaps: [32, 64, 128, 256] }],
  ]);

  const small = { featureMaps: [4, 6, 8], convLayers: [1, 2, 1], zDown: [1, 2], layerScale: 0.5 };
  itLearns('unext_v1', small, { plane: 16, depth: 4 });
  itExports('unext_v1', {
    '2D': { parameters: small, outputChannels: [1, 3], space: [16, 24], others: [[24, 8]] },
    '3D': { parameters: small, ndim: 3, space: [4, 16, 16], others: [[8, 8, 24]] },
  });

  it('has no layer scale where it is 0', () => {
    const names = [...build('unext_v1', { layerScale: 0 }).slots()].map(([name]) => name);
    expect(names.filter((name) => name.includes('layer_scale'))).toEqual([]);
  });
});
