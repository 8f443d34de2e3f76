/**
 * HRNet, J. Wang et al., Deep High-Resolution Representation Learning for Visual Recognition, TPAMI 2020, as BiaPy
 * defines it: branches of several resolutions side by side, which exchange what they see.
 */
import Type, { type Static } from 'typebox';
import type { Config } from '../../core/config/index.js';
import { TensorError } from '../../core/errors.js';
import { Module, type Pass, Sequential, type Tensor, tf } from '../../core/tensor/index.js';
import { Bottleneck, type Branch, ConvNormBlock, HighResolutionModule, resized, Transition } from './blocks-hrnet.js';
import { defineNetwork } from './define-network.js';
import { Heads, headProperties } from './heads.js';
import { imageProperties, levelProperties } from './levels.js';

/** Channels of the stem and of the bottleneck blocks after it. */
const STEM = 64;
const FIRST_BLOCKS = 4;

const Count = Type.Integer({ minimum: 1 });

const Stage = Type.Object({
  modules: Type.Integer({ minimum: 1, description: 'Modules one after the other; branches exchange after each.' }),
  blocks: Type.Array(Count, { minItems: 1, description: 'Residual blocks of each branch, the finest first.' }),
  channels: Type.Array(Count, { minItems: 1, description: 'Channels of each branch.' }),
});

export const HRNetParameters = Type.Object({
  ...imageProperties,
  stages: Type.Array(Stage, { minItems: 1, default: stagesOfWidth(48), description: 'Stages after the first blocks.' }),
  yxDown: Type.Array(Type.Integer({ minimum: 0 }), {
    default: [],
    description:
      'In-plane factor of the branch that each stage adds; the first also that of both stem layers; 2 where 0.',
  }),
  zDown: Type.Array(Type.Integer({ minimum: 0 }), { default: [], description: 'The same in depth; 1 where 0.' }),
  blockType: Type.Enum(['BASIC', 'BOTTLENECK', 'CONVNEXT_V1', 'CONVNEXT_V2'], {
    default: 'BASIC',
    description: 'Blocks of the branches; only BASIC can be built.',
  }),
  headType: Type.Enum(['FCN', 'OCR', 'ASPP', 'PSP'], { default: 'FCN', description: 'Only FCN can be built.' }),
  normalization: levelProperties.normalization,
  instanceNormAffine: levelProperties.instanceNormAffine,
  activation: levelProperties.activation,
  ...headProperties,
});
export type HRNetParameters = Static<typeof HRNetParameters>;

/** The presets: widths w, 2w, 4w, 8w, four blocks in each branch, 1, 4 and 3 modules. */
function stagesOfWidth(width: number): Static<typeof Stage>[] {
  return [1, 4, 3].map((modules, stage) => {
    const branches = Array.from({ length: stage + 2 }, (_, branch) => branch);
    return { modules, blocks: branches.map(() => 4), channels: branches.map((branch) => width * 2 ** branch) };
  });
}

/**
 * Builds the network over channels-last images. Predictions have the size that the stem leaves, a quarter with factors
 * of 2: losses and predictions are enlarged to the image by whoever uses them. Sides must be divisible by the stem's
 * factors; those of the branches divide what they can and round up.
 *
 * @throws TensorError when lists do not fit, and for the blocks and heads that BiaPy itself cannot train.
 */
export function buildHRNet(parameters: HRNetParameters): Module<Tensor[]> {
  return new HRNet(parameters);
}

class HRNet extends Module<Tensor[]> {
  readonly stem: ConvNormBlock[];
  readonly first: Sequential;
  readonly transitions: Transition[];
  readonly stages: HighResolutionModule[][];
  readonly heads: Heads;

  constructor(parameters: HRNetParameters) {
    super();
    check(parameters);
    const { ndim, inputChannels, stages, activation } = parameters;
    const [factors, ...further] = factorsOf(parameters);
    const layer = { kernel: 3, stride: factors };
    this.stem = [
      this.child('conv1_block', new ConvNormBlock(inputChannels, STEM, parameters, layer)),
      this.child('conv2_block', new ConvNormBlock(STEM, STEM, parameters, { ...layer, activation })),
    ];
    const width = STEM * Bottleneck.expansion;
    const blocks = Array.from(
      { length: FIRST_BLOCKS },
      (_, i) => new Bottleneck(i === 0 ? STEM : width, STEM, parameters),
    );
    this.first = this.child('layer1', new Sequential(blocks));
    let branches: Branch[] = [{ channels: width, factors }];
    const steps = [factors, ...further];
    this.transitions = [];
    this.stages = stages.map(({ modules, blocks, channels }, s) => {
      // Branches that a stage adds are each smaller than the one before by the factors of that stage.
      const next = channels.map((count, b) => ({ channels: count, factors: branches[b]?.factors ?? steps[s] }));
      this.transitions.push(this.child(`transitions.${s}`, new Transition(branches, next, parameters)));
      branches = next;
      return Array.from({ length: modules }, (_, m) =>
        this.child(`stages.${s}.${m}`, new HighResolutionModule(next, blocks, parameters)),
      );
    });
    const all = branches.reduce((sum, { channels }) => sum + channels, 0);
    this.heads = this.child('heads', new Heads(all, ndim, parameters, 'default'));
  }

