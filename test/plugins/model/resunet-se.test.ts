import { describe, expect, it } from 'vitest';
import { build, itHasSizes, itLearns, itMatchesTheReference } from './network-checks.js';
import { itExports } from './training-checks.js';

describe('resunet_se', () => {
  itMatchesTheReference('resunet_se');

  itHasSizes('resunet_se', [
    [3_311_713, {}],
    [9_544_577, {}, { ndim: 3 }],
    [3_281_985, { featureMaps: [32, 64, 128, 256], normalization: 'none' }],
    [3_286_593, { featureMaps: [32, 64, 128, 256] }],
    [2_963_378, { upsampleLayer: 'upsampling' }, { inputChannels: 3, outputChannels: [2] }],
    [3_320_769, { largerIo: true }],
    [3_311_713, { isotropy: [false, false, false, false, false], zDown: [1, 1, 1, 1] }, { ndim: 3 }],
  ]);

  itLearns('resunet_se', { featureMaps: [4, 16, 20], zDown: [1, 2] }, { plane: 16, depth: 4 });
  itExports('resunet_se', {
    '2D': {
      parameters: { featureMaps: [4, 16, 20], normalization: 'in' },
      outputChannels: [1, 2],
      space: [16, 24],
      others: [[8, 16]],
    },
  });

  it('has a shortcut instead of the leading convolution where asked', () => {
    const names = [...build('resunet_se', { extraConv: false }).slots()].map(([name]) => name);
    expect(names).toContain('down_path.0.shortcut.0.weight');
    expect(names.filter((name) => name.includes('pre_conv'))).toEqual([]);
  });
});
