import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../core/config/index.js';
import { ConfigError, type Problem } from '../../../core/errors.js';

const folder = 'test/fixtures/config/broken';

/**
 * Expectations stand at the end of the line they are about, or anywhere after `none` when they have no line:
 * `#! RULE KEY ~ part of the message` for an error, `#?` for a warning. `#: checkPaths` lets paths be looked at.
 */
function expectations(text: string): { mark: string; severity: string; part: string }[] {
  return text.split('\n').flatMap((line, i) =>
    [...line.matchAll(/#([!?]) (none )?(\S+) (\S+) ~ (.*?)(?=\s+#[!?] |$)/g)].map(([, kind, none, rule, key, part]) => {
      const severity = kind === '!' ? 'error' : 'warning';
      return { severity, mark: `${none ? '' : i + 1} ${severity} ${rule} ${key}`, part };
    }),
  );
}

const markOf = (problem: Problem) =>
  `${problem.line ?? ''} ${problem.severity} ${problem.rule ?? '-'} ${problem.key ?? '-'}`;

function problemsOf(file: string, checkPaths: boolean): Problem[] {
  try {
    return loadConfig(file, { checkPaths }).problems;
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

describe('broken configurations', () => {
  it.each(readdirSync(folder))('%s: every problem at its line, and no other', (name) => {
    const file = join(folder, name);
    const text = readFileSync(file, 'utf8');
    const expected = expectations(text);
    const problems = problemsOf(file, text.includes('#: checkPaths')).filter(({ severity }) => severity !== 'notice');
    expect(expected.some(({ severity }) => severity === 'error')).toBe(true);
    expect(problems.map(markOf).sort()).toEqual(expected.map(({ mark }) => mark).sort());
    for (const { mark, part } of expected) {
      const messages = problems.filter((problem) => markOf(problem) === mark).map(sentences);
      expect(
        messages.some((message) => message.includes(part)),
        `${mark} says ${part}, not ${messages.join('|')}`,
      ).toBe(true);
    }
    for (const problem of problems) {
      expect(problem.file).toBe(file);
      expect(problem.advice, problem.message).toBeTruthy();
      expect(sentences(problem)).not.toMatch(/\n|\bat .*\.[jt]s:|undefined|NaN|\[object/);
    }
  });
});

function sentences({ message, advice }: Problem): string {
  return `${message} ${advice ?? ''}`;
}
