import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { type Config, ConfigSchema } from '../../../core/config/index.js';
import { stunet } from '../../../plugins/model/stunet.js';
import { build, itHasSizes, itLearns, itMatchesTheReference } from './network-checks.js';
import { itExports } from './training-checks.js';

function ofVariant(section: object) {
  const config = Value.Create(ConfigSchema) as Config;
  Object.assign(config.MODEL.STUNET, section);
  return stunet.fromConfig!(config);
}

describe('stunet', () => {
  itMatchesTheReference('stunet');

  const volume = { ndim: 3 } as const;
  itHasSizes('stunet', [
    [14_544_355, ofVariant({ VARIANT: 'small' }), volume],
    [58_158_019, ofVariant({ VARIANT: 'base' }), volume],
    [440_093_827, ofVariant({ VARIANT: 'large' }), volume],
    [58_158_983, { ...ofVariant({ VARIANT: 'base' }), deepSupervision: true }, volume],
  ]);

  itLearns('stunet', { dims: [4, 6, 8] }, { plane: 16, depth: 8 });
  const flat = {
    poolOpKernelSizes: [
      [1, 2, 2],
      [2, 2, 2],
    ],
    convKernelSizes: [
      [1, 3, 3],
      [3, 3, 3],
      [3, 3, 3],
    ],
  };
  itExports('stunet', {
    '3D': {
      parameters: { dims: [4, 6, 8], depth: [1, 2, 1], ...flat },
      ndim: 3,
      outputChannels: [2, 3],
      space: [4, 8, 16],
      others: [[8, 16, 8]],
    },
  });

  it('takes the lists of a custom variant', () => {
    const lists = {
      DIMS: [4, 8],
      DEPTH: [1, 2],
      POOL_OP_KERNEL_SIZES: [[1, 2, 2]],
      CONV_KERNEL_SIZES: [
        [1, 3, 3],
        [3, 3, 3],
      ],
    };
    const network = build('stunet', ofVariant({ VARIANT: 'custom', ...lists }), volume);
    const shapes = new Map([...network.slots()].map(([name, slot]) => [name, slot.shape]));
    expect(shapes.get('conv_blocks_context.0.0.conv1.weight')).toEqual([4, 1, 1, 3, 3]);
    expect(shapes.has('conv_blocks_context.1.1.conv2.weight')).toBe(true);
  });

  it('refuses what is not there', () => {
    expect(() => ofVariant({ PRETRAINED: true })).toThrow(/cannot be downloaded/);
    expect(() => ofVariant({ VARIANT: 'custom', CLASS_SET_CHANNEL_IDXS: [1] })).toThrow(/without order/);
  });

  it('says when the lists of the stages do not fit', () => {
    expect(() => build('stunet', { depth: [1, 1] }, volume)).toThrow(/depth has 2 values, but 6 are needed/);
    expect(() => build('stunet', { dims: [4, 8], poolOpKernelSizes: [[2, 2]] }, volume)).toThrow(
      /\[2,2\], but images have 3/,
    );
    expect(() =>
      build('stunet', {
        dims: [4, 8],
        convKernelSizes: [
          [2, 2],
          [3, 3],
        ],
      }),
    ).toThrow(/only odd sides/);
  });
});
