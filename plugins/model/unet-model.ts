/** The U-Net under its name in MODEL.ARCHITECTURE. */
import { Type } from 'typebox';
import type { Config } from '../../core/config/index.js';
import { defineModel } from '../../core/plugin/define.js';
import { buildUNet, UNetParameters } from './unet.js';

// What the workflow decides is not for the MODEL section to say.
const Parameters = Type.Omit(UNetParameters, ['ndim', 'inputChannels', 'heads']);

export const unet = defineModel({
  id: 'unet',
  summary: 'U-Net (Ronneberger et al. 2015) as BiaPy builds it, 2D and 3D.',
  parameters: Parameters,
  fromConfig: ({ MODEL: model }: Config) => ({
    featureMaps: model.FEATURE_MAPS as number[],
    dropout: model.DROPOUT_VALUES as number[],
    normalization: model.NORMALIZATION,
    kernelSize: model.KERNEL_SIZE,
    activation: model.ACTIVATION.toLowerCase(),
    upsampleLayer: model.UPSAMPLE_LAYER.toLowerCase(),
    yxDown: model.YX_DOWN as number[],
    zDown: model.Z_DOWN as number[],
  }),
  build: (parameters, { ndim, inputChannels, outputChannels }) =>
    buildUNet({
      ...parameters,
      ndim,
      inputChannels,
      heads: outputChannels.map((channels, i) => ({ channels, kind: i === 0 ? 'prediction' : 'class' })),
    } as UNetParameters),
});
