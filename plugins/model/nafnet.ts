/**
 * NAFNet, L. Chen et al., Simple Baselines for Image Restoration, ECCV 2022, as BiaPy defines it: a U shape without
 * activations that adds what it restores to the image. 2D.
 */
import Type, { type Static } from 'typebox';
import type { Config } from '../../core/config/index.js';
import { TensorError } from '../../core/errors.js';
import { Convolution, Module, type Pass, pixelShuffle, Sequential, type Tensor, tf } from '../../core/tensor/index.js';
import { NAFBlock } from './blocks-nafnet.js';
import { defineNetwork } from './define-network.js';
import { activateHeads, headProperties } from './heads.js';
import { imageProperties } from './levels.js';

const Counts = (description: string, values: number[]) =>
  Type.Array(Type.Integer({ minimum: 0 }), { minItems: 1, default: values, description });

export const NAFNetParameters = Type.Object({
  ...imageProperties,
  width: Type.Integer({
    minimum: 1,
    default: 32,
    description: 'Channels of the finest level, doubled at each further.',
  }),
  encBlkNums: Counts('Blocks of each level of the encoder.', [2, 2, 4, 8]),
  middleBlkNum: Type.Integer({ minimum: 0, default: 12, description: 'Blocks at the bottom.' }),
  decBlkNums: Counts('Blocks of each level of the decoder, the deepest first.', [2, 2, 2, 2]),
  dwExpand: Type.Integer({
    minimum: 1,
    default: 2,
    description: 'Width of the depth-wise convolutions, as a multiple.',
  }),
  ffnExpand: Type.Integer({
    minimum: 1,
    default: 2,
    description: 'Hidden width of the second part of a block, as a multiple.',
  }),
  ...headProperties,
});
export type NAFNetParameters = Static<typeof NAFNetParameters>;

/**
 * Builds the network over images `[n, y, x, c]` of any size; they are filled up with zeros inside. One output of the
 * channels of all heads together, logits or, as the specification of the workflow says, activated.
 *
 * @throws TensorError in 3D, for a class head, when the levels of encoder and decoder differ, or a width cannot be halved.
 */
export function buildNAFNet(parameters: NAFNetParameters): Module<Tensor[]> {
  return new NAFNet(parameters);
}

class NAFNet extends Module<Tensor[]> {
  readonly intro: Convolution;
  readonly encoders: Sequential[];
  readonly downs: Convolution[];
  readonly middle: Sequential;
  readonly ups: Convolution[];
  readonly decoders: Sequential[];
  readonly ending: Convolution;
  readonly projection: Convolution | undefined;

  constructor(readonly parameters: NAFNetParameters) {
    super();
    check(parameters);
    const { inputChannels, width, encBlkNums, middleBlkNum, decBlkNums, dwExpand, ffnExpand, heads } = parameters;
    const blocks = (count: number, channels: number) =>
      new Sequential(Array.from({ length: count }, () => new NAFBlock(channels, dwExpand, ffnExpand)));
    const widthAt = (level: number) => width * 2 ** level;
    const outputs = heads.reduce((sum, { channels }) => sum + channels, 0);
    const levels = encBlkNums.length;
    this.intro = this.child('intro', new Convolution(inputChannels, width, { kernel: [3, 3] }));
    this.ending = this.child('ending', new Convolution(width, outputs, { kernel: [3, 3] }));
    this.encoders = encBlkNums.map((count, level) => this.child(`encoders.${level}`, blocks(count, widthAt(level))));
    this.decoders = decBlkNums.map((count, step) =>
      this.child(`decoders.${step}`, blocks(count, widthAt(levels - 1 - step))),
    );
    this.middle = this.child('middle_blks', blocks(middleBlkNum, widthAt(levels)));
    this.ups = decBlkNums.map((_, step) => {
      const channels = widthAt(levels - step);
      const widen = new Convolution(channels, 2 * channels, { kernel: [1, 1], bias: false });
      return this.child(`ups.${step}.0`, widen);
    });
    this.downs = encBlkNums.map((_, level) => {
      const halve = { kernel: [2, 2], stride: [2, 2], padding: [0, 0] };
      return this.child(`downs.${level}`, new Convolution(widthAt(level), widthAt(level + 1), halve));
    });
    if (inputChannels !== outputs) {
      const project = new Convolution(inputChannels, outputs, { kernel: [1, 1], bias: false });
      this.projection = this.child('skip_proj', project);
    }
  }

