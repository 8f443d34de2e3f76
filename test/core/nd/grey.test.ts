import { expect, test } from 'vitest';
import { image } from '../../../core/image/image.js';
import { toGrey } from '../../../core/nd/grey.js';
import { expectNear, golden } from '../../fixtures/filter/load.js';

test('colours agree with scikit-image', () => expectNear(toGrey(golden('rgb8')), golden('grey'), 1e-6));

test('one channel is scaled only, two are refused', () => {
  expect([...toGrey(image(Uint8Array.of(0, 255), [1, 2, 1])).data]).toEqual([0, 1]);
  expect(() => toGrey(image(new Uint8Array(4), [1, 2, 2]))).toThrow('1 or 3 channels, the image has 2');
});
