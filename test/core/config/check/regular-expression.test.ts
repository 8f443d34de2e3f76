import { describe, expect, it } from 'vitest';
import { compilePython, countGroups } from '../../../../core/config/check/regular-expression.js';

describe('compilePython', () => {
  it.each([
    ['^(Study_\\d+)_', 'Study_12_a', 1],
    ['(?P<study>\\w+)-(?P=study)', 'ab-ab', 1],
    ['(?i)encoder', 'ENCODER', 0],
    ['\\Ahead(\\.0|\\.1)\\Z', 'head.1', 1],
  ])('%s matches %s and has %d groups', (pattern, text, groups) => {
    const compiled = compilePython(pattern)!;
    expect(compiled.test(text)).toBe(true);
    expect(countGroups(compiled)).toBe(groups);
  });

  it.each(['(', '[', '*a', '(?P<a>'])('refuses %s', (pattern) => {
    expect(compilePython(pattern)).toBeUndefined();
  });
});
