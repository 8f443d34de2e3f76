/**
 * MultiResUNet, N. Ibtehaz and M. S. Rahman, Neural Networks 2020, as BiaPy defines it: five levels whose widths follow
 * from the number of filters of the first one, batch normalisation and ReLU.
 */
import Type, { type Static } from 'typebox';
import { MaxPooling, Module, type Pass, type Tensor, TransposedConvolution, tf } from '../../core/tensor/index.js';
import { MultiResBlock, ResPath } from './blocks-multires.js';
import { defineNetwork } from './define-network.js';
import { Heads, headProperties } from './heads.js';
import { imageProperties, levelProperties, poolingFactors } from './levels.js';
import { upscalingAt, upscalingFromConfig, upscalingProperties } from './upscaling.js';

const LEVELS = 5;

export const MultiResUNetParameters = Type.Object({
  ...imageProperties,
  baseFilters: Type.Integer({ minimum: 4, default: 32, description: 'Filters of the first level; doubled at each.' }),
  alpha: Type.Number({ exclusiveMinimum: 0, default: 1.67, description: 'Width of a block per filter.' }),
  yxDown: levelProperties.yxDown,
  zDown: levelProperties.zDown,
  ...headProperties,
  ...upscalingProperties,
});
export type MultiResUNetParameters = Static<typeof MultiResUNetParameters>;

/**
 * Builds the network over channels-last images; four levels are pooled, and sides must be divisible by the product of
 * the factors. Outputs are those of the U-Net.
 *
 * @throws TensorError when factors or activations do not fit.
 */
export function buildMultiResUNet(parameters: MultiResUNetParameters): Module<Tensor[]> {
  return new MultiResUNet(parameters);
}

class MultiResUNet extends Module<Tensor[]> {
  readonly before: Module<Tensor>;
  /** Encoder, bottleneck and decoder, numbered through as in checkpoints. */
  readonly blocks: MultiResBlock[] = [];
  readonly paths: ResPath[] = [];
  readonly pools: MaxPooling[];
  readonly enlargers: TransposedConvolution[] = [];
  readonly after: Module<Tensor>;
  readonly heads: Heads;

  constructor(readonly parameters: MultiResUNetParameters) {
    super();
    const { ndim, inputChannels, baseFilters, alpha } = parameters;
    const filters = (level: number) => baseFilters * 2 ** level;
    const factors = poolingFactors('MultiResUNet', parameters, LEVELS - 1);
    this.pools = factors.map((factor) => new MaxPooling(factor));
    const addBlock = (inputs: number, level: number) => {
      const block = new MultiResBlock(inputs, filters(level), alpha, ndim);
      this.blocks.push(this.child(`multiresblock${this.blocks.length + 1}`, block));
      return block.outputs;
    };

    this.before = this.child('pre_upsampling', upscalingAt('pre', inputChannels, parameters));
    let width = inputChannels;
    for (let level = 0; level < LEVELS; level++) {
      width = addBlock(width, level);
      if (level === LEVELS - 1) break;
      const path = new ResPath(width, filters(level), LEVELS - 1 - level, ndim);
      this.paths.push(this.child(`respath${level + 1}`, path));
    }
    for (let level = LEVELS - 2; level >= 0; level--) {
      const enlarger = new TransposedConvolution(width, filters(level), factors[level]);
      this.enlargers.push(this.child(`upsample${this.blocks.length + 1}`, enlarger));
      width = addBlock(filters(level) * 2, level);
    }
    this.after = this.child('post_upsampling', upscalingAt('post', width, parameters));
    this.heads = this.child('heads', new Heads(width, ndim, parameters, 'default'));
  }

  forward(image: Tensor, pass: Pass): Tensor[] {
    const skips: Tensor[] = [];
    let x = this.before.forward(image, pass);
    this.pools.forEach((pool, level) => {
      const features = this.blocks[level].forward(x, pass);
      skips.unshift(this.paths[level].forward(features, pass));
      x = pool.forward(features);
    });
    x = this.blocks[LEVELS - 1].forward(x, pass);
    this.enlargers.forEach((enlarger, step) => {
      const joined = tf.concat([enlarger.forward(x, pass), skips[step]], -1);
      x = this.blocks[LEVELS + step].forward(joined, pass);
    });
    return this.heads.forward(this.after.forward(x, pass), pass);
  }
}

export const multiResUNet = defineNetwork({
  id: 'multiresunet',
  summary: 'MultiResUNet (Ibtehaz and Rahman 2020) as BiaPy builds it, 2D and 3D.',
  schema: MultiResUNetParameters,
  fromConfig: (config) => ({
    yxDown: config.MODEL.YX_DOWN,
    zDown: config.MODEL.Z_DOWN,
    ...upscalingFromConfig(config),
  }),
  build: buildMultiResUNet,
});
