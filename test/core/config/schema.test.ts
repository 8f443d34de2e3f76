import { readFileSync } from 'node:fs';
import { Check } from 'typebox/value';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { type Config, ConfigSchema, configKeys } from '../../../core/config/index.js';
import { defaultConfig } from '../../../core/config/keys.js';

type Row = [key: string, python: string, value: unknown, choices: unknown, workflows: unknown, ndim: unknown];
const rows = JSON.parse(readFileSync('test/fixtures/config/config-keys.json', 'utf8')) as Row[];
const keys = new Map(configKeys().map((info) => [info.key, info]));
const own = [
  'SYSTEM.MEMORY_BUDGET',
  'MODEL.PARAMETERS',
  'TRAIN.ACCUM_ITER',
  'DATA.NORMALIZATION.MEASURE_BY',
  'PLUGINS',
  'GRAPH',
];

describe('schema', () => {
  it('has every key of BiaPy and five of its own', () => {
    expect(rows).toHaveLength(626);
    expect([...keys.keys()].filter((key) => !own.includes(key)).sort()).toEqual(rows.map(([key]) => key).sort());
  });

  it.each(rows.filter(([key]) => key !== 'SYSTEM.DEVICE'))(
    '%s is as in BiaPy',
    (key, python, value, choices, workflows, ndim) => {
      const info = keys.get(key)!;
      expect(info.python).toBe(python);
      expect(info.default).toEqual(value);
      expect(info.choices ?? null).toEqual(choices);
      expect(info.workflows ?? null).toEqual(workflows);
      expect(info.ndim ?? null).toEqual(ndim);
      expect(info.description.length).toBeGreaterThan(5);
    },
  );

  it('lets Biagraph choose the device', () => {
    expect(keys.get('SYSTEM.DEVICE')).toMatchObject({ default: 'auto', python: 'str' });
  });

  it('fits its own defaults', () => {
    expect(Check(ConfigSchema, defaultConfig())).toBe(true);
  });

  it('types the tree', () => {
    expectTypeOf<Config['DATA']['TRAIN']['PATH']>().toEqualTypeOf<string>();
    expectTypeOf<Config['TRAIN']['EPOCHS']>().toEqualTypeOf<number>();
    expectTypeOf<Config['TRAIN']['OPT_BETAS']>().toEqualTypeOf<number[][]>();
    expectTypeOf<Config['PROBLEM']['NDIM']>().toEqualTypeOf<'2D' | '3D'>();
    expectTypeOf<Config['DATA']['PREPROCESS']['CLAHE']['KERNEL_SIZE']>().toEqualTypeOf<number | number[] | null>();
    expectTypeOf<Config['MODEL']['PARAMETERS']>().toEqualTypeOf<Record<string, unknown>>();
  });
});
