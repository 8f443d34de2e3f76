/** The U shape: an encoder that halves, a bottleneck, decoders that take the encoder's feature maps back in. */
import Type, { type Static } from 'typebox';
import type { Config } from '../../core/config/index.js';
import { MaxPooling, Module, type Pass, Sequential, type Tensor } from '../../core/tensor/index.js';
import { type BlockOptions, ConvBlock } from './blocks.js';
import type { DecoderBlock } from './blocks-up.js';
import { Heads, headProperties } from './heads.js';
import {
  anisotropyProperties,
  blockOptions,
  imageProperties,
  levelProperties,
  levelsFromConfig,
  poolingFactors,
  separatedDecodersFromConfig,
  separatedDecodersProperty,
} from './levels.js';
import { upscalingAt, upscalingFromConfig, upscalingProperties } from './upscaling.js';

/** What all networks of this shape are built from. */
export const encoderDecoderProperties = {
  ...imageProperties,
  ...levelProperties,
  ...headProperties,
  separatedDecoders: separatedDecodersProperty,
  ...upscalingProperties,
};

const EncoderDecoderParameters = Type.Object({
  ...encoderDecoderProperties,
  ...Type.Partial(Type.Object(anisotropyProperties)).properties,
});
export type EncoderDecoderParameters = Static<typeof EncoderDecoderParameters>;

/** {@link encoderDecoderProperties} as far as the configuration decides them. */
export function encoderDecoderFromConfig(config: Config) {
  return {
    ...levelsFromConfig(config),
    separatedDecoders: separatedDecodersFromConfig(config),
    ...upscalingFromConfig(config),
  };
}

/** A place in the network that a block is made for. */
export interface Stage {
  /** 0 for the finest level; the bottleneck is the last. */
  level: number;
  inputs: number;
  outputs: number;
  dropout: number;
  options: BlockOptions;
}

/** What tells one network of this shape from another. */
export interface EncoderDecoderBlocks {
  /** For messages. */
  name: string;
  down(stage: Stage): Module<Tensor>;
  bottleneck(stage: Stage): Module<Tensor>;
  /** A step that enlarges by `factors` to the size of a feature map with as many channels as it gives itself. */
  up(stage: Stage, factors: readonly number[]): DecoderBlock;
}

/**
 * The network over channels-last images `[n, y, x, c]` or `[n, z, y, x, c]`; sides must be divisible by the product of
 * the pooling factors. Outputs: the prediction heads joined on channels, then the class heads.
 *
 * @throws TensorError when factors, channels or activations do not fit.
 */
export class EncoderDecoder extends Module<Tensor[]> {
  readonly before: Module<Tensor>;
  readonly largerInput: Module<Tensor>;
  readonly encoder: Module<Tensor>[];
  readonly pools: MaxPooling[];
  readonly bottleneck: Module<Tensor>;
  readonly decoders: DecoderBlock[][];
  readonly largerOutputs: Module<Tensor>[];
  readonly after: Module<Tensor>;
  readonly heads: Heads;

  constructor(
    readonly parameters: EncoderDecoderParameters,
    blocks: EncoderDecoderBlocks,
  ) {
    super();
    const { featureMaps: maps, inputChannels, ndim, largerIo, heads } = parameters;
    const levels = maps.length - 1;
    const factors = poolingFactors(blocks.name, parameters, levels);
    const stage = (level: number, inputs: number): Stage => ({
      level,
      inputs,
      outputs: maps[level],
      dropout: parameters.dropout[level] ?? 0,
      options: blockOptions(parameters, isotropic(parameters, level)),
    });
    const larger = (inputs: number) =>
      largerIo
        ? new ConvBlock(inputs, maps[0], blockOptions(parameters, isotropic(parameters, 0), 2))
        : new Sequential([]);

    this.before = this.child('pre_upsampling', upscalingAt('pre', inputChannels, parameters));
    this.largerInput = this.child('conv_in', larger(inputChannels));
    this.encoder = maps.slice(0, levels).map((_, level) => {
      const inputs = level > 0 ? maps[level - 1] : largerIo ? maps[0] : inputChannels;
      return this.child(`down_path.${level}`, blocks.down(stage(level, inputs)));
    });
    this.pools = factors.map((factor) => new MaxPooling(factor));
    this.bottleneck = this.child('bottleneck', blocks.bottleneck(stage(levels, maps[levels - 1])));
    const decoders = Array.from({ length: parameters.separatedDecoders ? heads.length : 1 }, (_, decoder) => decoder);
    this.decoders = decoders.map((decoder) =>
      Array.from({ length: levels }, (_, i) => {
        const level = levels - 1 - i;
        const block = blocks.up(stage(level, maps[level + 1]), factors[level]);
        return this.child(`up_paths.${decoder}.${i}`, block);
      }),
    );
    this.largerOutputs = decoders.map((decoder) => this.child(`conv_out.${decoder}`, larger(maps[0])));
    this.after = this.child('post_upsampling', upscalingAt('post', maps[0], parameters));
    this.heads = this.child('heads', new Heads(maps[0], ndim, parameters));
  }

  forward(image: Tensor, pass: Pass): Tensor[] {
    const skips: Tensor[] = [];
    let x = this.largerInput.forward(this.before.forward(image, pass), pass);
    this.encoder.forEach((block, level) => {
      const features = block.forward(x, pass);
      skips.unshift(features);
      x = this.pools[level].forward(features);
    });
    const deepest = this.bottleneck.forward(x, pass);
    const features = this.decoders.map((steps, decoder) => {
      const decoded = steps.reduce((y, step, i) => step.join(y, skips[i], pass), deepest);
      return this.after.forward(this.largerOutputs[decoder].forward(decoded, pass), pass);
    });
    return this.heads.apply(features, pass);
  }
}

function isotropic({ isotropy }: EncoderDecoderParameters, level: number): boolean {
  return isotropy?.[level] ?? true;
}
