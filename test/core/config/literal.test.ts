import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quoteLiteral, readLiteral } from '../../../core/config/literal.js';
import { toPlain } from '../../../core/config/value.js';

const origin = { file: 'test' };
const read = (text: string) => {
  const value = readLiteral(text, origin);
  return value && [value.kind, toPlain(value)];
};

describe('readLiteral', () => {
  it.each([
    ['1', 'int', 1],
    ['-1', 'int', -1],
    ['1_000', 'int', 1000],
    ['0x1F', 'int', 31],
    ['0b11', 'int', 3],
    ['0o17', 'int', 15],
    ['00', 'int', 0],
    ['1e-4', 'float', 1e-4],
    ['1.0e4', 'float', 1e4],
    ['2.', 'float', 2],
    ['.5', 'float', 0.5],
    ['True', 'bool', true],
    ['None', 'null', null],
    ["'a\\'b'", 'str', "a'b"],
    ['(256, 256, 1)', 'tuple', [256, 256, 1]],
    ['256, 256, 1', 'tuple', [256, 256, 1]],
    ['(-1,)', 'tuple', [-1]],
    ['()', 'tuple', []],
    ['(1)', 'int', 1],
    ['[1, 2,]', 'list', [1, 2]],
    ['[(0.9, 0.999)]', 'list', [[0.9, 0.999]]],
    ["{'a': [1, 'b']}", 'map', { a: [1, 'b'] }],
    ['  7 ', 'int', 7],
  ])('reads %s as %s', (text, kind, value) => {
    expect(read(text)).toEqual([kind, value]);
  });

  it.each([
    '2D',
    'unet',
    'a/b',
    '010',
    '1.E−4',
    '(1',
    '1)',
    '[1 2]',
    '(,)',
    '',
    '-',
    '.',
    'e5',
    'True1',
    "'a",
    '1..2',
    'nan',
  ])('leaves %s a text', (text) => {
    expect(read(text)).toBeUndefined();
  });

  it('gives up on endless nesting instead of overflowing the stack', () => {
    expect(read('['.repeat(100_000))).toBeUndefined();
  });

  it('reads back what quoteLiteral writes', () => {
    fc.assert(fc.property(fc.string(), (text) => void expect(read(quoteLiteral(text))).toEqual(['str', text])));
  });
});
