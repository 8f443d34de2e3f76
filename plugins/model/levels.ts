/** The levels of a U-shaped network: how wide, how deep, how small, made of which layers. */
import Type, { type Static } from 'typebox';
import type { Config } from '../../core/config/index.js';
import { TensorError } from '../../core/errors.js';
import { ACTIVATION_NAMES } from '../../core/tensor/index.js';
import { type BlockOptions, cube } from './blocks.js';

export const imageProperties = {
  ndim: Type.Union([Type.Literal(2), Type.Literal(3)], { description: 'Spatial axes of the image.' }),
  inputChannels: Type.Integer({ minimum: 1, description: 'Channels of the image.' }),
};

export const zDownProperty = Type.Optional(
  Type.Array(Type.Integer({ minimum: 0 }), {
    description: 'Depth pooling factor per level, 1 keeps the depth; 2 where 0 or left out.',
  }),
);

const PlaneFactor = Type.Union([
  Type.Integer({ minimum: 0 }),
  Type.Array(Type.Integer({ minimum: 1 }), { minItems: 2, maxItems: 2 }),
]);

export const levelProperties = {
  featureMaps: Type.Array(Type.Integer({ minimum: 1 }), {
    minItems: 2,
    default: [16, 32, 64, 128, 256],
    description: 'Feature maps per level, the last one for the bottleneck.',
  }),
  dropout: Type.Array(Type.Number({ minimum: 0, exclusiveMaximum: 1 }), {
    default: [],
    description: 'Dropout probability per level, the last one for the bottleneck; empty for none.',
  }),
  normalization: Type.Enum(['none', 'bn', 'sync_bn', 'in', 'gn', 'ln'], {
    default: 'bn',
    description: 'Normalisation of the convolutions.',
  }),
  instanceNormAffine: Type.Boolean({ default: false, description: 'Learnable scale and shift of instance norm.' }),
  kernelSize: Type.Integer({ minimum: 1, default: 3, description: 'Side of the convolution kernels.' }),
  activation: Type.Enum(ACTIVATION_NAMES, { default: 'elu', description: 'Activation after each normalisation.' }),
  upsampleLayer: Type.Union([Type.Literal('convtranspose'), Type.Literal('upsampling')], {
    default: 'convtranspose',
    description: 'How the decoder enlarges: a transposed convolution or linear interpolation.',
  }),
  yxDown: Type.Optional(
    Type.Array(PlaneFactor, {
      description: 'In-plane pooling factor per level, or a pair [y, x]; 2 where 0 or left out.',
    }),
  ),
  zDown: zDownProperty,
};

export const separatedDecodersProperty = Type.Boolean({ default: false, description: 'A decoder for each head.' });

export const anisotropyProperties = {
  isotropy: Type.Array(Type.Boolean(), {
    default: [],
    description: 'In 3D, whether the kernels of a level act on the depth too, the last one for the bottleneck.',
  }),
  largerIo: Type.Boolean({
    default: false,
    description: 'A convolution with a kernel larger by 2 before the encoder and after the decoder.',
  }),
};

const ImageAndLevels = Type.Object({ ...imageProperties, ...levelProperties });
export type LevelParameters = Static<typeof ImageAndLevels>;

/** Options of the blocks of a level; its kernels are flat where `isotropic` is false. */
export function blockOptions(parameters: LevelParameters, isotropic = true, larger = 0): BlockOptions {
  const { ndim, kernelSize, normalization, instanceNormAffine, activation, upsampleLayer } = parameters;
  const kernel = cube(kernelSize + larger, ndim);
  if (ndim === 3 && !isotropic) kernel[0] = 1;
  return { ndim, kernel, normalization, instanceNormAffine, activation, upsampleLayer };
}

/**
 * Pooling factors `[y, x]` or `[z, y, x]` per level.
 *
 * @throws TensorError when there are fewer factors than levels.
 */
export function poolingFactors(
  network: string,
  { ndim, yxDown, zDown }: Pick<LevelParameters, 'ndim' | 'yxDown' | 'zDown'>,
  levels: number,
): number[][] {
  for (const [key, list] of Object.entries({ yxDown, zDown })) {
    if (list && list.length > 0 && list.length < levels)
      throw new TensorError(
        `${network}: ${key} has ${list.length} values, but ${levels} levels are pooled. Give one per level.`,
      );
  }
  return Array.from({ length: levels }, (_, level) => {
    const written = yxDown?.[level];
    const plane = Array.isArray(written) ? written : cube(written || 2, 2);
    return ndim === 2 ? plane : [zDown?.[level] || 2, ...plane];
  });
}

/** {@link levelProperties} from the MODEL section. */
export function levelsFromConfig({ MODEL: model }: Config) {
  return {
    featureMaps: model.FEATURE_MAPS,
    dropout: model.DROPOUT_VALUES,
    normalization: model.NORMALIZATION,
    kernelSize: model.KERNEL_SIZE,
    activation: model.ACTIVATION.toLowerCase(),
    upsampleLayer: model.UPSAMPLE_LAYER.toLowerCase(),
    ...('instanceNormAffine' in model.PARAMETERS && { instanceNormAffine: model.PARAMETERS.instanceNormAffine }),
    yxDown: model.YX_DOWN,
    zDown: model.Z_DOWN,
  };
}

/** {@link anisotropyProperties} from the MODEL section. */
export function anisotropyFromConfig({ MODEL: model }: Config) {
  return { isotropy: model.ISOTROPY, largerIo: model.LARGER_IO };
}

/** Whether the workflow that runs wants a decoder for each head. */
export function separatedDecodersFromConfig({ PROBLEM: problem }: Config): boolean {
  switch (problem.TYPE) {
    case 'INSTANCE_SEG':
      return problem.INSTANCE_SEG.SEPARATED_DECODERS_PER_HEAD;
    case 'DETECTION':
      return problem.DETECTION.SEPARATED_DECODERS_PER_HEAD;
    case 'IMAGE_TO_IMAGE':
      return problem.IMAGE_TO_IMAGE.SEPARATED_DECODERS_PER_HEAD;
    default:
      return false;
  }
}
