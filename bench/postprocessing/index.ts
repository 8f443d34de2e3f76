/** Finding and measuring objects in a volume, beside scikit-image and scipy where a Python that has them is found. */
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { compare } from '../data/index.js';
import type { Group } from '../measure.js';
import { postprocessingCases } from './cases.js';

const side = { worker: fileURLToPath(new URL('./worker.ts', import.meta.url)), warmUps: 1 };

export const postprocessing: Group = {
  summary: 'objects in a volume of 128×512×512, beside scikit-image and scipy',
  async *measure(options) {
    for (const [place, each] of postprocessingCases.entries())
      if (each.name.includes(options.only)) yield* compare(each, place, os.tmpdir(), options, side);
  },
};
