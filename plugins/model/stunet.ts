/**
 * STU-Net, Z. Huang et al., STU-Net: Scalable and Transferable Medical Image Segmentation Models, 2023, as BiaPy defines
 * it: the U-Net of nnU-Net with residual blocks, made to be scaled.
 */
import Type, { type Static } from 'typebox';
import type { Config } from '../../core/config/index.js';
import { ConfigError, TensorError } from '../../core/errors.js';
import { Module, type Pass, Sequential, type Tensor, tf } from '../../core/tensor/index.js';
import { pointwise } from './blocks.js';
import { BasicResBlock, NearestUpsampling } from './blocks-stunet.js';
import { defineNetwork } from './define-network.js';
import { Heads, headProperties } from './heads.js';
import { imageProperties } from './levels.js';

const Count = Type.Integer({ minimum: 1 });
const Sides = Type.Array(Count, { minItems: 2, maxItems: 3 });

export const STUNetParameters = Type.Object({
  ...imageProperties,
  dims: Type.Array(Count, {
    minItems: 2,
    default: [32, 64, 128, 256, 512, 512],
    description: 'Channels of each stage, the last number for the bottom.',
  }),
  depth: Type.Array(Count, { default: [], description: 'Residual blocks of each stage; empty for 1 each.' }),
  poolOpKernelSizes: Type.Array(Sides, {
    default: [],
    description: 'Strides [y, x] or [z, y, x] between the stages; empty for 2 everywhere, but 1 before a sixth stage.',
  }),
  convKernelSizes: Type.Array(Sides, {
    default: [],
    description: 'Odd sides of the kernels of each stage; empty for 3 everywhere.',
  }),
  deepSupervision: Type.Boolean({
    default: false,
    description: 'Output layers at the coarser stages too. BiaPy holds their weights and does not use them.',
  }),
  ...headProperties,
});
export type STUNetParameters = Static<typeof STUNetParameters>;

/** Sizes of the paper. */
const VARIANTS: Readonly<Record<string, { dims: number[]; depth: number[] }>> = {
  small: { dims: [16, 32, 64, 128, 256, 256], depth: [1, 1, 1, 1, 1, 1] },
  base: { dims: [32, 64, 128, 256, 512, 512], depth: [1, 1, 1, 1, 1, 1] },
  large: { dims: [64, 128, 256, 512, 1024, 1024], depth: [2, 2, 2, 2, 2, 2] },
};

/**
 * Builds the network over channels-last images `[n, y, x, c]` or `[n, z, y, x, c]`; sides must be divisible by the product
 * of the strides. Outputs: the prediction heads joined on channels, then the class heads.
 *
 * @throws TensorError when the lists do not fit the stages, or an activation is not known.
 */
export function buildSTUNet(parameters: STUNetParameters): Module<Tensor[]> {
  return new STUNet(parameters);
}

class STUNet extends Module<Tensor[]> {
  readonly encoder: Sequential[];
  readonly enlargers: NearestUpsampling[];
  readonly decoder: Sequential[];
  readonly output: Module<Tensor>;
  readonly heads: Heads;

  constructor(parameters: STUNetParameters) {
    super();
    const { ndim, inputChannels, dims, heads, deepSupervision } = parameters;
    const { depth, strides, kernels } = stagesOf(parameters);
    const blocks = (stage: number, inputs: number, stride?: readonly number[]) =>
      new Sequential(
        Array.from({ length: depth[stage] }, (_, i) =>
          i === 0
            ? new BasicResBlock(inputs, dims[stage], kernels[stage], { stride, shortcut: 'pointwise' })
            : new BasicResBlock(dims[stage], dims[stage], kernels[stage]),
        ),
      );
    this.encoder = dims.map((_, stage) => {
      const inputs = stage === 0 ? inputChannels : dims[stage - 1];
      return this.child(`conv_blocks_context.${stage}`, blocks(stage, inputs, strides[stage - 1]));
    });
    const steps = strides.map((_, step) => strides.length - 1 - step);
    this.enlargers = steps.map((stage, u) =>
      this.child(`upsample_layers.${u}`, new NearestUpsampling(dims[stage + 1], dims[stage], strides[stage])),
    );
    this.decoder = steps.map((stage, u) => this.child(`conv_blocks_localization.${u}`, blocks(stage, 2 * dims[stage])));
    // All heads stand on the channels of the first one, as in BiaPy.
    const classes = heads[0].channels;
    const outputs = deepSupervision ? steps : [0];
    const layers = outputs.map((stage, i) => this.child(`seg_outputs.${i}`, pointwise(dims[stage], classes, ndim)));
    this.output = layers[layers.length - 1];
    this.heads = this.child('heads', new Heads(classes, ndim, parameters));
  }

