/** What both sample filters take from the configuration. */
import type { Config } from '../../core/config/index.js';
import type { FilterGroups } from '../../core/image/sample-filter.js';
import { dataSectionOf } from '../../core/plugin/data-section.js';
import type { Part } from '../../core/plugin/define.js';

/** The switches that the filters answer to. */
export const FILTER_KEYS = [
  'DATA.TRAIN.FILTER_SAMPLES.ENABLE',
  'DATA.VAL.FILTER_SAMPLES.ENABLE',
  'DATA.TEST.FILTER_SAMPLES.ENABLE',
  'DATA.SAVE_FILTERED_IMAGES',
];

export interface FilterSettings {
  groups: FilterGroups;
  /** Samples that must be left. */
  least: number;
  examples: { folder: string; count: number } | null;
}

/**
 * The conditions of a part; undefined where it filters nothing. Validation images out of the training set are filtered as
 * these are, so that both sides of the split come from one list.
 */
export function filterSettings(config: Config, part: Part): FilterSettings | undefined {
  const { DATA: data, PATHS: paths } = config;
  const { ENABLE, PROPS, VALUES, SIGNS } = data[dataSectionOf(config, part)].FILTER_SAMPLES;
  if (!ENABLE) return undefined;
  const groups = (PROPS as string[][]).map((group, i) =>
    group.map((property, j) => ({ property, sign: SIGNS[i][j], value: VALUES[i][j] })),
  );
  return {
    groups: groups as FilterGroups,
    // BiaPy stops a training that is left with one sample or none.
    least: part === 'test' ? 0 : 2,
    examples: data.SAVE_FILTERED_IMAGES
      ? { folder: `${paths.FIL_SAMPLES_DIR}/${part}`, count: data.SAVE_FILTERED_IMAGES_NUM }
      : null,
  };
}

/** Whether whole images are measured: asked for, or there is no list of patches, because they are random or not cut. */
export function filtersImages({ DATA: data, TEST: test, PROBLEM: problem }: Config, part: Part): boolean {
  const whole = test.FULL_IMG && problem.NDIM === '2D';
  return data.FILTER_BY_IMAGE || (part === 'test' ? whole : data.TRAIN.EXTRACT_RANDOM_PATCH);
}
