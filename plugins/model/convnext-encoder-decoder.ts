/** The U shape made of ConvNeXt blocks, with a stem that makes the image smaller first and one that enlarges it last. */
import Type, { type Static } from 'typebox';
import type { Config } from '../../core/config/index.js';
import { TensorError } from '../../core/errors.js';
import { Module, type Pass, Sequential, type Tensor } from '../../core/tensor/index.js';
import { cube } from './blocks.js';
import {
  ConvNeXtBlock,
  type ConvNeXtOptions,
  convNeXtDownsampling,
  convNeXtInvertedStem,
  convNeXtStem,
  UpConvNeXtBlock,
} from './blocks-convnext.js';
import { Heads, headProperties } from './heads.js';
import {
  anisotropyProperties,
  imageProperties,
  levelProperties,
  poolingFactors,
  separatedDecodersFromConfig,
  separatedDecodersProperty,
} from './levels.js';
import { upscalingAt, upscalingFromConfig, upscalingProperties } from './upscaling.js';

const KERNEL = 7;

export const convNeXtProperties = {
  ...imageProperties,
  featureMaps: levelProperties.featureMaps,
  convLayers: Type.Array(Type.Integer({ minimum: 1 }), {
    default: [],
    description: 'ConvNeXt blocks per level, the last number for the bottleneck; empty for 2 each.',
  }),
  stochasticDepth: Type.Number({
    minimum: 0,
    exclusiveMaximum: 1,
    default: 0.1,
    description: 'Probability that a sample skips the last block of the bottleneck in training; earlier blocks less.',
  }),
  stemKernelSize: Type.Integer({ minimum: 1, default: 2, description: 'Kernel side and stride of the stem.' }),
  upsampleLayer: levelProperties.upsampleLayer,
  yxDown: levelProperties.yxDown,
  zDown: levelProperties.zDown,
  isotropy: anisotropyProperties.isotropy,
  ...headProperties,
  separatedDecoders: separatedDecodersProperty,
  ...upscalingProperties,
};

const ConvNeXtParameters = Type.Object(convNeXtProperties);
export type ConvNeXtParameters = Static<typeof ConvNeXtParameters>;

/** {@link convNeXtProperties} from the MODEL section. */
export function convNeXtFromConfig(config: Config) {
  const { MODEL: model } = config;
  return {
    featureMaps: model.FEATURE_MAPS,
    convLayers: model.CONV_LAYERS,
    stochasticDepth: model.CONVNEXT_SD_PROB,
    stemKernelSize: model.CONVNEXT_STEM_K_SIZE,
    upsampleLayer: model.UPSAMPLE_LAYER.toLowerCase(),
    yxDown: model.YX_DOWN,
    zDown: model.Z_DOWN,
    isotropy: model.ISOTROPY,
    separatedDecoders: separatedDecodersFromConfig(config),
    ...upscalingFromConfig(config),
  };
}

/**
 * The network over channels-last images `[n, y, x, c]` or `[n, z, y, x, c]`; sides must be divisible by the stem and the
 * product of the factors. Outputs: the prediction heads joined on channels, then the class heads.
 *
 * @throws TensorError when the lists do not fit the levels, or an activation is not known.
 */
export class ConvNeXtEncoderDecoder extends Module<Tensor[]> {
  readonly before: Module<Tensor>;
  readonly stem: Sequential;
  readonly encoder: Sequential[];
  readonly smaller: Sequential[];
  readonly bottleneck: Sequential;
  readonly decoders: UpConvNeXtBlock[][];
  readonly invertedStems: Sequential[];
  readonly after: Module<Tensor>;
  readonly heads: Heads;

