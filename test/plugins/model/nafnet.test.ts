import { describe, expect, it } from 'vitest';
import { pattern } from '../../core/tensor/run.js';
import { sharedRuntime } from '../../core/tensor/shared-runtime.js';
import { build, itHasSizes, itLearnsIn, itMatchesTheReference } from './network-checks.js';
import { itExports } from './training-checks.js';

const small = { width: 4, encBlkNums: [1, 1], middleBlkNum: 1, decBlkNums: [1, 1] };

describe('nafnet', () => {
  itMatchesTheReference('nafnet');

  itHasSizes('nafnet', [
    [29_158_561, {}],
    [
      73_331,
      { width: 16, encBlkNums: [1, 1], middleBlkNum: 1, decBlkNums: [1, 1] },
      { inputChannels: 3, outputChannels: [3] },
    ],
  ]);

  itLearnsIn([2], 'nafnet', small, { plane: 16, depth: 1 });
  itExports('nafnet', {
    '2D': { parameters: small, inputChannels: 2, outputChannels: [3], space: [16, 24], others: [[8, 12]] },
  });

  it('takes images of any size', async () => {
    const runtime = await sharedRuntime('cpu');
    const program = await runtime.infer(build('nafnet', small));
    const [output] = await program.predict(pattern([1, 13, 10, 1]));
    expect(output.shape).toEqual([1, 13, 10, 1]);
    await program.dispose();
  });

  it('joins its heads, and has none of classes', () => {
    const shapeOf = (parameters: object) =>
      [...build('nafnet', parameters, { outputChannels: [1, 2] }).slots()].find(([name]) => name === 'ending.weight');
    expect(shapeOf({ ...small, headKinds: ['prediction', 'prediction'] })?.[1].shape).toEqual([3, 4, 3, 3]);
    expect(() => shapeOf(small)).toThrow(/no class head/);
  });

  it('says what it cannot be', () => {
    expect(() => build('nafnet', small, { ndim: 3 })).toThrow(/NAFNet: the network is 2D/);
    expect(() => build('nafnet', { ...small, decBlkNums: [1] })).toThrow(/encoder has 2 levels and the decoder 1/);
    expect(() => build('nafnet', { ...small, width: 5, dwExpand: 1 })).toThrow(/cannot be cut into two halves/);
  });
});