  forward(image: Tensor, pass: Pass): Tensor[] {
    const filled = fillUp(image, 2 ** this.encoders.length);
    const skips: Tensor[] = [];
    let x = this.intro.forward(filled, pass);
    this.encoders.forEach((blocks, level) => {
      const features = blocks.forward(x, pass);
      skips.unshift(features);
      x = this.downs[level].forward(features, pass);
    });
    x = this.middle.forward(x, pass);
    this.decoders.forEach((blocks, step) => {
      const enlarged = pixelShuffle(this.ups[step].forward(x, pass), [2, 2]);
      x = blocks.forward(tf.add(enlarged, skips[step]), pass);
    });
    const past = this.projection ? this.projection.forward(filled, pass) : filled;
    const restored = tf.add(this.ending.forward(x, pass), past);
    return [activateHeads(cutTo(restored, image), this.parameters)];
  }
}

/** Zeros at the bottom and at the right until the sides are multiples. */
function fillUp(x: Tensor, multiple: number): Tensor {
  const missing = x.shape.slice(1, -1).map((side) => (multiple - (side % multiple)) % multiple);
  if (missing.every((lines) => lines === 0)) return x;
  return tf.pad(x, [[0, 0], ...missing.map((lines): [number, number] => [0, lines]), [0, 0]]);
}

function cutTo(x: Tensor, { shape }: Tensor): Tensor {
  const size = [...shape.slice(0, -1), x.shape[x.shape.length - 1]];
  return size.every((side, axis) => side === x.shape[axis]) ? x : tf.slice(x, Array(size.length).fill(0), size);
}

function check({ ndim, encBlkNums, decBlkNums, width, dwExpand, ffnExpand, heads }: NAFNetParameters): void {
  const refuse = (message: string, key: string) => {
    throw new TensorError(`NAFNet: ${message}`, { where: { key } });
  };
  if (ndim === 3) refuse('the network is 2D. Take unet or stunet for volumes.', 'PROBLEM.NDIM');
  if (encBlkNums.length !== decBlkNums.length)
    refuse(
      `the encoder has ${encBlkNums.length} levels and the decoder ${decBlkNums.length}. Give as many numbers for both.`,
      'MODEL.NAFNET.DEC_BLK_NUMS',
    );
  if ((width * dwExpand) % 2 === 1 || (width * ffnExpand) % 2 === 1)
    refuse(
      `a width of ${width} times ${dwExpand} or ${ffnExpand} cannot be cut into two halves. Give even numbers.`,
      'MODEL.NAFNET.DW_EXPAND',
    );
  if (heads.some(({ kind }) => kind === 'class'))
    refuse('the network has no class head. Take unet.', 'MODEL.ARCHITECTURE');
}

/** BiaPy takes the width of the first feature map. */
function fromConfig({ MODEL: { NAFNET: section, FEATURE_MAPS } }: Config) {
  if (section.GENERATOR_BACKBONE !== 'nafnet')
    throw new TensorError(
      `The generator ${section.GENERATOR_BACKBONE} is not available. Write nafnet, or ARCHITECTURE: stunet.`,
      {
        where: { key: 'MODEL.NAFNET.GENERATOR_BACKBONE' },
      },
    );
  return {
    width: FEATURE_MAPS[0],
    encBlkNums: section.ENC_BLK_NUMS,
    middleBlkNum: section.MIDDLE_BLK_NUM,
    decBlkNums: section.DEC_BLK_NUMS,
    dwExpand: section.DW_EXPAND,
    ffnExpand: section.FFN_EXPAND,
  };
}

export const nafnet = defineNetwork({
  id: 'nafnet',
  summary: 'NAFNet (Chen et al. 2022) for restoration as BiaPy builds it, 2D.',
  schema: NAFNetParameters,
  fromConfig,
  divisors: () => [1, 1],
  build: buildNAFNet,
});