  forward(image: Tensor, pass: Pass): Tensor[] {
    const skips: Tensor[] = [];
    let x = image;
    for (const stage of this.encoder) {
      x = stage.forward(x, pass);
      skips.push(x);
    }
    skips.pop();
    this.decoder.forEach((blocks, u) => {
      x = blocks.forward(tf.concat([this.enlargers[u].forward(x, pass), skips.pop()!], -1), pass);
    });
    return this.heads.forward(this.output.forward(x, pass), pass);
  }
}

/** Lists of the stages, where left out with the values of the presets. */
function stagesOf({
  ndim,
  dims,
  depth,
  poolOpKernelSizes,
  convKernelSizes,
}: Omit<STUNetParameters, 'heads' | 'inputChannels'>) {
  const steps = dims.slice(1);
  const lists = {
    depth: depth.length > 0 ? depth : dims.map(() => 1),
    strides: poolOpKernelSizes.length > 0 ? poolOpKernelSizes : steps.map((_, i) => Array(ndim).fill(i < 4 ? 2 : 1)),
    kernels: convKernelSizes.length > 0 ? convKernelSizes : dims.map(() => Array(ndim).fill(3)),
  };
  const wanted = [
    ['depth', lists.depth, dims.length, 'DEPTH'],
    ['poolOpKernelSizes', lists.strides, steps.length, 'POOL_OP_KERNEL_SIZES'],
    ['convKernelSizes', lists.kernels, dims.length, 'CONV_KERNEL_SIZES'],
  ] as const;
  for (const [name, list, length, key] of wanted) {
    const where = { key: `MODEL.STUNET.${key}` };
    if (list.length !== length)
      throw new TensorError(
        `STU-Net: ${name} has ${list.length} values, but ${length} are needed for ${dims.length} stages.`,
        {
          where,
        },
      );
    const sides = list.find((entry) => Array.isArray(entry) && entry.length !== ndim);
    if (sides)
      throw new TensorError(
        `STU-Net: ${name} has the entry [${sides}], but images have ${ndim} axes. Give one side for each.`,
        {
          where,
        },
      );
  }
  const even = lists.kernels.find((kernel) => kernel.some((side) => side % 2 === 0));
  if (even)
    throw new TensorError(
      `STU-Net: convKernelSizes has the entry [${even}]; only odd sides keep the size of an image.`,
      {
        where: { key: 'MODEL.STUNET.CONV_KERNEL_SIZES' },
      },
    );
  return lists;
}

/** A variant has its own lists; `custom` takes those of the section. */
function fromConfig({ MODEL: { STUNET: section } }: Config) {
  if (section.PRETRAINED)
    throw new TensorError(
      'The published weights of STU-Net cannot be downloaded. Set PRETRAINED to False and give a file in PATHS.CHECKPOINT_FILE.',
      { where: { key: 'MODEL.STUNET.PRETRAINED' } },
    );
  const variant = VARIANTS[section.VARIANT];
  if (variant) return { ...variant };
  if (section.CLASS_SET_CHANNEL_IDXS.length > 0)
    throw new ConfigError([
      {
        severity: 'error',
        key: 'MODEL.STUNET.CLASS_SET_CHANNEL_IDXS',
        message: 'this version of Biagraph has no STU-Net with channels without order.',
        advice: 'Leave the list empty.',
      },
    ]);
  return {
    dims: section.DIMS,
    depth: section.DEPTH,
    poolOpKernelSizes: section.POOL_OP_KERNEL_SIZES,
    convKernelSizes: section.CONV_KERNEL_SIZES,
  };
}

export const stunet = defineNetwork({
  id: 'stunet',
  summary: 'STU-Net (Huang et al. 2023) as BiaPy builds it, small, base, large and custom; made for 3D.',
  schema: STUNetParameters,
  fromConfig,
  divisors: (parameters) => {
    const { strides } = stagesOf(parameters);
    return strides.reduce((all, stride) => all.map((side, i) => side * stride[i]), Array(parameters.ndim).fill(1));
  },
  build: buildSTUNet,
});
