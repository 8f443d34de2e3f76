import { describe, expect, it } from 'vitest';
import { defaultConfig, getKey } from '../../../core/config/keys.js';
import { readMapping } from '../../../core/config/mapping.js';
import { mergeOverDefaults } from '../../../core/config/merge.js';
import { readYaml } from '../../../core/config/read.js';
import { Report } from '../../../core/config/report.js';
import { SourceText } from '../../../core/config/source.js';
import type { Mapping } from '../../../core/config/value.js';

function merge(source: string | Record<string, unknown>) {
  const written =
    typeof source === 'string' ? (readYaml(new SourceText(source, 'f')).value as Mapping) : readMapping(source, 'f');
  const config = defaultConfig();
  const report = new Report(written, 'f');
  mergeOverDefaults(written, config, report);
  return { config, problems: report.problems };
}

const valueAt = (yaml: string, key: string) => {
  const { config, problems } = merge(yaml);
  expect(problems).toEqual([]);
  return getKey(config, key);
};

describe('mergeOverDefaults', () => {
  it.each([
    ['DATA: {PATCH_SIZE: "(64, 64, 1)"}', 'DATA.PATCH_SIZE', [64, 64, 1]],
    ["DATA: {PATCH_SIZE: '(64, 64, 1)'}", 'DATA.PATCH_SIZE', [64, 64, 1]],
    ['DATA:\n  PATCH_SIZE: (64, 64, 1)', 'DATA.PATCH_SIZE', [64, 64, 1]],
    ['DATA: {PATCH_SIZE: [64, 64, 1]}', 'DATA.PATCH_SIZE', [64, 64, 1]],
    ['DATA: {TRAIN: {RESOLUTION: "(-1,)"}}', 'DATA.TRAIN.RESOLUTION', [-1]],
    ['MODEL: {FEATURE_MAPS: (16, 32, 64)}', 'MODEL.FEATURE_MAPS', [16, 32, 64]],
    ['TRAIN: {LR: [1e-4]}', 'TRAIN.LR', [1e-4]],
    [
      'TRAIN: {OPT_BETAS: [(0.9, 0.99), (0.5, 0.9)]}',
      'TRAIN.OPT_BETAS',
      [
        [0.9, 0.99],
        [0.5, 0.9],
      ],
    ],
    ['TRAIN: {OPT_BETAS: "[(0.9, 0.99)]"}', 'TRAIN.OPT_BETAS', [[0.9, 0.99]]],
    ['TRAIN: {W_DECAY: 1}', 'TRAIN.W_DECAY', 1],
    ['TRAIN: {W_DECAY: 1e-2}', 'TRAIN.W_DECAY', 0.01],
    ['DATA: {TRAIN: {PATH: "123"}}', 'DATA.TRAIN.PATH', '123'],
    ['DATA: {TRAIN: {PATH: None}}', 'DATA.TRAIN.PATH', ''],
    ['DATA: {TRAIN: {PATH: "\'quoted\'"}}', 'DATA.TRAIN.PATH', 'quoted'],
    ['PROBLEM: {NDIM: 3D}', 'PROBLEM.NDIM', '3D'],
    ['MODEL: {YX_DOWN: [2, [1, 2], 2, 2]}', 'MODEL.YX_DOWN', [2, [1, 2], 2, 2]],
    ['DATA: {PREPROCESS: {CLAHE: {KERNEL_SIZE: (8, 8)}}}', 'DATA.PREPROCESS.CLAHE.KERNEL_SIZE', [8, 8]],
    ['DATA: {PREPROCESS: {CANNY: {LOW_THRESHOLD: None}}}', 'DATA.PREPROCESS.CANNY.LOW_THRESHOLD', null],
    ['SYSTEM: {MEMORY_BUDGET: 1000000}', 'SYSTEM.MEMORY_BUDGET', 1000000],
    [
      'MODEL: {PARAMETERS: {a: 1e-3, b: {c: "1e-3"}, d: (1, 2)}}',
      'MODEL.PARAMETERS',
      { a: 1e-3, b: { c: '1e-3' }, d: [1, 2] },
    ],
  ])('%s', (yaml, key, value) => {
    expect(valueAt(yaml, key)).toEqual(value);
  });

  it('takes the default for a wrong value, and goes on', () => {
    const { config, problems } = merge('TRAIN: {EPOCHS: many, BATCH_SIZE: 8}');
    expect(config.TRAIN).toMatchObject({ EPOCHS: 360, BATCH_SIZE: 8 });
    expect(problems).toMatchObject([{ key: 'TRAIN.EPOCHS', line: 1, column: 9, rule: 'R014' }]);
  });

  it.each([
    [{ TRAIN: { EPOCHS: 1.5 } }, 'TRAIN.EPOCHS'],
    [{ TRAIN: { ENABLE: 'yes' } }, 'TRAIN.ENABLE'],
    [{ TRAIN: { EPOCHS: () => 1 } }, 'TRAIN.EPOCHS'],
    [{ MODEL: { ARCHITECTURE: new Date(0) } }, 'MODEL.ARCHITECTURE'],
    [{ TRAIN: { LR: [Number.NaN, null] } }, 'TRAIN.LR'],
    [{ constructor: { prototype: {} } }, 'constructor'],
    [{ ['__proto__x']: 1 }, '__proto__x'],
  ])('refuses %o in memory', (source, key) => {
    expect(merge(source).problems).toMatchObject([{ severity: 'error', key }]);
  });

  it('is not led astray by keys of the prototype', () => {
    const source = JSON.parse('{"__proto__": {"polluted": true}, "TRAIN": {"__proto__": {"EPOCHS": 3}}}');
    const { problems } = merge(source);
    expect(problems.map(({ key }) => key)).toEqual(['__proto__', 'TRAIN.__proto__']);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});
