import { describe, expect, it } from 'vitest';
import { build, itExports, itHasSizes, itLearns, itMatchesTheReference } from './network-checks.js';

describe('unext_v2', () => {
  itMatchesTheReference('unext_v2');

  itHasSizes('unext_v2', [
    [2_235_857, {}],
    [3_017_873, {}, { ndim: 3 }],
    [2_221_985, { featureMaps: [32, 64, 128, 256] }],
  ]);

  const small = { featureMaps: [4, 6, 8], convLayers: [1, 2, 1], zDown: [1, 2] };
  itLearns('unext_v2', small, { plane: 16, depth: 4 });
  const heads = { outputChannels: [1, 3] };
  itExports('unext_v2', small, heads, [
    [16, 24],
    [24, 8],
  ]);

  it('normalises responses of all blocks', () => {
    const names = [...build('unext_v2').slots()].map(([name]) => name);
    expect(names.filter((name) => name.endsWith('gamma'))).toHaveLength(18);
    expect(names.filter((name) => name.includes('layer_scale'))).toEqual([]);
  });
});
