/**
 * How a training divides the memory budget.
 *
 * While it validates, patches that were made ahead for the next epoch keep their memory, and validation images and
 * patches need some: each side has its own share, and together they are the whole, so none can wait for ever.
 */
export const TRAINING_SHARES = {
  /** Images that are kept, of both parts together; others go to scratch files. */
  kept: 0.35,
  /** One image that is being read and prepared. */
  image: 0.4,
  /** Target channels around a patch, made of labels that come in parts, for each of the two parts: they take the place of `image`. */
  channels: 0.15,
  /** Parts that a step works on with what lies around them, for each of the two parts; they take the place of `image`, too. */
  surroundings: 0.05,
  /** Patches on their way to the trainer, for each of the two parts. */
  patches: 0.125,
} as const;
