import { describe, expect, it } from 'vitest';
import { type Measure, median, quantile, ratio } from '../../bench/measure.js';
import { json, table } from '../../bench/print.js';

const COMPARED: Measure = { name: 'a step', ours: 30, theirs: 40, unit: 'ms' };
const ALONE: Measure = { name: 'a start', ours: 1234.5, unit: 'ms' };

describe('figures of a benchmark', () => {
  it('are lines of JSON for programs, with null where there is no reference', () => {
    expect(JSON.parse(json.line(COMPARED))).toEqual({ name: 'a step', ours: 30, theirs: 40, unit: 'ms', ratio: 0.75 });
    expect(JSON.parse(json.line(ALONE))).toEqual({
      name: 'a start',
      ours: 1234.5,
      theirs: null,
      unit: 'ms',
      ratio: null,
    });
  });

  it('are rows under their heads for people', () => {
    const end = (line: string, text: string) => line.indexOf(text) + text.length;
    const row = table.line(COMPARED);
    expect(end(row, '30.0')).toBe(end(table.head(), 'ours'));
    expect(end(row, '40.0')).toBe(end(table.head(), 'reference'));
    expect(end(row, '0.75')).toBe(end(table.head(), 'ratio'));
    expect(table.line(ALONE)).toMatch(/^a start +123[45] +- +- ms$/);
  });

  it('are medians, whatever the order of the times', () => {
    expect(median([5, 1, 100])).toBe(5);
    expect(median([4, 1, 3, 2])).toBe(3);
    expect(quantile([3, 1, 2], 1)).toBe(3);
    expect(ratio(ALONE)).toBeUndefined();
  });
});
