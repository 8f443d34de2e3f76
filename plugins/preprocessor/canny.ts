/**
 * Replaces images by their edges (DATA.PREPROCESS.CANNY).
 */
import { map } from 'rxjs';
import { Type } from 'typebox';
import { sizeOf } from '../../core/image/image.js';
import { type CannyOptions, canny } from '../../core/nd/canny.js';
import { defineNode } from '../../core/plugin/define.js';
import { changed, preprocessing, workingBytes } from './settings.js';

const KEY = 'DATA.PREPROCESS.CANNY';

export const cannyEdges = defineNode({
  id: 'preprocessor/canny',
  role: 'preprocessor',
  summary: 'Replaces images by their edges, 0 or 255, in a single channel.',
  inputs: { main: ['image'] },
  output: 'image',
  parameters: Type.Object(
    {
      low: Type.Union([Type.Number(), Type.Null()], {
        default: null,
        description: "Slope above which an edge goes on; null for a tenth of the type's maximum.",
      }),
      high: Type.Union([Type.Number(), Type.Null()], {
        default: null,
        description: "Slope above which an edge begins; null for a fifth of the type's maximum.",
      }),
    },
    { additionalProperties: false },
  ),
  order: 60,
  keys: ['DATA.PREPROCESS.CANNY.ENABLE'],
  fromConfig(config, part) {
    const settings = preprocessing(config, part)?.CANNY;
    return settings?.ENABLE ? { low: settings.LOW_THRESHOLD, high: settings.HIGH_THRESHOLD } : undefined;
  },
  reshape: (_, shape) => [...shape.slice(0, -1), 1],
  memory: (_, { shape }) => workingBytes(shape, 1) + 8 * sizeOf(shape.slice(0, -1)) * Float64Array.BYTES_PER_ELEMENT,
  plan: (_, { main }) => ({
    ...main,
    images: main.images.map((each) => ({ ...each, shape: [...each.shape.slice(0, -1), 1] })),
  }),
  create({ low, high }) {
    const options: CannyOptions = { ...(low !== null && { low }), ...(high !== null && { high }) };
    return ({ main }) => main.pipe(map((sample) => changed(sample, KEY, (picture) => canny(picture, options))));
  },
});
