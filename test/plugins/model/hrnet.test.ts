import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { type Config, ConfigSchema } from '../../../core/config/index.js';
import { hrnet } from '../../../plugins/model/hrnet.js';
import { build, itHasSizes, itLearnsIn, itMatchesTheReference } from './network-checks.js';
import { itExports } from './training-checks.js';

const ofWidth = (variant: string) =>
  hrnet.fromConfig!(withSection((section) => Object.assign(section, { VARIANT: variant })));

function withSection(change: (section: Config['MODEL']['HRNET']) => void): Config {
  const config = Value.Create(ConfigSchema) as Config;
  change(config.MODEL.HRNET);
  return config;
}

describe('hrnet', () => {
  itMatchesTheReference('hrnet');

  itHasSizes('hrnet', [
    [9_561_379, ofWidth('W18')],
    [29_304_865, ofWidth('W32')],
    [65_324_689, ofWidth('W48')],
    [115_697_409, ofWidth('W64')],
    [28_171_723, ofWidth('W18'), { ndim: 3 }],
  ]);

  const stage = { modules: 1, blocks: [1, 1], channels: [4, 6] };
  // A batch norm over the few pixels of a small branch is too unsteady to compare steps of it: in 2D it has 4 × 4 of two images.
  itLearnsIn([2], 'hrnet', { stages: [stage] }, { plane: 32, depth: 1 });
  itLearnsIn([3], 'hrnet', { stages: [stage], zDown: [1] }, { plane: 16, depth: 2 });
  const stages = [stage, { modules: 1, blocks: [1, 1, 1], channels: [4, 6, 8] }];
  itExports('hrnet', {
    '2D': {
      parameters: { stages },
      outputChannels: [1, 2],
      space: [32, 48],
      others: [
        [64, 32],
        [16, 48],
      ],
    },
  });

  it('takes the lists of a custom variant, as many as there are stages', () => {
    const own = hrnet.fromConfig!(
      withSection((section) =>
        Object.assign(section, {
          VARIANT: 'custom',
          NUM_STAGES: 2,
          NUM_MODULES: [1, 2],
          NUM_BLOCKS: [[1], [1, 2]],
          NUM_CHANNELS: [[4], [4, 8]],
          YX_DOWN: [1, 2],
        }),
      ),
    );
    expect(own.stages).toEqual([
      { modules: 1, blocks: [1], channels: [4] },
      { modules: 2, blocks: [1, 2], channels: [4, 8] },
    ]);
    expect(() => build('hrnet', own)).not.toThrow();
  });

  it('refuses what BiaPy cannot train', () => {
    expect(() => build('hrnet', { blockType: 'BOTTLENECK' })).toThrow(/BOTTLENECK are not available.*BASIC/);
    expect(() => build('hrnet', { headType: 'ASPP' })).toThrow(/ASPP is not available.*FCN/);
  });

  it('says when the lists of a stage do not fit', () => {
    const stages = [{ modules: 1, blocks: [1], channels: [4, 6] }];
    expect(() => build('hrnet', { stages })).toThrow(/stage 1 has 1 numbers of blocks and 2 of channels/);
    expect(() => build('hrnet', { yxDown: [2] })).toThrow(/yxDown has 1 values, but there are 3 stages/);
  });
});
