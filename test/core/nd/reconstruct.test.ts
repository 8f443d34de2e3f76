import { expect, test } from 'vitest';
import { image } from '../../../core/image/image.js';
import { hMaxima, reconstructByDilation } from '../../../core/nd/reconstruct.js';
import { cases, golden } from '../../fixtures/regions/load.js';

test.each(cases.hMaxima)(
  'maxima of height $height in $source are those of scikit-image',
  ({ source, expected, height }) => {
    expect(hMaxima(golden(source), height).data).toEqual(golden(expected).data);
  },
);

test('a seed fills its hill and no other', () => {
  const mask = image(Uint8Array.of(0, 3, 5, 2, 1, 7, 4), [1, 7, 1]);
  const seed = image(Uint8Array.of(0, 0, 4, 0, 0, 0, 0), [1, 7, 1]);
  expect([...reconstructByDilation(seed, mask).data]).toEqual([0, 3, 4, 2, 1, 1, 1]);
  expect(() => hMaxima(mask, 0)).toThrow('must be above 0, not 0');
});
