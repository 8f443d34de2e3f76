import { describe, expect, it } from 'vitest';
import { build, itHasSizes, itLearns, itMatchesTheReference } from './network-checks.js';
import { itExports } from './training-checks.js';

describe('resunet', () => {
  itMatchesTheReference('resunet', ['resunet-2d-largerio.npz', 'resunet-2d-separated-decoders.npz']);

  itHasSizes('resunet', [
    [2_423_921, {}],
    [6_693_777, {}, { ndim: 3 }],
    [2_399_073, { featureMaps: [32, 64, 128, 256], normalization: 'none' }],
    [2_402_273, { featureMaps: [32, 64, 128, 256] }],
    [2_075_618, { upsampleLayer: 'upsampling' }, { inputChannels: 3, outputChannels: [2] }],
    [2_433_217, { largerIo: true }],
    [2_423_921, { isotropy: [false, false, false, false, false], zDown: [1, 1, 1, 1] }, { ndim: 3 }],
  ]);

  itLearns('resunet', { featureMaps: [4, 6, 8], zDown: [1, 2] }, { plane: 16, depth: 4 });
  itExports('resunet', {
    '2D': { parameters: { featureMaps: [4, 6, 8] }, outputChannels: [2], space: [16, 24], others: [[8, 16]] },
  });

  it('pools along one axis where a pair of factors says so', () => {
    const shapes = new Map(build('resunet', { featureMaps: [4, 6, 8], yxDown: [[1, 2], 2] }).slots());
    expect(shapes.get('up_paths.0.0.up.weight')!.shape).toEqual([8, 8, 2, 2]);
    expect(shapes.get('up_paths.0.1.up.weight')!.shape).toEqual([6, 6, 1, 2]);
  });

  it('has kernels without depth where a level is not isotropic', () => {
    const parameters = { featureMaps: [4, 6, 8], isotropy: [false, true, true], largerIo: true };
    const shapes = new Map(build('resunet', parameters, { ndim: 3 }).slots());
    const kernel = (name: string) => shapes.get(`${name}.weight`)!.shape.slice(2);
    expect(kernel('conv_in.block.0')).toEqual([1, 5, 5]);
    expect(kernel('down_path.0.block.0.block.0')).toEqual([1, 3, 3]);
    expect(kernel('down_path.1.block.2.block.0')).toEqual([3, 3, 3]);
    expect(kernel('up_paths.0.1.conv_block.block.2.block.0')).toEqual([1, 3, 3]);
  });
});
