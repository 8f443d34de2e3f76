import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { type Config, configKeys, loadConfig, toYaml } from '../../../core/config/index.js';
import { defaultConfig, setKey } from '../../../core/config/keys.js';
import { mergeOverDefaults } from '../../../core/config/merge.js';
import { readYaml } from '../../../core/config/read.js';
import { Report } from '../../../core/config/report.js';
import { SourceText } from '../../../core/config/source.js';
import type { Mapping } from '../../../core/config/value.js';

const good = 'test/fixtures/config/good';
const options = { checkPaths: false, extra: { architectures: ['my-unet'] } };
const folder = mkdtempSync(join(tmpdir(), 'biagraph-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('toYaml', () => {
  it.each(readdirSync(good))('writes %s so that it loads to the same, without a word', (name) => {
    const { config } = loadConfig(join(good, name), options);
    const file = join(folder, name);
    writeFileSync(file, toYaml(config));
    const again = loadConfig(file, options);
    expect(again.config).toEqual(config);
    expect(again.problems).toEqual([]);
    expect(toYaml(again.config)).toBe(toYaml(config));
  });

  it('leaves out what BiaPy does not know, unless it was set', () => {
    expect(toYaml(defaultConfig())).not.toMatch(/^ *(PLUGINS|GRAPH|MEMORY_BUDGET|PARAMETERS):/m);
    const { config } = loadConfig(join(good, 'graph.yaml'), options);
    expect(toYaml(config)).toMatch(/^PLUGINS:(.|\n)*^GRAPH:/m);
  });

  it('brings back any text, number and list at any key', () => {
    const keys = configKeys().filter(({ key }) => key !== 'GRAPH' && key !== 'PROBLEM.TYPE' && key !== 'PROBLEM.NDIM');
    const value = (python: string, items?: string) => {
      const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x + 0);
      const whole = fc.integer();
      const text = fc.oneof(
        fc.string({ unit: 'grapheme' }),
        fc.constantFrom('1', 'None', '(1, 2)', "'x'", 'yes', '~', '1e-4', '# a', 'a: b', ' x '),
      );
      if (python === 'bool') return fc.boolean();
      if (python === 'int') return whole;
      if (python === 'float') return number;
      if (python === 'str') return text;
      if (items === 'string') return fc.array(text.filter((one) => !one.startsWith('(')));
      if (items === 'integer') return fc.array(whole);
      return items === 'number' ? fc.array(number) : undefined;
    };
    const change = fc.constantFrom(...keys).chain(({ key, python, schema }) => {
      const arbitrary = value(python, (schema as { items?: { type?: string } }).items?.type);
      return (arbitrary ?? fc.constant(schema.default)).map((made) => [key, made] as const);
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 8 }), (changes) => {
        const config = defaultConfig();
        for (const [key, made] of changes) setKey(config, key, made);
        expect(reread(toYaml(config))).toEqual(config);
      }),
      { numRuns: 40 },
    );
  });
});

/** Reading and merging alone: derived values and checks would change arbitrary ones. */
function reread(yaml: string): Config {
  const written = readYaml(new SourceText(yaml, 'f')).value as Mapping;
  const config = defaultConfig();
  const report = new Report(written, 'f');
  mergeOverDefaults(written, config, report);
  expect(report.problems).toEqual([]);
  return config;
}
