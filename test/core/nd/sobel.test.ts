import { test } from 'vitest';
import { sobel } from '../../../core/nd/sobel.js';
import { expectNear, golden } from '../../fixtures/filter/load.js';

test.each([
  ['flat', 'sobel'],
  ['volume', 'sobel-volume'],
])('edges of %s agree with scikit-image', (source, expected) => {
  expectNear(sobel(golden(source)), golden(expected), 1e-6);
});
