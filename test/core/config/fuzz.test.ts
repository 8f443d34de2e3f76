import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { Check } from 'typebox/value';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigSchema, configKeys, loadConfig } from '../../../core/config/index.js';
import { ConfigError } from '../../../core/errors.js';

const good = 'test/fixtures/config/good';
const texts = readdirSync(good).map((name) => readFileSync(join(good, name), 'utf8'));
const folder = mkdtempSync(join(tmpdir(), 'biagraph-'));
afterAll(() => rmSync(folder, { recursive: true }));

const strange = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(
    '2D',
    '3D',
    'auto',
    '(1, 2)',
    -1,
    0,
    1e9,
    [[]],
    [null],
    [{}],
    {},
    [''],
    [[1], 'a'],
    'unetr',
    'mae',
    'hrnet',
  ),
);

/** Loads, and lets through what may come of it: a typed configuration or a ConfigError with words in it. */
function survives(source: string | Record<string, unknown>): void {
  try {
    expect(Check(ConfigSchema, loadConfig(source, { checkPaths: false }).config)).toBe(true);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(error.problems.some(({ severity }) => severity === 'error')).toBe(true);
    for (const { message } of error.problems) expect(message).not.toMatch(/\n\s+at |\[object|Cannot read/);
  }
}

describe('loadConfig, whatever the file', () => {
  it('survives characters put in, taken out and doubled', () => {
    const edit = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      remove: fc.nat({ max: 12 }),
      insert: fc.oneof(
        fc.string({ maxLength: 5 }),
        fc.constantFrom('\t', '\n', ': ', '- ', '[', '}', '&a ', '*a', '"', '|', '\n  ', '!!x ', '<<: ', '? '),
      ),
    });
    const mutated = fc
      .tuple(fc.constantFrom(...texts), fc.array(edit, { minLength: 1, maxLength: 4 }))
      .map(([text, edits]) =>
        edits.reduce((now, { at, remove, insert }) => {
          const i = Math.floor(at * now.length);
          return now.slice(0, i) + insert + now.slice(i + remove);
        }, text),
      );
    const file = join(folder, 'job.yaml');
    fc.assert(
      fc.property(mutated, (text) => {
        writeFileSync(file, text);
        survives(file);
      }),
      { numRuns: 300 },
    );
  });

  it('survives random bytes', () => {
    const file = join(folder, 'bytes.yaml');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        writeFileSync(file, bytes);
        survives(file);
      }),
      { numRuns: 200 },
    );
  });

  it('survives strange values at any keys', () => {
    const keys = fc.constantFrom(...configKeys().map(({ key }) => key));
    const workflows = fc.constantFrom(...configKeys().find(({ key }) => key === 'PROBLEM.TYPE')!.choices!);
    const source = fc.tuple(workflows, fc.dictionary(keys, strange, { maxKeys: 12 }));
    fc.assert(
      fc.property(source, ([workflow, values]) =>
        survives({ 'PROBLEM.TYPE': workflow, 'TRAIN.ENABLE': true, ...values }),
      ),
      { numRuns: 600 },
    );
  });

  it('survives values of the right type that mean nothing', () => {
    const key = fc.constantFrom(...configKeys().filter(({ key }) => key !== 'GRAPH'));
    const pair = key.chain(({ key, python, choices, default: value }) => {
      const number = fc.constantFrom(-1, 0, 1, 2, 3, 7, 16, 0.5, 1e6);
      const names = fc.oneof(
        fc.constantFrom('', 'nonsense', 'F', 'Db', 'A', 'E', 'Gv'),
        fc.constantFrom(...(choices ?? [''])),
      );
      const one =
        python === 'bool'
          ? fc.boolean()
          : python === 'str'
            ? names
            : python === 'int' || python === 'float'
              ? number
              : undefined;
      const list =
        Array.isArray(value) && typeof (value[0] ?? choices?.[0]) === 'string'
          ? fc.array(names, { maxLength: 4 })
          : fc.array(number, { maxLength: 5 });
      const made: fc.Arbitrary<unknown> = one ?? (value !== null && Array.isArray(value) ? list : strange);
      return made.map((value) => [key, value] as const);
    });
    const workflows = fc.constantFrom(...configKeys().find(({ key }) => key === 'PROBLEM.TYPE')!.choices!);
    fc.assert(
      fc.property(workflows, fc.array(pair, { maxLength: 25 }), (workflow, pairs) =>
        survives({ 'PROBLEM.TYPE': workflow, 'TRAIN.ENABLE': true, ...Object.fromEntries(pairs) }),
      ),
      { numRuns: 600 },
    );
  });
});
