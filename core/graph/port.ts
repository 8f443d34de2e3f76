/** What travels on an edge. A node says which kinds it takes and which it gives; compiling a graph holds them together. */
export const PORT_TYPES = ['image', 'patch', 'batch', 'channels', 'classes', 'labels', 'points', 'table'] as const;

/**
 * - `image`: a whole image, with its target where there is one
 * - `patch`: a part of an image with its place in it
 * - `batch`: several patches of one shape, stacked on a first axis
 * - `channels`: what a network predicts for a whole image, floating-point channels
 * - `classes`: one class id for each pixel
 * - `labels`: one object id for each pixel
 * - `points`: coordinates with properties
 * - `table`: rows of values
 */
export type PortType = (typeof PORT_TYPES)[number];

/** The role that a node plays; also the folder of the built-in ones. */
export const ROLES = [
  'loader',
  'filter',
  'preprocessor',
  'normalizer',
  'augmenter',
  'model',
  'trainer',
  'stitcher',
  'postprocessor',
  'metric',
  'writer',
] as const;

export type Role = (typeof ROLES)[number];
