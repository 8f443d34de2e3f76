import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Check } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { ConfigSchema, configForInference, loadConfig, readPlugins } from '../../../core/config/index.js';
import { ConfigError } from '../../../core/errors.js';

const folder = 'test/fixtures/config/good';
const base = { TRAIN: { ENABLE: true } };
const options = { checkPaths: false };

function errorOf(work: () => unknown): ConfigError {
  try {
    work();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('loadConfig', () => {
  it.each(readdirSync(folder))('loads %s, typed as promised', (name) => {
    const { config, problems } = loadConfig(join(folder, name), { ...options, extra: { architectures: ['my-unet'] } });
    expect(Check(ConfigSchema, config)).toBe(true);
    expect(problems.filter(({ severity }) => severity !== 'notice')).toEqual([]);
    for (const { line, rule, file } of problems) {
      expect(line).toBeGreaterThan(0);
      expect(rule).toMatch(/^R\d{3}$/);
      expect(file).toBe(join(folder, name));
    }
  });

  it('keeps the text and the place of every key, old names as well', () => {
    const file = join(folder, 'semantic-2d.yaml');
    const loaded = loadConfig(file, options);
    expect(loaded.text).toBe(readFileSync(file, 'utf8'));
    expect(loaded.file).toBe(file);
    expect(loaded.locate('DATA.PATCH_SIZE')).toEqual({ line: 7, column: 5 });
    expect(loaded.locate('DATA.N_CLASSES')).toEqual({ line: 33, column: 5 });
    expect(loaded.locate('TEST.METRICS')).toBeUndefined();
    expect(loaded.config.DATA.TRAIN.PATH).toBe('data/train/raw');
  });

  it('locates the edits of the graph', () => {
    const loaded = loadConfig(join(folder, 'graph.yaml'), { ...options, extra: { architectures: ['my-unet'] } });
    expect(loaded.locate('GRAPH.test.1')).toEqual({ line: 8, column: 7 });
    expect(loaded.config.GRAPH.test?.[0]).toEqual({
      insert: { after: 'normalizer', node: 'my-lab/background', with: { radius: 20, sigma: 1e-3 } },
    });
    expect(loaded.config.MODEL.PARAMETERS).toEqual({ depth: 4, rate: 1e-4, shape: [1, 2] });
  });

  it('names results after the job', () => {
    const { config } = loadConfig(base, { ...options, jobName: 'nuclei', runId: 3, resultDir: 'results' });
    expect(config.PATHS.RESULT_DIR.PER_IMAGE).toBe(join('results', 'nuclei', 'results/nuclei_3/per_image'));
    expect(config.PATHS.CHECKPOINT).toBe(join('results', 'nuclei', 'checkpoints'));
    expect(config.LOG.LOG_FILE_PREFIX).toBe('nuclei_3');
    expect(loadConfig(base, options).config.PATHS.CHECKPOINT).toBe(join('out', 'unknown_job', 'checkpoints'));
  });

  it.each(['a/b', '', '..', 'a\\b'])('refuses the job name %j', (jobName) => {
    expect(errorOf(() => loadConfig(base, { ...options, jobName })).message).toContain('is not a plain name');
  });

  it('applies overrides in order, old keys and dotted forms included', () => {
    const overrides = [
      'TRAIN.EPOCHS=3',
      'TRAIN.EPOCHS=5',
      'TRAIN.LR=1e-3',
      'DATA.PATCH_SIZE=(64, 64, 1)',
      'DATA.EXTRACT_RANDOM_PATCH=true',
      'DATA.TRAIN={PATH: here, FILTER_SAMPLES.NORM_BEFORE: yes}',
      'DATA.TEST.PATH=C: odd [path',
    ];
    const { config, problems } = loadConfig(base, { ...options, overrides });
    expect(config.TRAIN).toMatchObject({ ENABLE: true, EPOCHS: 5, LR: [1e-3] });
    expect(config.DATA).toMatchObject({ PATCH_SIZE: [64, 64, 1] });
    expect(config.DATA.TRAIN).toMatchObject({ EXTRACT_RANDOM_PATCH: true, PATH: 'here' });
    expect(config.DATA.TRAIN.FILTER_SAMPLES.NORM_BEFORE).toBe(true);
    expect(config.DATA.TEST.PATH).toBe('C: odd [path');
    expect(problems.map(({ file, severity }) => [file, severity])).toContainEqual(['--set TRAIN.LR=1e-3', 'notice']);
  });

  it('lets an override win over an old key of the file', () => {
    const source = { ...base, DATA: { PROBABILITY_MAP: true } };
    const { config } = loadConfig(source, { ...options, overrides: ['DATA.TRAIN.PROBABILITY_MAP=false'] });
    expect(config.DATA.TRAIN.PROBABILITY_MAP).toBe(false);
  });

  it('names the override that is wrong', () => {
    const overrides = ['TRAIN.EPOCHS=ten', 'TRIAN.EPOCHS=3', 'nonsense', '=3', 'TRAIN..EPOCHS=3'];
    const { problems } = errorOf(() => loadConfig(base, { ...options, overrides }));
    expect(problems.filter(({ severity }) => severity === 'error').map(({ file }) => file)).toEqual(
      expect.arrayContaining(overrides.map((option) => `--set ${option}`)),
    );
    expect(problems).toHaveLength(overrides.length);
    expect(problems.every(({ line, advice }) => line === undefined && advice)).toBe(true);
  });

  it('keeps notices to itself when PRINT_OLD_KEY_CHANGES is off', () => {
    const source = { ...base, PROBLEM: { PRINT_OLD_KEY_CHANGES: false }, DATA: { W_FOREGROUND: 0.5 } };
    const { config, problems } = loadConfig(source, options);
    expect(config.DATA.TRAIN.W_FOREGROUND).toBe(0.5);
    expect(problems).toEqual([]);
  });

  it('takes the names that plugins bring', () => {
    const source = {
      ...base,
      MODEL: { ARCHITECTURE: 'My-Net', PARAMETERS: { depth: 3 } },
      LOSS: { TYPE: ['focal', 'ce'] },
      TEST: { METRICS: ['iou', 'Hausdorff'] },
    };
    const extra = { architectures: ['my-net'], losses: ['Focal'], metrics: ['Hausdorff'] };
    const { config } = loadConfig(source, { ...options, extra });
    expect(config.LOSS.TYPE).toEqual(['Focal', 'CE']);
    expect(config.TEST.METRICS).toEqual(['iou', 'Hausdorff']);
    const { problems } = errorOf(() => loadConfig(source, options));
    expect(problems.map(({ key }) => key).sort()).toEqual(['LOSS.TYPE', 'MODEL.ARCHITECTURE', 'TEST.METRICS']);
  });

  it.each([[[]], ['text'], [null], [3], [undefined]])('refuses %j in place of a mapping', (source) => {
    const mapping = source as unknown as Record<string, unknown>;
    expect(errorOf(() => loadConfig(mapping)).problems[0].severity).toBe('error');
  });

  it('refuses a mapping that holds itself', () => {
    const source: Record<string, unknown> = { TRAIN: {} };
    (source.TRAIN as Record<string, unknown>).TEST = source;
    expect(errorOf(() => loadConfig(source)).message).toContain('nests deeper');
  });

  it('reports in the order of the file', () => {
    const { problems } = errorOf(() => loadConfig('test/fixtures/config/broken/types.yaml', options));
    const lines = problems.map(({ line }) => line ?? Number.POSITIVE_INFINITY);
    expect(lines).toEqual([...lines].sort((a, b) => a - b));
  });
});

describe('readPlugins', () => {
  it('reads the list and nothing else', () => {
    expect(readPlugins(join(folder, 'graph.yaml'))).toEqual(['my-lab-plugin', './my-filter.ts']);
    expect(readPlugins({ PLUGINS: ['a', 3, 'b'], NONSENSE: 1 })).toEqual(['a', 'b']);
    expect(readPlugins(base, ['PLUGINS=[x, y]'])).toEqual(['x', 'y']);
  });

  it('leaves complaints to loadConfig', () => {
    expect(readPlugins('no/such/file.yaml')).toEqual([]);
    expect(readPlugins('test/fixtures/config/broken/unclosed-bracket.yaml')).toEqual([]);
    expect(readPlugins({ PLUGINS: 'a' })).toEqual([]);
  });
});

describe('configForInference', () => {
  it('turns the configuration inside a checkpoint into one that uses it', () => {
    const embedded = {
      TRAIN: { ENABLE: true, EPOCHS: 7 },
      PATHS: { CHECKPOINT: 'x' },
      DATA: { TEST: { LOAD_GT: true } },
    };
    expect(configForInference(embedded)).toEqual({
      TRAIN: { ENABLE: false, EPOCHS: 7 },
      TEST: { ENABLE: true },
      DATA: { TEST: { LOAD_GT: false } },
      MODEL: { LOAD_CHECKPOINT: true },
    });
    expect(embedded.TRAIN.ENABLE).toBe(true);
  });
});
