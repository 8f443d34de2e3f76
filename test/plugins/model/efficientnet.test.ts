import { describe, expect, it } from 'vitest';
import { openRuntime, parameterCount } from '../../../core/tensor/index.js';
import { scaledWidth } from '../../../plugins/model/efficientnet.js';
import { pattern, relativeError } from '../../core/tensor/run.js';
import { build } from './network-checks.js';
import { classCrossEntropy, classesInTurn, itExports, itTrains } from './training-checks.js';

describe('efficientnet', () => {
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

  const colours = { inputChannels: 3, outputChannels: [2] };
  itTrains('efficientnet_b0', {
    'images of odd sides': {
      ...colours,
      space: [33, 38],
      target: classesInTurn(2),
      loss: classCrossEntropy,
      rate: 1e-3,
      eager: false,
    },
  });

  itExports('efficientnet_b0', {
    'any size': {
      ...colours,
      space: [32, 64],
      others: [
        [64, 32],
        [96, 64],
      ],
    },
  });

  it('predicts the same compiled and eager', async () => {
    const input = pattern([1, 17, 12, 3]);
    const predictions: ArrayLike<number>[] = [];
    for (const device of ['cpu', 'eager']) {
      const runtime = await openRuntime({ device });
      const program = await runtime.infer(build('efficientnet_b0', {}, colours));
      predictions.push((await program.predict(input))[0].data);
      await runtime.dispose();
    }
    expect(relativeError(predictions[0], predictions[1])).toBeLessThan(1e-4);
  });

  it('is 2D', () => {
    expect(() => build('efficientnet_b3', {}, { ndim: 3 })).toThrow(/efficientnet_b3 is 2D\. In 3D take simple_cnn/);
  });
});
