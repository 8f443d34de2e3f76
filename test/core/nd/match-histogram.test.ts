import { expect, test } from 'vitest';
import { image } from '../../../core/image/image.js';
import { matchHistogram, ReferenceHistogram } from '../../../core/nd/match-histogram.js';
import { expectNear, golden } from '../../fixtures/filter/load.js';

function reference() {
  const histogram = new ReferenceHistogram();
  histogram.add(golden('reference'));
  histogram.add(golden('reference-darker'));
  return histogram.distribution();
}

test('agrees with scikit-image on the mean histogram of two references', () => {
  const matched = matchHistogram(golden('flat8'), reference());
  expect(matched.dtype).toBe('uint8');
  expectNear(matched, golden('matched'), 0);
});

test('an image with the distribution of the reference stays as it is', () => {
  const histogram = new ReferenceHistogram();
  histogram.add(golden('flat16'));
  expectNear(matchHistogram(golden('flat16'), histogram.distribution()), golden('flat16'), 0);
});

test('floats take the values of the reference', () => {
  const { data, shape } = golden('flat8');
  const floats = image(
    Float32Array.from(data, (value) => value / 10 - 3),
    shape,
  );
  const found = matchHistogram(floats, reference());
  const wanted = golden('matched');
  expectNear(found, wanted, 0.5);
});

test('refuses references that are no 8- or 16-bit integers', () => {
  expect(() => new ReferenceHistogram().add(golden('flat'), 'ref.tif')).toThrow(
    'ref.tif: a reference of histograms must hold 8- or 16-bit integers, it holds float64.',
  );
});
