import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { deriveDependent, meantChannels } from '../../../core/config/derive.js';
import { defaultConfig } from '../../../core/config/keys.js';

describe('deriveDependent', () => {
  const config = defaultConfig({ dir: 'out/job', id: 'job_1' });
  config.DATA.TRAIN.PATH = 'a/x/';
  config.DATA.TRAIN.GT_PATH = 'a/y';
  config.DATA.VAL.INPUT_ZARR_MULTIPLE_DATA = true;
  config.DATA.TRAIN.EXTRACT_RANDOM_PATCH = true;
  config.DATA.TRAIN.PROBABILITY_MAP = true;
  config.PROBLEM.DETECTION.CENTRAL_POINT_DILATION = [2, 3];
  config.PROBLEM.INSTANCE_SEG.DATA_CHANNELS = ['F', 'C', 'We', 'I'];
  config.PATHS.RESULT_DIR.PATH = 'elsewhere';
  deriveDependent(config);

  it('names the folders that follow from the data', () => {
    expect(config.DATA.TRAIN).toMatchObject({
      PATH: 'a/x',
      INSTANCE_CHANNELS_MASK_DIR: 'a/y',
      DETECTION_MASK_DIR: 'a/y_detection_masks_2_3',
      SSL_SOURCE_DIR: 'a/x_ssl_source',
    });
    expect(config.DATA.VAL.INSTANCE_CHANNELS_MASK_DIR).toBe('user_data/val/x');
    expect(config.PATHS.PROB_MAP_DIR).toBe('a/y_prob_maps');
  });

  it('moves the channel checks with the result folder, and nothing else', () => {
    expect(config.PATHS.TRAIN_INSTANCE_CHANNELS_CHECK).toBe('elsewhere/train_FC_instance_channels');
    expect(config.PATHS.RESULT_DIR.PER_IMAGE).toBe('out/job/results/job_1/per_image');
  });

  it('resolves the number of cores', () => {
    expect(config.SYSTEM.NUM_CPUS).toBe(availableParallelism());
    config.SYSTEM.NUM_CPUS = 0;
    deriveDependent(config);
    expect(config.SYSTEM.NUM_CPUS).toBe(1);
  });
});

describe('meantChannels', () => {
  it('takes E for its three parts', () => {
    expect(meantChannels(['E', 'F'])).toEqual(['E_offset', 'E_sigma', 'E_seediness', 'F']);
  });
});
