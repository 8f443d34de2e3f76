import { expect, it } from 'vitest';
import { clockTime, dateTime, fileTimestamp, shortTime } from '../../../core/job/time-text.js';
import { START } from './a-run.js';

it.each([
  [0, '0:00:00'],
  [59.9, '0:00:59'],
  [3723, '1:02:03'],
  [86_400, '1 day, 0:00:00'],
  [2 * 86_400 + 36_000, '2 days, 10:00:00'],
  [Number.NaN, '-'],
  [Number.POSITIVE_INFINITY, '-'],
])('clockTime(%d) is %s', (seconds, text) => expect(clockTime(seconds)).toBe(text));

it.each([
  [0.04, '0.0s'],
  [59, '59.0s'],
  [90, '1.5m'],
  [5400, '1.5h'],
])('shortTime(%d) is %s', (seconds, text) => expect(shortTime(seconds)).toBe(text));

it('writes local dates', () => {
  expect(dateTime(START)).toBe('2026-01-02 03:04:05');
  expect(fileTimestamp(START)).toBe('2026_01_02_03_04_05');
});
