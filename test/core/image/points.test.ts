import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parsePoints, readPoints } from '../../../core/image/points.js';
import { formatCsv } from '../../../core/job/csv.js';

const parse = (text: string, more: object = {}) => parsePoints(text, 'a.csv', { ndim: 2, ...more });

describe('points', () => {
  test('are whole pixels, with classes where there are any', () => {
    expect(parse('index,axis-0,axis-1\n0,3.9,4\n1,0,7.2\n')).toEqual({
      coordinates: [
        [3, 4],
        [0, 7],
      ],
    });
    expect(parse('"index","axis-0","axis-1","class"\r\n0,3,4,2\r\n', { classes: 3 })).toEqual({
      coordinates: [[3, 4]],
      classes: [2],
    });
  });

  test('may be none, in a file with a byte order mark and empty lines', () => {
    expect(parse('\uFEFFindex,axis-0,axis-1\n\n')).toEqual({ coordinates: [] });
  });

  test('come back as they were written, whatever the order of the columns', () => {
    const side = fc.nat(500);
    const rows = fc.array(fc.tuple(side, side, side, fc.integer({ min: 1, max: 4 })));
    fc.assert(
      fc.property(rows, (points) => {
        const text = formatCsv([
          ['axis-2', 'class', 'note', 'axis-0', 'axis-1'],
          ...points.map(([z, y, x, c]) => [x, c, 'a, "b"', z, y]),
        ]);
        expect(parsePoints(text, 'a.csv', { ndim: 3, shape: [501, 501, 501], classes: 4 })).toEqual({
          coordinates: points.map(([z, y, x]) => [z, y, x]),
          classes: points.map(([, , , c]) => c),
        });
      }),
    );
  });
});

describe('what is refused', () => {
  test.each<[string, string, object, RegExp]>([
    ['a missing axis', 'index,axis-0\n0,1\n', {}, /columns axis-0, axis-1 .* found index, axis-0/],
    ['an axis too many', 'axis-0,axis-1,axis-2\n0,1,2\n', {}, /2D problem, found axis-0, axis-1, axis-2/],
    ['no class', 'axis-0,axis-1\n0,1\n', { classes: 2 }, /columns axis-0, axis-1, class/],
    ['an empty file', '', {}, /found nothing/],
    ['a word', 'axis-0,axis-1\n0,1\nfoo,1\n', {}, /a\.csv: line 3: axis-0 is 'foo', not a number/],
    ['an empty cell', 'axis-0,axis-1\n0,\n', {}, /line 2: axis-1 is ''/],
    ['a short row', 'axis-0,axis-1\n0\n', {}, /line 2: axis-1 is ''/],
    ['NaN', 'axis-0,axis-1\nNaN,1\n', {}, /not a number/],
    ['a point outside', 'axis-0,axis-1\n5,8\n', { shape: [9, 8] }, /\(5, 8\) lies outside the image of 9×8/],
    ['a negative point', 'axis-0,axis-1\n-1,3\n', { shape: [9, 8] }, /outside/],
    ['a class that is not', 'axis-0,axis-1,class\n1,1,4\n', { classes: 3 }, /class is '4', expected .* 1 to 3/],
    ['class 0', 'axis-0,axis-1,class\n1,1,0\n', { classes: 3 }, /class is '0'/],
    ['an open quote', 'axis-0,"axis-1\n1,1\n', {}, /no table/],
  ])('%s', (_, text, options, message) => expect(() => parse(text, options)).toThrow(message));

  test('many wrong lines are told together', () => {
    const text = `axis-0,axis-1\n${'x,1\n'.repeat(9)}`;
    expect(() => parse(text)).toThrow(/line 2:.*line 6:.*And 4 more lines/);
  });

  test('a file that is no text, or not there', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'biagraph-points-'));
    const file = path.join(folder, 'a.csv');
    try {
      await writeFile(file, Uint8Array.of(0xff, 0xfe, 0x80));
      await expect(readPoints(file, { ndim: 2 })).rejects.toMatchObject({ _tag: 'format', where: { file } });
      await expect(readPoints(`${file}.csv`, { ndim: 2 })).rejects.toMatchObject({ _tag: 'format' });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
