import { describe, expect, it } from 'vitest';
import { parameterCount } from '../../../core/tensor/index.js';
import { scaledWidth } from '../../../plugins/model/efficientnet.js';
import { build, itMatchesTheReference } from './network-checks.js';
import { classCrossEntropy, classesInTurn, itExports, itTrains } from './training-checks.js';

describe('efficientnet', () => {
  itMatchesTheReference('efficientnet_b0');

  it.each(
    [4_010_110, 6_515_746, 7_703_812, 10_699_306, 17_552_202, 28_344_882, 40_740_314, 63_792_082].map(
      (count, size) => [size, count] as const,
    ),
  )('b%i has %i parameters', (size, count) => {
    const network = build(`efficientnet_b${size}`, {}, { inputChannels: 3, outputChannels: [2] });
    expect(parameterCount(network)).toBe(count);
  });

  it('rounds widths to multiples of 8', () => {
    expect([16, 24, 320].map((width) => scaledWidth(width, 1.1))).toEqual([16, 24, 352]);
    expect(scaledWidth(10, 1)).toBe(16);
  });

  const small = { width: 0.2, depth: 0.3 };
  const colours = { inputChannels: 3, outputChannels: [2] };
  itTrains('efficientnet_b0', {
    'images of odd sides': {
      ...colours,
      parameters: small,
      space: [33, 38],
      target: classesInTurn(2),
      loss: classCrossEntropy,
      rate: 1e-3,
    },
  });

  itExports('efficientnet_b0', {
    'any size': {
      ...colours,
      parameters: small,
      space: [32, 64],
      others: [
        [64, 32],
        [96, 64],
      ],
    },
  });

  it('is 2D', () => {
    expect(() => build('efficientnet_b3', {}, { ndim: 3 })).toThrow(/efficientnet_b3 is 2D\. In 3D take simple_cnn/);
  });
});