  forward(image: Tensor, pass: Pass): Tensor[] {
    const stem = this.stem.reduce((x, layer) => layer.forward(x, pass), image);
    let maps = [this.first.forward(stem, pass)];
    this.stages.forEach((modules, s) => {
      maps = this.transitions[s].branch(maps, pass);
      for (const module of modules) maps = module.exchange(maps, pass);
    });
    const joined = maps.map((map) => resized(map, maps[0]));
    return this.heads.forward(joined.length > 1 ? tf.concat(joined, -1) : joined[0], pass);
  }
}

function check({ stages, blockType, headType }: HRNetParameters): void {
  if (blockType !== 'BASIC')
    throw new TensorError(`HRNet: blocks of the kind ${blockType} are not available. Write BASIC.`, {
      where: { key: 'MODEL.HRNET.BLOCK_TYPE' },
    });
  if (headType !== 'FCN')
    throw new TensorError(
      `HRNet: the head ${headType} is not available: in BiaPy it ends in features without a classifier. Write FCN.`,
      { where: { key: 'MODEL.HRNET.HEAD_TYPE' } },
    );
  stages.forEach(({ blocks, channels }, s) => {
    const fewer = s > 0 && channels.length < stages[s - 1].channels.length;
    if (blocks.length !== channels.length || fewer)
      throw new TensorError(
        `HRNet: stage ${s + 1} has ${blocks.length} numbers of blocks and ${channels.length} of channels. Give one of each ` +
          'per branch, and no fewer branches than the stage before has.',
        { where: { key: 'MODEL.HRNET.NUM_CHANNELS' } },
      );
  });
}

/** Factors `[y, x]` or `[z, y, x]` of each stage. */
function factorsOf({ ndim, stages, yxDown, zDown }: Omit<HRNetParameters, 'heads' | 'inputChannels'>): number[][] {
  for (const [key, list] of Object.entries({ yxDown, zDown }))
    if (list.length > 0 && list.length < stages.length)
      throw new TensorError(
        `HRNet: ${key} has ${list.length} values, but there are ${stages.length} stages. Give one per stage.`,
        { where: { key: key === 'zDown' ? 'MODEL.HRNET.Z_DOWN' : 'MODEL.HRNET.YX_DOWN' } },
      );
  return stages.map((_, s) => {
    const plane = yxDown[s] || 2;
    return ndim === 2 ? [plane, plane] : [zDown[s] || 1, plane, plane];
  });
}

/** A preset has its own factors and lists; `custom` takes those of the section. */
function fromConfig({ MODEL: { HRNET: section, ACTIVATION } }: Config) {
  const width = Number(/^W(\d+)$/.exec(section.VARIANT)?.[1] ?? Number.NaN);
  const own = { blockType: section.BLOCK_TYPE, headType: section.HEAD_TYPE, activation: ACTIVATION.toLowerCase() };
  // Batch normalisation always, as BiaPy's builder has it.
  if (!Number.isNaN(width)) return { ...own, normalization: 'bn', blockType: 'BASIC', stages: stagesOfWidth(width) };
  const modules = section.NUM_MODULES as number[];
  return {
    ...own,
    normalization: 'bn',
    stages: modules.slice(0, section.NUM_STAGES).map((count, s) => ({
      modules: count,
      blocks: section.NUM_BLOCKS[s] ?? [],
      channels: section.NUM_CHANNELS[s] ?? [],
    })),
    yxDown: section.YX_DOWN,
    zDown: section.Z_DOWN,
  };
}

export const hrnet = defineNetwork({
  id: 'hrnet',
  summary: 'HRNet (Wang et al. 2020) as BiaPy builds it, W18 to W64 and custom, 2D and 3D.',
  schema: HRNetParameters,
  fromConfig,
  // Both layers of the stem; branches round up what they cannot divide.
  divisors: (parameters) => factorsOf(parameters)[0].map((factor) => factor * factor),
  build: buildHRNet,
});
