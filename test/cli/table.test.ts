import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatTable, wrapText } from '../../cli/table.js';

describe('formatTable', () => {
  it('aligns columns and wraps the last', () => {
    const rows = [
      ['unet', '3', 'a network of many levels'],
      ['x', '12', 'short'],
    ];
    expect(formatTable(rows, { indent: 2, width: 34 })).toBe(
      ['  unet  3   a network of many', '            levels', '  x     12  short'].join('\n'),
    );
  });

  it('cuts cells that are over their limit', () => {
    expect(formatTable([['abcdefgh', 'z']], { limits: [4] })).toBe('abc…  z');
  });

  it('of nothing is nothing', () => {
    expect(formatTable([])).toBe('');
  });
});

describe('wrapText', () => {
  it('keeps all words, in lines no wider than asked unless one word is', () => {
    const word = fc.stringMatching(/^[a-z]{1,12}$/);
    fc.assert(
      fc.property(fc.array(word, { minLength: 1 }), fc.integer({ min: 1, max: 30 }), (words, width) => {
        const lines = wrapText(words.join(' '), width);
        expect(lines.join(' ').split(' ')).toEqual(words);
        for (const line of lines) expect(line.length <= width || !line.includes(' ')).toBe(true);
      }),
    );
  });
});
