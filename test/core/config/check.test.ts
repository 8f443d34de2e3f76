import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../../core/config/check.js';
import { deriveDependent } from '../../../core/config/derive.js';
import { type Config, configKeys, loadConfig } from '../../../core/config/index.js';
import { readMapping } from '../../../core/config/mapping.js';
import { Report } from '../../../core/config/report.js';
import { ConfigError } from '../../../core/errors.js';

const good = 'test/fixtures/config/good';
const extra = { architectures: ['my-unet'] };

function again(config: Config) {
  const copy = structuredClone(config);
  const report = new Report(readMapping({}, 'f'), 'f');
  deriveDependent(copy);
  checkConfig(copy, report, { jobId: 'unknown_job_1', checkPaths: false, extra });
  return { copy, problems: report.problems };
}

/** Values that a file may well hold, by key; anything else hardly ever passes the checks. */
const choices: Record<string, readonly unknown[]> = {
  'PROBLEM.TYPE': configKeys().find(({ key }) => key === 'PROBLEM.TYPE')!.choices!,
  'PROBLEM.INSTANCE_SEG.DATA_CHANNELS': [
    ['F', 'C'],
    ['F', 'P'],
    ['Db', 'R'],
    ['E'],
    ['Gv', 'Gh', 'Db'],
    ['F', 'V', 'H'],
    ['F', 'C', 'We'],
  ],
  'PROBLEM.INSTANCE_SEG.DATA_CHANNELS_EXTRA_OPTS': [[{}], [{ Db: { val_type: 'omnipose' } }], [{ V: { norm: false } }]],
  'PROBLEM.INSTANCE_SEG.BORDER_EXTRA_WEIGHTS': ['', 'unet-like'],
  'PROBLEM.DETECTION.CENTRAL_POINT_DILATION': [[2], [3, 3], [2, 4]],
  'PROBLEM.SUPER_RESOLUTION.UPSCALING': [[], [2, 2]],
  'DATA.N_CLASSES': [2, 3, 6],
  'DATA.NORMALIZATION.TYPE': ['div', 'zero_mean_unit_variance'],
  'DATA.TRAIN.EXTRACT_RANDOM_PATCH': [true, false],
  'DATA.TRAIN.PROBABILITY_MAP': [true, false],
  'DATA.TRAIN.PATH': ['x/', 'x'],
  'MODEL.ARCHITECTURE': ['unet', 'resunet++', 'hrnet', 'edsr', 'simple_cnn', 'mae', 'UNETR', 'multiresunet'],
  'MODEL.FEATURE_MAPS': [
    [16, 32, 64],
    [16, 32, 64, 128],
  ],
  'MODEL.HRNET.VARIANT': ['W18', 'W64'],
  'MODEL.NORMALIZATION': ['', 'bn'],
  'LOSS.TYPE': [[], ['ce'], ['dice', 'CE'], ['mse']],
  'LOSS.IGNORE_INDEX': [-1, 255],
  'TRAIN.METRICS': [[], ['IoU'], ['mae']],
  'SYSTEM.DEVICE': ['mps', 'cuda:1', 'CPU'],
  'MODEL.BMZ.EXPORT.ENABLE': [true, false],
};

describe('checkConfig', () => {
  it.each(readdirSync(good))('changes nothing when %s is checked again', (name) => {
    const { config } = loadConfig(join(good, name), { checkPaths: false, extra });
    const { copy, problems } = again(config);
    expect(copy).toEqual(config);
    expect(problems).toEqual([]);
  });

  it('changes nothing the second time, whatever passed the first', () => {
    const pairs = fc.uniqueArray(
      fc
        .constantFrom(...Object.keys(choices))
        .chain((key) => fc.constantFrom(...choices[key]).map((value) => [key, value] as const)),
      { selector: ([key]) => key, minLength: 1, maxLength: 5 },
    );
    let passed = 0;
    fc.assert(
      fc.property(pairs, (values) => {
        const config = pass({
          TRAIN: { ENABLE: true },
          'DATA.PATCH_SIZE': [128, 128, 1],
          ...Object.fromEntries(values),
        });
        if (!config) return;
        passed++;
        expect(again(config).copy).toEqual(config);
      }),
      { numRuns: 300 },
    );
    expect(passed).toBeGreaterThan(50);
  });
});

function pass(source: Record<string, unknown>): Config | undefined {
  try {
    return loadConfig(source, { checkPaths: false }).config;
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}
