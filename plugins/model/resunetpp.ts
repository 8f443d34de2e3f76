/**
 * ResUNet++, D. Jha et al., IEEE International Symposium on Multimedia 2019, as BiaPy defines it: a residual U-Net with
 * squeeze-and-excitation between the levels, atrous pyramids as bridge and end, and attention in the decoder.
 */
import Type, { type Static } from 'typebox';
import { MaxPooling, Module, type Pass, type Tensor } from '../../core/tensor/index.js';
import { ResConvBlock, type ResidualOptions, ResUpBlock } from './blocks-residual.js';
import { AtrousPyramid, EncoderAttention } from './blocks-resunetpp.js';
import { SqueezeExcitation } from './blocks-squeeze-excitation.js';
import { defineNetwork } from './define-network.js';
import { encoderDecoderFromConfig, encoderDecoderProperties } from './encoder-decoder.js';
import { Heads } from './heads.js';
import { blockOptions, poolingFactors } from './levels.js';
import { upscalingAt } from './upscaling.js';

export const ResUNetPlusPlusParameters = Type.Object({
  ...encoderDecoderProperties,
  featureMaps: { ...encoderDecoderProperties.featureMaps, minItems: 3 },
});
export type ResUNetPlusPlusParameters = Static<typeof ResUNetPlusPlusParameters>;

/**
 * Builds the network over channels-last images. Of L feature maps, L − 2 levels are pooled, the first pooling factor is
 * not used; sides must be divisible by the product of the others. Outputs are those of the U-Net.
 *
 * Separate decoders are numbered behind the names that a single one has; how BiaPy names them is not known.
 *
 * @throws TensorError when factors, channels or activations do not fit.
 */
export function buildResUNetPlusPlus(parameters: ResUNetPlusPlusParameters): Module<Tensor[]> {
  return new ResUNetPlusPlus(parameters);
}

/** From the bridge up to the heads, or to one of them. */
interface Decoder {
  readonly attentions: readonly EncoderAttention[];
  readonly blocks: readonly ResUpBlock[];
  readonly end: AtrousPyramid;
}

class ResUNetPlusPlus extends Module<Tensor[]> {
  readonly before: Module<Tensor>;
  readonly encoder: ResConvBlock[];
  readonly excitations: SqueezeExcitation[];
  readonly pools: MaxPooling[];
  readonly bridge: AtrousPyramid;
  readonly decoders: Decoder[];
  readonly after: Module<Tensor>;
  readonly heads: Heads;

  constructor(readonly parameters: ResUNetPlusPlusParameters) {
    super();
    const { featureMaps: maps, inputChannels, ndim } = parameters;
    const depth = maps.length - 2;
    const factors = poolingFactors('ResUNet++', parameters, depth + 1);
    const options = blockOptions(parameters);
    const residual = (entry: number): ResidualOptions => ({
      dropout: parameters.dropout[entry] ?? 0,
      shortcut: 'normalized',
    });

    this.before = this.child('pre_upsampling', upscalingAt('pre', inputChannels, parameters));
    const first = new ResConvBlock(inputChannels, maps[0], options, { ...residual(0), first: true });
    this.encoder = [this.child('down_path.0', first)];
    this.excitations = [];
    this.pools = [];
    for (let i = 0; i < depth; i++) {
      // Block i + 1 takes the dropout of entry i, as in BiaPy.
      const block = new ResConvBlock(maps[i], maps[i + 1], options, residual(i));
      this.encoder.push(this.child(`down_path.${i + 1}`, block));
      this.excitations.push(this.child(`sqex_blocks.${i}`, new SqueezeExcitation(maps[i])));
      this.pools.push(new MaxPooling(factors[i + 1]));
    }
    this.bridge = this.child('aspp_bridge', new AtrousPyramid(maps[depth], maps[depth + 1], options));
    const separate = parameters.separatedDecoders && parameters.heads.length > 1;
    this.decoders = (separate ? parameters.heads.map((_, k) => `.${k}`) : ['']).map((place) => {
      const attentions: EncoderAttention[] = [];
      const blocks: ResUpBlock[] = [];
      for (let step = 0; step < depth; step++) {
        const i = depth - 1 - step;
        const wide = maps[i + 2];
        const attention = new EncoderAttention(maps[i], wide, factors[i + 1], options);
        attentions.push(this.child(`attentions${place}.${step}`, attention));
        const up = new ResUpBlock(wide, maps[i], maps[i + 1], factors[i + 1], options, residual(i + 2));
        blocks.push(this.child(`up_path${place}.${step}`, up));
      }
      const end = this.child(`aspp_out${place}`, new AtrousPyramid(maps[1], maps[0], options));
      return { attentions, blocks, end };
    });
    this.after = this.child('post_upsampling', upscalingAt('post', maps[0], parameters));
    this.heads = this.child('heads', new Heads(maps[0], ndim, parameters));
  }

  forward(image: Tensor, pass: Pass): Tensor[] {
    const enlarged = this.before.forward(image, pass);
    let x = this.encoder[0].forward(enlarged, pass);
    const skips: Tensor[] = [];
    this.encoder.slice(1).forEach((block, i) => {
      // What is squeezed is what the decoder gets; pooling comes after each block but the first.
      const excited = this.excitations[i].forward(x, pass);
      skips.unshift(i === 0 ? excited : this.pools[i - 1].forward(excited));
      x = block.forward(skips[0], pass);
    });
    const bottom = this.bridge.forward(this.pools[this.pools.length - 1].forward(x), pass);
    const features = this.decoders.map(({ attentions, blocks, end }) => {
      const y = blocks.reduce(
        (below, up, step) => up.join(attentions[step].weigh(skips[step], below, pass), skips[step], pass),
        bottom,
      );
      return this.after.forward(end.forward(y, pass), pass);
    });
    return this.heads.apply(features, pass);
  }
}

export const resunetPlusPlus = defineNetwork({
  id: 'resunet++',
  summary: 'ResUNet++ (Jha et al. 2019) as BiaPy builds it, 2D and 3D.',
  schema: ResUNetPlusPlusParameters,
  fromConfig: encoderDecoderFromConfig,
  build: buildResUNetPlusPlus,
});
