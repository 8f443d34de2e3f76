import { describe, it } from 'vitest';
import { MaxPooling } from '../../../../core/tensor/index.js';
import { expectLayerSame } from './both-ways.js';

describe('max pooling', () => {
  it.each([
    [
      [2, 2],
      [2, 6, 8, 3],
    ],
    [
      [2, 2],
      [1, 5, 7, 2],
    ],
    [
      [1, 3],
      [1, 4, 9, 1],
    ],
    [
      [2, 2, 2],
      [1, 4, 6, 4, 3],
    ],
    [
      [1, 2, 2],
      [2, 3, 4, 6, 2],
    ],
  ])('by %j of %j is the same compiled and eager', (factors, shape) => expectLayerSame(new MaxPooling(factors), shape));
});
