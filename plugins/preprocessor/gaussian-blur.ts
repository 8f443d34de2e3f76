/**
 * Blurs images (DATA.PREPROCESS.GAUSSIAN_BLUR).
 */
import { map } from 'rxjs';
import { Type } from 'typebox';
import { ConfigError } from '../../core/errors.js';
import { bytesPerValue, type Image } from '../../core/image/image.js';
import { mapWithHalo } from '../../core/image/made-in-parts.js';
import { gaussian, gaussianRadius } from '../../core/nd/gaussian.js';
import type { SplineBorder } from '../../core/nd/spline.js';
import { defineNode } from '../../core/plugin/define.js';
import { services } from '../../core/plugin/services.js';
import { inTypeOf, preprocessing, surroundingsBudget, workingBytes } from './settings.js';

const BORDERS = ['reflect', 'symmetric', 'edge', 'wrap', 'constant'] as const;

/** Names of scipy, which the configuration uses, in the names of numpy. */
const FROM_SCIPY: Readonly<Record<string, SplineBorder>> = {
  reflect: 'symmetric',
  mirror: 'reflect',
  nearest: 'edge',
  wrap: 'wrap',
  constant: 'constant',
};

export const gaussianBlur = defineNode({
  id: 'preprocessor/gaussian-blur',
  role: 'preprocessor',
  summary: 'Blurs images with a Gaussian.',
  inputs: { main: ['image'] },
  output: 'image',
  parameters: Type.Object(
    {
      sigma: Type.Number({ minimum: 0, default: 1, description: 'Standard deviation in pixels.' }),
      border: Type.Enum(BORDERS, { default: 'edge', description: 'What lies outside; names of numpy.' }),
      acrossChannels: Type.Boolean({ default: false, description: 'Channels are one more axis, and blurred too.' }),
    },
    { additionalProperties: false },
  ),
  whyWhole: ({ border }) =>
    border === 'wrap' ? 'DATA.PREPROCESS.GAUSSIAN_BLUR.MODE wrap brings in its other end' : undefined,
  order: 20,
  keys: ['DATA.PREPROCESS.GAUSSIAN_BLUR.ENABLE'],
  fromConfig(config, part) {
    const settings = preprocessing(config, part)?.GAUSSIAN_BLUR;
    if (!settings?.ENABLE) return undefined;
    checkChannelAxis(settings.CHANNEL_AXIS, (config.DATA.PATCH_SIZE as number[]).length - 1);
    // Without CHANNEL_AXIS an image is one array to BiaPy. With a single channel that makes no difference.
    const several = (config.DATA.PATCH_SIZE as number[]).at(-1)! > 1;
    return {
      sigma: settings.SIGMA,
      border: FROM_SCIPY[settings.MODE],
      acrossChannels: several && settings.CHANNEL_AXIS === null,
    };
  },
  memory: (_, { shape }) => workingBytes(shape, 3),
  needs: { memory: services.memory },
  create({ sigma, border, acrossChannels }, { memory }, { phase }) {
    const budget = surroundingsBudget(phase, memory.budget);
    const blur = (picture: Image) => {
      const sigmas = picture.shape.map((_, axis) => (axis < picture.shape.length - 1 || acrossChannels ? sigma : 0));
      return inTypeOf(picture, gaussian(picture, sigmas, { border }));
    };
    return ({ main }) =>
      main.pipe(
        map((sample) => {
          const { image } = sample;
          // Around the corner lies the other end of the image.
          if (border === 'wrap') return { ...sample, image: blur(image) };
          const halo = image.shape.slice(0, -1).map(() => gaussianRadius(sigma));
          const bytes = bytesPerValue(image.dtype) + 2 * Float64Array.BYTES_PER_ELEMENT;
          const what = `a Gaussian of ${sigma} pixels`;
          return { ...sample, image: mapWithHalo(image, blur, { what, halo, budget, bytesPerValue: bytes }) };
        }),
      );
  },
});

/** Channels are the last axis of all images. */
function checkChannelAxis(axis: number | null, last: number): void {
  if (axis === null || axis === -1 || axis === last) return;
  throw new ConfigError([
    {
      severity: 'error',
      key: 'DATA.PREPROCESS.GAUSSIAN_BLUR.CHANNEL_AXIS',
      message: `channels are the last axis of an image, ${last} or -1; came ${axis}.`,
      advice: 'Write -1 to blur each channel alone, or None to blur across channels, too.',
    },
  ]);
}
