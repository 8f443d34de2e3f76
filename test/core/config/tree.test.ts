import { describe, expect, it } from 'vitest';
import { readMapping } from '../../../core/config/mapping.js';
import { entryAt, nestDottedKeys, putAt, takeAt } from '../../../core/config/tree.js';
import { toPlain } from '../../../core/config/value.js';

const nest = (source: Record<string, unknown>, free: string[] = []) =>
  toPlain(nestDottedKeys(readMapping(source, 'f'), free));

describe('nestDottedKeys', () => {
  it('merges dotted and nested forms, the last one written wins', () => {
    expect(nest({ A: { 'B.C': 1, B: { D: 2 } }, 'A.B.C': 3 })).toEqual({ A: { B: { C: 3, D: 2 } } });
    expect(nest({ 'A.B': 1, A: { B: 2 } })).toEqual({ A: { B: 2 } });
  });

  it('leaves numbers, free sections and lists alone', () => {
    expect(nest({ '0.5': 1, F: { 'a.b': 1 }, L: [{ 'a.b': 1 }] }, ['F'])).toEqual({
      '0.5': 1,
      F: { 'a.b': 1 },
      L: [{ 'a.b': 1 }],
    });
  });
});

describe('putAt and takeAt', () => {
  it('write and remove by dotted key', () => {
    const tree = readMapping({ A: { B: 1 }, S: 2 }, 'f');
    const entry = takeAt(tree, 'A.B')!;
    expect(putAt(tree, 'X.Y', entry)).toBe(true);
    expect(putAt(tree, 'S.T', entry)).toBe(false);
    expect(toPlain(tree)).toEqual({ A: {}, S: 2, X: { Y: 1 } });
    expect(entryAt(tree, 'A.B')).toBeUndefined();
    expect(takeAt(tree, 'N.O')).toBeUndefined();
  });
});
