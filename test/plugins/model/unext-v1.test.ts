import { describe, expect, it } from 'vitest';
import { build, itExports, itHasSizes, itLearns, itMatchesTheReference } from './network-checks.js';

describe('unext_v1', () => {
  itMatchesTheReference('unext_v1');

  itHasSizes('unext_v1', [
    [2_225_553, {}],
    [3_007_569, {}, { ndim: 3 }],
    [2_212_129, { featureMaps: [32, 64, 128, 256] }],
  ]);

  const small = { featureMaps: [4, 6, 8], convLayers: [1, 2, 1], zDown: [1, 2], layerScale: 0.5 };
  itLearns('unext_v1', small, { plane: 16, depth: 4 });
  const heads = { outputChannels: [1, 3] };
  itExports('unext_v1', small, heads, [
    [16, 24],
    [24, 8],
  ]);

  it('has no layer scale where it is 0', () => {
    const names = [...build('unext_v1', { layerScale: 0 }).slots()].map(([name]) => name);
    expect(names.filter((name) => name.includes('layer_scale'))).toEqual([]);
  });
});
