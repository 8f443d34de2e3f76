import { availableParallelism } from 'node:os';
import type { Config } from './schema.js';

/** Channels that the checker adds; the folder names leave them out, so that checking twice gives the same names. */
const added = ['We', 'I'];

/** Channels as the user means them: the embedding `E` is short for its three parts (R131). */
export function meantChannels(channels: readonly string[]): string[] {
  return channels.flatMap((letter) => (letter === 'E' ? ['E_offset', 'E_sigma', 'E_seediness'] : [letter]));
}

/** Fills in the values that follow from others, after the merge and before any check (rules R078 to R086). */
export function deriveDependent(config: Config): void {
  // One value stands for all axes; the checker repeats it, which must not rename the folder.
  const points = config.PROBLEM.DETECTION.CENTRAL_POINT_DILATION;
  const dilation = (new Set(points).size === 1 ? points.slice(0, 1) : points).join('_');
  for (const phase of ['TRAIN', 'VAL', 'TEST'] as const) {
    const data = config.DATA[phase];
    data.PATH = withoutSlash(data.PATH);
    data.GT_PATH = withoutSlash(data.GT_PATH);
    data.INSTANCE_CHANNELS_MASK_DIR = data.INPUT_ZARR_MULTIPLE_DATA ? data.PATH : data.GT_PATH;
    data.DETECTION_MASK_DIR = `${data.GT_PATH}_detection_masks_${dilation}`;
    data.SSL_SOURCE_DIR = `${data.PATH}_ssl_source`;
  }
  const letters = meantChannels(config.PROBLEM.INSTANCE_SEG.DATA_CHANNELS)
    .filter((letter) => !added.includes(letter))
    .join('');
  const results = config.PATHS.RESULT_DIR.PATH;
  config.PATHS.TRAIN_INSTANCE_CHANNELS_CHECK = `${results}/train_${letters}_instance_channels`;
  config.PATHS.VAL_INSTANCE_CHANNELS_CHECK = `${results}/val_${letters}_instance_channels`;
  config.PATHS.TEST_INSTANCE_CHANNELS_CHECK = `${results}/test_${letters}_instance_channels`;
  const random = config.DATA.TRAIN.EXTRACT_RANDOM_PATCH && config.DATA.TRAIN.PROBABILITY_MAP;
  if (random) config.PATHS.PROB_MAP_DIR = `${config.DATA.TRAIN.GT_PATH}_prob_maps`;
  // NUM_GPUS stays as given: only the device layer knows what there is.
  const cores = availableParallelism();
  const asked = config.SYSTEM.NUM_CPUS;
  config.SYSTEM.NUM_CPUS = asked < 0 ? cores : Math.max(1, Math.min(asked, cores));
}

function withoutSlash(path: string): string {
  return path.endsWith('/') && path.length > 1 ? path.slice(0, -1) : path;
}
