import { describe, expect, it } from 'vitest';
import { readYaml } from '../../../core/config/read.js';
import { SourceText } from '../../../core/config/source.js';
import { entryAt, valueAt } from '../../../core/config/tree.js';
import { type Mapping, toPlain } from '../../../core/config/value.js';
import { ConfigError } from '../../../core/errors.js';

const read = (text: string) => readYaml(new SourceText(text, 'job.yaml'));
const tree = (text: string) => read(text).value as Mapping;
const kindOf = (text: string) => valueAt(tree(`K: ${text}`), 'K')!;

function complaint(text: string) {
  try {
    read(text);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems[0];
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('readYaml', () => {
  it.each([
    ['yes', 'bool', true],
    ['OFF', 'bool', false],
    ['True', 'bool', true],
    ['~', 'null', null],
    ['', 'null', null],
    ['010', 'int', 8],
    ['1_000', 'int', 1000],
    ['0.0001', 'float', 1e-4],
    ['1.E-4', 'float', 1e-4],
    ['1.0e-4', 'float', 1e-4],
    ['.5', 'float', 0.5],
    ['2.', 'float', 2],
    ['1e-4', 'str', '1e-4'],
    ['1.0e4', 'str', '1.0e4'],
    ['y', 'str', 'y'],
    ['N', 'str', 'N'],
    ['"12"', 'str', '12'],
    ['!!str 12', 'str', '12'],
  ])('reads %s like YAML 1.1 in Python: %s', (text, kind, value) => {
    const read = kindOf(text);
    expect([read.kind, toPlain(read)]).toEqual([kind, value]);
  });

  it('keeps the place of every key and element', () => {
    const root = tree('A:\n  B: 1\n  "C": [x,\n    y]\nD: {E: 2}\n');
    expect(entryAt(root, 'A.B')!.origin).toEqual({ file: 'job.yaml', line: 2, column: 3 });
    expect(entryAt(root, 'A.C')!.origin).toMatchObject({ line: 3 });
    expect(entryAt(root, 'A.C.1')!.origin).toEqual({ file: 'job.yaml', line: 4, column: 5 });
    expect(entryAt(root, 'D.E')!.origin).toEqual({ file: 'job.yaml', line: 5, column: 5 });
    expect(entryAt(root, 'D.F')).toBeUndefined();
  });

  it('reads a tab as two spaces and still counts columns in the file', () => {
    const root = tree('A:\n\tB:\t7\n');
    expect(toPlain(root)).toEqual({ A: { B: 7 } });
    expect(entryAt(root, 'A.B')!.origin).toMatchObject({ line: 2, column: 2 });
    expect(valueAt(root, 'A.B')!.origin).toMatchObject({ line: 2, column: 5 });
  });

  it('follows aliases and merge keys', () => {
    expect(toPlain(tree('a: &x {b: 1, c: 2}\nd: {<<: *x, c: 3}\ne: *x\n'))).toEqual({
      a: { b: 1, c: 2 },
      d: { c: 3, b: 1 },
      e: { b: 1, c: 2 },
    });
  });

  it('keeps the last of two equal keys and warns', () => {
    const { value, problems } = read('A: 1\nA: 2\n');
    expect(toPlain(value)).toEqual({ A: 2 });
    expect(problems).toMatchObject([{ severity: 'warning', line: 2, rule: 'R004' }]);
  });

  it('puts a tuple inside braces together again', () => {
    expect(toPlain(tree('{A: (1, 2), B: 3}'))).toEqual({ A: '(1, 2)', B: 3 });
    expect(toPlain(tree('A: {B: 1, C: (64,64,\n  1)}'))).toEqual({ A: { B: 1, C: '(64,64,\n  1)' } });
  });

  it('refuses a bomb of aliases', () => {
    const lines = ['a: &a [x,x,x,x,x,x,x,x,x]'];
    for (let i = 1; i < 12; i++) {
      const [name, before] = ['abcdefghijkl'[i], 'abcdefghijkl'[i - 1]];
      lines.push(`${name}: &${name} [${Array(9).fill(`*${before}`).join(',')}]`);
    }
    expect(complaint(lines.join('\n')).message).toContain('stands for more than 50000 values');
  });

  it('refuses an alias of itself and endless nesting', () => {
    expect(complaint('a: &a [*a]').message).toContain('no anchor &a');
    expect(complaint(`a: ${'['.repeat(5000)}`).message).toContain('not valid YAML');
    expect(complaint(`${'a: {'.repeat(200)}`).message).toContain('not valid YAML');
  });
});