  /** @param name for messages. */
  constructor(name: string, parameters: ConvNeXtParameters, options: Pick<ConvNeXtOptions, 'version' | 'layerScale'>) {
    super();
    const { featureMaps: maps, inputChannels, ndim, heads, upsampleLayer } = parameters;
    const levels = maps.length - 1;
    const factors = poolingFactors(name, parameters, levels);
    const layers = layersOf(name, parameters);
    const rates = dropPaths(layers, parameters.stochasticDepth);
    const kernels = kernelsOf(parameters);
    const block = (level: number, kernel: readonly number[], rate: number) =>
      new ConvNeXtBlock(maps[level], kernel, rate, { ndim, ...options });
    const blocks = (level: number) => rates[level].map((rate) => block(level, kernels[level], rate));
    const stem = stemOf(parameters, factors);

    this.before = this.child('pre_upsampling', upscalingAt('pre', inputChannels, parameters));
    this.stem = this.child('down_path.0', convNeXtStem(inputChannels, maps[0], stem));
    this.encoder = factors.map((_, level) => this.child(`down_path.${level + 1}`, new Sequential(blocks(level))));
    this.smaller = factors.map((factor, level) =>
      this.child(`downsample_layers.${level}`, convNeXtDownsampling(maps[level], maps[level + 1], factor)),
    );
    this.bottleneck = this.child('bottleneck', new Sequential(blocks(levels)));
    const decoders = Array.from({ length: parameters.separatedDecoders ? heads.length : 1 }, (_, decoder) => decoder);
    this.decoders = decoders.map((decoder) =>
      factors.map((_, i) => {
        const level = levels - 1 - i;
        // Deeper kernels decide: where the encoder has become flat, the whole decoder is.
        const own = rates[level].toReversed().map((rate) => block(level, kernels[levels], rate));
        const up = new UpConvNeXtBlock(maps[level + 1], maps[level], factors[level], upsampleLayer, own);
        return this.child(`up_paths.${decoder}.${i}`, up);
      }),
    );
    this.invertedStems = decoders.map((decoder) =>
      this.child(`up_paths.${decoder}.${levels}`, convNeXtInvertedStem(maps[0], stem)),
    );
    this.after = this.child('post_upsampling', upscalingAt('post', maps[0], parameters));
    this.heads = this.child('heads', new Heads(maps[0], ndim, parameters));
  }

  forward(image: Tensor, pass: Pass): Tensor[] {
    const skips: Tensor[] = [];
    let x = this.stem.forward(this.before.forward(image, pass), pass);
    this.encoder.forEach((blocks, level) => {
      const features = blocks.forward(x, pass);
      skips.unshift(features);
      x = this.smaller[level].forward(features, pass);
    });
    const deepest = this.bottleneck.forward(x, pass);
    const features = this.decoders.map((steps, decoder) => {
      const decoded = steps.reduce((y, step, i) => step.join(y, skips[i], pass), deepest);
      return this.after.forward(this.invertedStems[decoder].forward(decoded, pass), pass);
    });
    return this.heads.apply(features, pass);
  }
}

/** What image sides must be multiples of: the stem times the factors of all levels. */
export function convNeXtDivisors(parameters: Omit<ConvNeXtParameters, 'heads' | 'inputChannels'>): number[] {
  const factors = poolingFactors('U-NeXt', parameters, parameters.featureMaps.length - 1);
  return factors.reduce((all, factor) => all.map((side, i) => side * factor[i]), stemOf(parameters, factors));
}

/** Depth is never kept by the stem, whatever its factor: as in BiaPy, the larger of the two. */
function stemOf(
  { ndim, stemKernelSize }: Pick<ConvNeXtParameters, 'ndim' | 'stemKernelSize'>,
  factors: number[][],
): number[] {
  const stem = cube(stemKernelSize, ndim);
  if (ndim === 3) stem[0] = Math.max(stem[0], factors[0][0]);
  return stem;
}

function layersOf(name: string, { featureMaps, convLayers }: ConvNeXtParameters): number[] {
  if (convLayers.length === 0) return featureMaps.map(() => 2);
  if (convLayers.length === featureMaps.length) return convLayers;
  throw new TensorError(
    `${name}: convLayers has ${convLayers.length} values, but there are ${featureMaps.length} feature maps. Give one for each.`,
    { where: { key: 'MODEL.CONV_LAYERS' } },
  );
}

/** Probabilities of the blocks of each level, growing evenly from 0 to `last` through encoder and bottleneck. */
function dropPaths(layers: readonly number[], last: number): number[][] {
  const total = layers.reduce((sum, count) => sum + count, 0);
  let block = 0;
  return layers.map((count) => Array.from({ length: count }, () => (last * block++) / Math.max(1, total - 1)));
}

/** Kernels of each level of the encoder. In 3D one that is not isotropic is flat, and so are all deeper ones. */
function kernelsOf({ ndim, featureMaps, isotropy }: ConvNeXtParameters): number[][] {
  const whole = cube(KERNEL, ndim);
  let flat = false;
  return featureMaps.map((_, level) => {
    flat ||= isotropy[level] === false;
    return flat && ndim === 3 ? [1, KERNEL, KERNEL] : whole;
  });
}
