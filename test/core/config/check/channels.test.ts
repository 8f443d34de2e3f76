import { describe, expect, it } from 'vitest';
import { type Config, loadConfig } from '../../../../core/config/index.js';

type Settings = Record<string, unknown>;

function instances(settings: Settings, ndim = '2D', data: Settings = {}): { config: Config; messages: string[] } {
  const patch = ndim === '3D' ? [32, 64, 64, 1] : [64, 64, 1];
  const source = {
    PROBLEM: { TYPE: 'INSTANCE_SEG', NDIM: ndim, INSTANCE_SEG: settings },
    DATA: { PATCH_SIZE: patch, TRAIN: { PATH: 'x', GT_PATH: 'y', ...data } },
    MODEL: { FEATURE_MAPS: [16, 32, 64], Z_DOWN: [1, 1] },
    TRAIN: { ENABLE: true },
  };
  const { config, problems } = loadConfig(source, { checkPaths: false });
  return { config, messages: problems.map(({ message }) => message) };
}

const seg = (settings: Settings, ndim?: string) => instances(settings, ndim).config.PROBLEM.INSTANCE_SEG;

describe('the channels of instance segmentation', () => {
  it.each([
    [['F', 'C'], 'watershed', ['bce', 'bce'], false],
    [['F', 'V', 'H'], 'watershed', ['bce', 'l1', 'l1'], true],
    [['Db', 'R'], 'stardist', ['bce', 'l1'], true],
    [['Gv', 'Gh', 'F'], 'gradient-flow', ['mse', 'mse', 'bce'], true],
    [['F', 'D'], 'watershed', ['bce', 'mse'], false],
  ])('%j: process, losses and labels', (channels, process, losses, labels) => {
    const result = seg({ DATA_CHANNELS: channels });
    expect(result.INSTANCE_CREATION_PROCESS).toBe(process);
    expect(result.DATA_CHANNELS_LOSSES).toEqual(losses);
    expect(result.DATA_CHANNELS).toEqual(labels ? [...channels, 'I'] : channels);
    expect(result.DATA_CHANNEL_WEIGHTS).toEqual(channels.map(() => 1));
  });

  it('takes E for the three parts of the embedding (R131, R212, R341)', () => {
    const result = seg({ DATA_CHANNELS: ['E'] });
    expect(result.DATA_CHANNELS).toEqual(['E_offset', 'E_sigma', 'E_seediness']);
    expect(result.INSTANCE_CREATION_PROCESS).toBe('embeddings');
    expect(result.DATA_CHANNELS_LOSSES).toEqual(['embedseg', 'embedseg', 'embedseg']);
    expect(result.DATA_CHANNEL_WEIGHTS).toEqual([10, 1, 10, 1]);
    const { messages } = instances({ DATA_CHANNELS: ['E'], DATA_CHANNEL_WEIGHTS: [1, 2, 3] });
    expect(messages.join()).toContain('are fixed');
  });

  it('completes options in the order of the table (R124)', () => {
    const [options] = seg({
      DATA_CHANNELS: ['F', 'P', 'C', 'T'],
      DATA_CHANNELS_EXTRA_OPTS: [{ P: { dilation: [2, 3], type: 'skeleton' } }],
      WATERSHED: {
        SEED_CHANNELS: ['P'],
        SEED_CHANNELS_THRESH: ['auto'],
        TOPOGRAPHIC_SURFACE_CHANNEL: 'F',
        GROWTH_MASK_CHANNELS: ['F'],
        GROWTH_MASK_CHANNELS_THRESH: [0.5],
      },
    }).DATA_CHANNELS_EXTRA_OPTS;
    expect(JSON.stringify(options)).toBe(
      JSON.stringify({
        F: { erosion: 0, dilation: 0 },
        P: { type: 'skeleton', skeleton_mode: 'full', dilation: [2, 3], erosion: 0 },
        C: { mode: 'thick' },
        T: { thickness: 2 },
      }),
    );
  });

  it('settles what depends on other options', () => {
    expect(seg({ DATA_CHANNELS: ['Db'] }).DATA_CHANNELS_EXTRA_OPTS).toEqual([
      { Db: { val_type: 'norm', act: 'sigmoid', mask_values: true } },
    ]);
    const omnipose = seg({
      DATA_CHANNELS: ['Gv', 'Gh', 'Db'],
      DATA_CHANNELS_EXTRA_OPTS: [{ Db: { val_type: 'omnipose' }, Gh: { gradient_type: 'omnipose' } }],
    });
    expect(omnipose.DATA_CHANNELS_EXTRA_OPTS[0]).toEqual({
      Gv: { gradient_type: 'omnipose' },
      Gh: { gradient_type: 'omnipose' },
      Db: { val_type: 'omnipose', act: '', mask_values: false },
    });
    expect(seg({ DATA_CHANNELS: ['Db', 'R'] }).DATA_CHANNELS_EXTRA_OPTS[0]).toMatchObject({
      Db: { mask_values: false },
      R: { nrays: 32 },
    });
    expect(seg({ DATA_CHANNELS: ['Db', 'R'] }, '3D').DATA_CHANNELS_EXTRA_OPTS[0].R).toMatchObject({ nrays: 96 });
    const discretized = seg({ DATA_CHANNELS: ['Db'], DATA_CHANNELS_EXTRA_OPTS: [{ Db: { val_type: 'discretize' } }] });
    expect(discretized.DATA_CHANNELS_LOSSES).toEqual(['ce']);
  });

  it('adds border weights and labels behind the channels, once (R127, R128)', () => {
    const { config, messages } = instances({
      DATA_CHANNELS: ['I', 'F', 'Dc'],
      DATA_CHANNELS_EXTRA_OPTS: [{ Dc: { norm: false } }],
      BORDER_EXTRA_WEIGHTS: 'unet-like',
    });
    expect(config.PROBLEM.INSTANCE_SEG.DATA_CHANNELS).toEqual(['F', 'Dc', 'We', 'I']);
    expect(messages.join()).toContain('F, Dc, We, I');
  });

  it('gives the class head a weight of its own (R117)', () => {
    const source = {
      PROBLEM: { TYPE: 'INSTANCE_SEG', INSTANCE_SEG: { DATA_CHANNELS: ['F', 'C'] } },
      DATA: { N_CLASSES: 3 },
      TRAIN: { ENABLE: true },
    };
    const { config } = loadConfig(source, { checkPaths: false });
    expect(config.PROBLEM.INSTANCE_SEG.DATA_CHANNEL_WEIGHTS).toEqual([1, 1, 1]);
  });

  it('names the folder of the targets after channels and options (R129)', () => {
    const folder = (settings: Settings) => instances(settings).config.DATA.TRAIN.INSTANCE_CHANNELS_MASK_DIR;
    expect(folder({ DATA_CHANNELS: ['F', 'C'] })).toBe('y_F.erosion-0.dilation-0_C.mode-thick');
    expect(folder({ DATA_CHANNELS: ['F', 'V', 'H'], DATA_CHANNELS_EXTRA_OPTS: [{ F: { erosion: [1, 3] } }] })).toBe(
      'y_F.erosion-1-3.dilation-0_V.norm-True.act-linear_H.norm-True.act-linear_I',
    );
  });

  it('knows synapses (R133 to R135)', () => {
    const joint = {
      INPUT_ZARR_MULTIPLE_DATA: true,
      INPUT_ZARR_MULTIPLE_DATA_RAW_PATH: 'volumes.raw',
    };
    const { config } = instances(
      { TYPE: 'synapses', DATA_CHANNELS: ['F_post', 'Z', 'V', 'H'], DATA_CHANNELS_EXTRA_OPTS: [{ V: { norm: true } }] },
      '3D',
      joint,
    );
    expect(config.PROBLEM.INSTANCE_SEG.DATA_CHANNELS_EXTRA_OPTS[0]).toEqual({
      F_post: { dilation: [1, 3, 3] },
      Z: { norm: true, act: '', dilation: [3, 25, 25] },
      V: { norm: true, act: '', dilation: [3, 25, 25] },
      H: { norm: true, act: '', dilation: [3, 25, 25] },
    });
    expect(config.DATA.TRAIN.INSTANCE_CHANNELS_MASK_DIR).toBe('x_F_post.dilation-1-3-3_ZVH.norm-True.dilation-3-25-25');
    expect(config.PROBLEM.INSTANCE_SEG.DATA_CHANNELS_LOSSES).toEqual(['bce', 'l1', 'l1', 'l1']);
  });
});
