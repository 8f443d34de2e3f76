/**
 * Evens out local contrast (DATA.PREPROCESS.CLAHE).
 */
import { map } from 'rxjs';
import { Type } from 'typebox';
import { equalizeAdaptive } from '../../core/nd/equalize-adaptive.js';
import { defineNode } from '../../core/plugin/define.js';
import { inTypeOf, preprocessing, workingBytes } from './settings.js';

export const clahe = defineNode({
  id: 'preprocessor/clahe',
  role: 'preprocessor',
  summary: 'Equalises histograms region by region, with a limit to the contrast.',
  inputs: { main: ['image'] },
  output: 'image',
  parameters: Type.Object(
    {
      region: Type.Union([Type.Array(Type.Integer({ minimum: 1 }), { minItems: 1, maxItems: 4 }), Type.Null()], {
        default: null,
        description: 'Sides of a region in pixels, one for all axes or one for each; null for an eighth of the image.',
      }),
      clipLimit: Type.Number({
        minimum: 0,
        default: 0.01,
        description: "Share of a region's pixels that one grey level may have.",
      }),
    },
    { additionalProperties: false },
  ),
  whyWhole: () => 'DATA.PREPROCESS.CLAHE measures all of it',
  order: 50,
  keys: ['DATA.PREPROCESS.CLAHE.ENABLE'],
  fromConfig(config, part) {
    const settings = preprocessing(config, part)?.CLAHE;
    if (!settings?.ENABLE) return undefined;
    const region = settings.KERNEL_SIZE as number | number[] | null;
    return { region: typeof region === 'number' ? [region] : region, clipLimit: settings.CLIP_LIMIT };
  },
  memory: (_, { shape }) => workingBytes(shape, 3),
  create({ region, clipLimit }) {
    const options = { clipLimit, ...(region && { region: region.length === 1 ? region[0] : region }) };
    return ({ main }) =>
      main.pipe(
        map((sample) => ({
          ...sample,
          image: inTypeOf(sample.image, equalizeAdaptive(sample.image, options), true),
        })),
      );
  },
});
