import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatCsv, parseCsv } from '../../../core/job/csv.js';

describe('formatCsv', () => {
  it('quotes what needs it and ends lines with CRLF', () => {
    expect(
      formatCsv([
        ['file', 'IoU, F'],
        ['a "1".tif', 0.5],
        [undefined, true],
      ]),
    ).toBe('file,"IoU, F"\r\n"a ""1"".tif",0.5\r\n,true\r\n');
  });

  it('is read back as it was written', () => {
    const table = fc.integer({ min: 1, max: 4 }).chain((columns) =>
      fc.array(fc.array(fc.string({ unit: 'grapheme' }), { minLength: columns, maxLength: columns }), {
        minLength: 1,
      }),
    );
    fc.assert(
      fc.property(table, (rows) => {
        expect(parseCsv(formatCsv(rows))).toEqual(rows);
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('"', ',', '\r', '\n', '\uFEFF', 'a') }), (text) => {
        expect(parseCsv(formatCsv([[text, 'end']]))).toEqual([[text, 'end']]);
      }),
    );
  });

  it('numbers come back as the very same double', () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        expect(Number(parseCsv(formatCsv([[value]]))[0][0])).toBe(value);
      }),
    );
  });
});

describe('parseCsv', () => {
  it('reads LF, a byte order mark and a last line without an end', () => {
    expect(parseCsv('\uFEFFa,b\n1,\n,2')).toEqual([
      ['a', 'b'],
      ['1', ''],
      ['', '2'],
    ]);
    expect(parseCsv('')).toEqual([]);
  });

  it.each(['"open', '"a"b,c', 'a"b'])('refuses %j', (text) => {
    expect(() => parseCsv(text)).toThrow(SyntaxError);
  });
});
