import { describe, expect, it } from 'vitest';
import { build, itHasSizes, itMatchesTheReference } from './network-checks.js';
import { classCrossEntropy, classesInTurn, itExports, itTrains } from './training-checks.js';

describe('simple_cnn', () => {
  itMatchesTheReference('simple_cnn');

  itHasSizes('simple_cnn', [
    [199_938, { imageSize: [28, 28] }, { outputChannels: [2] }],
    [276_165, { imageSize: [64, 64] }, { inputChannels: 3, outputChannels: [5] }],
    [879_170, { imageSize: [28, 28, 28] }, { ndim: 3, outputChannels: [2] }],
  ]);

  const lesson = { outputChannels: [2], target: classesInTurn(2), loss: classCrossEntropy };
  itTrains('simple_cnn', {
    '2D, with the softmax inside': { ...lesson, space: [5, 4], parameters: { imageSize: [5, 4] } },
    '3D, logits': { ...lesson, ndim: 3, space: [4, 5, 4], parameters: { imageSize: [4, 5, 4], softmax: false } },
  });

  itExports('simple_cnn', {
    '2D': { parameters: { imageSize: [5, 4] }, outputChannels: [3], space: [5, 4] },
    '3D': { parameters: { imageSize: [4, 5, 4] }, ndim: 3, outputChannels: [3], space: [4, 5, 4] },
  });

  it('says which images do not fit', () => {
    expect(() => build('simple_cnn', { imageSize: [3, 16] })).toThrow(/nothing is left of 3×16/);
    expect(() => build('simple_cnn', { imageSize: [16, 16, 16] })).toThrow(/imageSize has 3 sides.*2 axes/);
  });
});
