/** Where the samples of a part come from. */
import type { Config } from '../config/index.js';
import type { Part } from './define.js';

/**
 * The section of DATA that the samples of a part are read by: validation images out of the training set
 * (DATA.VAL.FROM_TRAIN) and tests on a fold (DATA.TEST.USE_VAL_AS_TEST) are training images.
 */
export function dataSectionOf({ DATA: data }: Config, part: Part): 'TRAIN' | 'VAL' | 'TEST' {
  const fromTraining = { train: true, validation: data.VAL.FROM_TRAIN, test: data.TEST.USE_VAL_AS_TEST }[part];
  return fromTraining ? 'TRAIN' : part === 'validation' ? 'VAL' : 'TEST';
}
