/** Every measure of the group, in the order in which they are shown. */
import { augmentations } from './augment.js';
import type { DataCase } from './case.js';
import { clahe } from './clahe.js';
import { gaussian } from './gaussian.js';
import { medians } from './median.js';
import { normalization } from './normalize.js';
import { percentileCases } from './percentile.js';
import { resizes } from './resize.js';
import { segmentation } from './segmentation.js';
import { tiffs } from './tiff.js';
import { containers } from './zarr-read.js';

export const dataCases: readonly DataCase[] = [
  ...augmentations,
  ...percentileCases,
  normalization,
  clahe,
  gaussian,
  ...medians,
  ...resizes,
  ...segmentation,
  ...tiffs,
  ...containers,
];
