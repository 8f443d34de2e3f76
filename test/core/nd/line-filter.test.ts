import { expect, test } from 'vitest';
import { linePeaks, smoothLine } from '../../../core/nd/line-filter.js';
import { cases } from '../../fixtures/objects/load.js';

test.each(cases.smooth)('parabolas over $window values, as scipy fits them', ({ line, window, values }) => {
  const found = smoothLine(line, window);
  for (const [i, value] of values.entries()) expect(found[i]).toBeCloseTo(value, 8);
});

test.each(cases.peaks)('peaks of a line, level ones too', ({ line, places }) => {
  expect(linePeaks(line)).toEqual(places);
});

test('a parabola stays as it is, and windows that do not fit are refused', () => {
  const parabola = Array.from({ length: 9 }, (_, x) => 2 - x + 0.5 * x * x);
  expect([...smoothLine(parabola, 5)].map((value) => Math.round(1e9 * value) / 1e9)).toEqual(parabola);
  for (const window of [1, 4, 11]) expect(() => smoothLine(parabola, window)).toThrow(`a window of ${window} values`);
});
