import { describe, expect, it } from 'vitest';
import { type CheckpointContent, checkpointToLoad, loadConfig } from '../../../core/config/index.js';
import type { Config } from '../../../core/config/schema.js';
import { readWeightHeader } from '../../../core/tensor/weights/index.js';

const FILE = 'test/fixtures/checkpoints/unet.pth';

const job = (more: Record<string, unknown> = {}) => ({
  PROBLEM: { TYPE: 'SEMANTIC_SEG', NDIM: '2D' },
  DATA: { PATCH_SIZE: [32, 32, 1], TEST: { PATH: 'data' } },
  MODEL: { ARCHITECTURE: 'resunet', LOAD_CHECKPOINT: true, ...(more.MODEL as object) },
  PATHS: { CHECKPOINT_FILE: FILE },
  TEST: { ENABLE: true },
});

async function content(
  change: (config: Record<string, Record<string, unknown>>) => void = () => {},
): Promise<CheckpointContent> {
  const { config, shapes } = await readWeightHeader(FILE);
  const copy = structuredClone(config) as Record<string, Record<string, unknown>>;
  change(copy);
  return { file: FILE, config: copy, shapes };
}

async function load(model: Record<string, unknown>, checkpoint?: CheckpointContent) {
  const { config, problems } = loadConfig(job({ MODEL: model }), {
    checkPaths: false,
    checkpoint: checkpoint ?? (await content()),
  });
  return { config, told: problems.map(({ message }) => message).join('\n') };
}

const networkOf = ({ MODEL: { ARCHITECTURE, FEATURE_MAPS, NORMALIZATION, PARAMETERS }, DATA }: Config) => ({
  ARCHITECTURE,
  FEATURE_MAPS,
  NORMALIZATION,
  PARAMETERS,
  norm: DATA.NORMALIZATION.TYPE,
});

describe('what a checkpoint says', () => {
  it('of its network and its images replaces what the file says', async () => {
    const { config, told } = await load({ DROPOUT_VALUES: [0.1], SKIP_UNMATCHED_LAYERS: true });
    expect(networkOf(config)).toEqual({
      ARCHITECTURE: 'unet',
      FEATURE_MAPS: [4, 8],
      NORMALIZATION: 'in',
      // Seen from the weights: no key of BiaPy tells it.
      PARAMETERS: { instanceNormAffine: true },
      norm: 'scale_range',
    });
    expect(config.MODEL).toMatchObject({ LOAD_CHECKPOINT: true, SKIP_UNMATCHED_LAYERS: true });
    expect(told).toMatch(/Taken from .*unet\.pth: .*ARCHITECTURE "?unet.*FEATURE_MAPS \[4, 8\].*NORMALIZATION/);
  });

  it('is taken as far as the items go', async () => {
    const model = { FEATURE_MAPS: [8, 16, 32] };
    const weights = { ...model, ITEMS_TO_LOAD_FROM_CHECKPOINT: ['weights'] };
    expect(networkOf((await load(weights)).config)).toMatchObject({
      ARCHITECTURE: 'resunet',
      norm: 'zero_mean_unit_variance',
    });
    const norm = { ...weights, ITEMS_TO_LOAD_FROM_CHECKPOINT: ['weights', 'norm'] };
    expect(networkOf((await load(norm)).config)).toMatchObject({ ARCHITECTURE: 'resunet', norm: 'scale_range' });
  });

  it('that contradicts the job is told (R312)', async () => {
    const other = await content(({ DATA }) => {
      DATA.PATCH_SIZE = [16, 16, 1];
    });
    await expect(load({}, other)).rejects.toThrow(/The checkpoint was made with .*16, 16, 1/);
  });

  it('of an older release is brought up to date, and what nobody knows is told without stopping', async () => {
    const old = await content(({ MODEL }) => {
      MODEL.BATCH_NORMALIZATION = true;
      delete MODEL.NORMALIZATION;
      MODEL.WINGS = 2;
    });
    const { config, told } = await load({}, old);
    expect(config.MODEL.NORMALIZATION).toBe('bn');
    expect(config.MODEL.PARAMETERS).toEqual({});
    expect(told).toMatch(/In the configuration that .*unet\.pth holds, MODEL\.WINGS: There is no such key/);
  });

  it('of a network that self-supervision made leaves another architecture as it is', async () => {
    const masked = await content(({ PROBLEM, MODEL }) => {
      PROBLEM.TYPE = 'SELF_SUPERVISED';
      MODEL.ARCHITECTURE = 'mae';
    });
    const { config, told } = await load({}, masked);
    expect(config.MODEL.ARCHITECTURE).toBe('resunet');
    expect(told).toMatch(/network mae of another workflow.*keeps resunet/);
  });

  it('is nothing where the file holds weights alone: MODEL is checked and counts', async () => {
    const { shapes } = await readWeightHeader(FILE);
    const { config, told } = await load({ ARCHITECTURE: 'unet' }, { file: FILE, shapes });
    expect(networkOf(config)).toMatchObject({ ARCHITECTURE: 'unet', PARAMETERS: { instanceNormAffine: true } });
    expect(told).toMatch(/holds no configuration/);
    await expect(load({ ARCHITECTURE: 'nonsense' }, { file: FILE, shapes })).rejects.toThrow(/nonsense/);
  });
});

describe('checkpointToLoad', () => {
  it('names the file whose network or normalisation counts', () => {
    expect(checkpointToLoad(job(), {})).toBe(FILE);
    expect(checkpointToLoad(job({ MODEL: { ITEMS_TO_LOAD_FROM_CHECKPOINT: ['weights'] } }), {})).toBeUndefined();
    expect(checkpointToLoad(job({ MODEL: { LOAD_CHECKPOINT: false } }), {})).toBeUndefined();
    expect(checkpointToLoad('no such file.yaml', {})).toBeUndefined();
  });
});
