/**
 * How a test divides the memory budget for a volume that is read in parts. One volume is worked on at a time; what is left
 * is for results on their way to the disk.
 */
export const VOLUME_SHARES = {
  /** Decoded chunks of the input and its target. */
  chunks: 0.25,
  /** Patches on their way from the cutter to the joiner. */
  patches: 0.25,
  /** Blocks of the joined prediction. */
  blocks: 0.25,
  /** Parts that a step works on with what lies around them, for each such step. */
  surroundings: 0.1,
} as const;
