/** What the sample filters of the three phases can measure. */
export const FILTER_PROPERTIES = [
  'foreground',
  'mean',
  'min',
  'max',
  'target_mean',
  'target_min',
  'target_max',
  'diff',
  'diff_by_min_max_ratio',
  'diff_by_target_min_max_ratio',
] as const;
