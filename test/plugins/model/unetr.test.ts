import { describe, expect, it } from 'vitest';
import { parameterCount } from '../../../core/tensor/index.js';
import { build, itHasSizes, itMatchesTheReference } from './network-checks.js';
import { itExports, itTrains } from './training-checks.js';

const small = { tokenSize: 4, embedDim: 12, layers: 2, attentionHeads: 3, filters: 4 };

describe('unetr', () => {
  itMatchesTheReference('unetr', ['unetr-2d.npz']);

  itHasSizes('unetr', [
    [87_440_321, { imageSize: [256, 256] }],
    [93_115_361, { imageSize: [80, 80, 80] }, { ndim: 3 }],
  ]);

  it('does not train positions', () => {
    expect(parameterCount(build('unetr', { imageSize: [256, 256] }), 'trained')).toBe(87_242_945);
    expect(parameterCount(build('unetr', { imageSize: [80, 80, 80] }, { ndim: 3 }), 'trained')).toBe(93_018_593);
  });

  const lesson = { target: (input: { data: ArrayLike<number>; shape: readonly number[] }) => input as never };
  itTrains('unetr', {
    '2D, sides that differ': { ...lesson, parameters: { ...small, imageSize: [8, 12] }, space: [8, 12] },
    '3D, instance norm and dropout': {
      ...lesson,
      parameters: { ...small, imageSize: [4, 8, 4], normalization: 'in', dropout: 0.1 },
      ndim: 3,
      space: [4, 8, 4],
      rate: 1e-2,
    },
  });

  itExports('unetr', {
    '2D, two heads': { parameters: { ...small, imageSize: [8, 12] }, outputChannels: [2, 3], space: [8, 12] },
    '3D': { parameters: { ...small, imageSize: [4, 8, 4] }, ndim: 3, space: [4, 8, 4] },
  });

  it('takes skips evenly, or as told', () => {
    const six = { ...small, tokenSize: 8, layers: 6, imageSize: [16, 16] };
    expect(() => build('unetr', six)).not.toThrow();
    expect(() => build('unetr', { ...six, skipEvery: 4 })).toThrow(/after every 4 blocks, 2 times, and there are 6/);
    expect(() => build('unetr', { ...six, layers: 2 })).toThrow(/after every 0 blocks/);
  });

  it('says which tokens do not fit', () => {
    expect(() => build('unetr', { ...small, tokenSize: 6, imageSize: [12, 12] })).toThrow(/6 pixels do not allow/);
  });
});
