/** Blocks of HRNet, J. Wang et al., Deep High-Resolution Representation Learning, TPAMI 2020, with BiaPy's names. */
import {
  Activation,
  type ActivationName,
  activate,
  Convolution,
  interpolateLinear,
  Module,
  type Pass,
  Sequential,
  type Tensor,
  tf,
} from '../../core/tensor/index.js';
import { type BlockOptions, cube, normalization } from './blocks.js';

/** Of the MODEL section, what the blocks need; kernels are their own. */
export type HRNetOptions = Pick<BlockOptions, 'ndim' | 'normalization' | 'instanceNormAffine' | 'activation'>;

function norm(channels: number, options: HRNetOptions): Module<Tensor>[] {
  return normalization(channels, { ...options, kernel: [], upsampleLayer: 'upsampling' });
}

/** Convolution without bias, normalisation, and an activation where given; PyTorch's start. */
export class ConvNormBlock extends Module<Tensor> {
  readonly block: Sequential;

  constructor(
    inputs: number,
    outputs: number,
    options: HRNetOptions,
    layer: { kernel: number; stride?: readonly number[]; activation?: ActivationName },
  ) {
    super();
    const kernel = cube(layer.kernel, options.ndim);
    const convolution = new Convolution(inputs, outputs, { kernel, stride: layer.stride, bias: false });
    const activation = layer.activation ? [new Activation(layer.activation)] : [];
    this.block = this.child('block', new Sequential([convolution, ...norm(outputs, options), ...activation]));
  }

  forward(x: Tensor, pass: Pass): Tensor {
    return this.block.forward(x, pass);
  }
}

/** Convolutions beside the identity, ReLU after the sum and, as in BiaPy, nowhere before. */
class ResidualBlock extends Module<Tensor> {
  readonly layers: ConvNormBlock[];
  readonly downsample: Sequential | undefined;

  constructor(widths: readonly number[], kernels: readonly number[], options: HRNetOptions) {
    super();
    this.layers = kernels.map((kernel, i) =>
      this.child(`conv${i + 1}_block`, new ConvNormBlock(widths[i], widths[i + 1], options, { kernel })),
    );
    const [inputs, outputs] = [widths[0], widths[widths.length - 1]];
    if (inputs !== outputs) {
      const adapt = new Convolution(inputs, outputs, { kernel: cube(1, options.ndim), bias: false });
      this.downsample = this.child('downsample', new Sequential([adapt, ...norm(outputs, options)]));
    }
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const y = this.layers.reduce((value, layer) => layer.forward(value, pass), x);
    return tf.relu(tf.add(y, this.downsample ? this.downsample.forward(x, pass) : x));
  }
}

/** Two convolutions of side 3. */
export class BasicBlock extends ResidualBlock {
  constructor(inputs: number, outputs: number, options: HRNetOptions) {
    super([inputs, outputs, outputs], [3, 3], options);
  }
}

/** Convolutions of side 1, 3 and 1, the last with four times the width. */
export class Bottleneck extends ResidualBlock {
  static readonly expansion = 4;

  constructor(inputs: number, width: number, options: HRNetOptions) {
    super([inputs, width, width, width * Bottleneck.expansion], [1, 3, 1], options);
  }
}

/** A branch: how many channels it has, and by how much it is smaller than the one before. */
export interface Branch {
  channels: number;
  factors: readonly number[];
}

/**
 * Brings a feature map to a lower branch by convolutions that are activated but for the last.
 *
 * Each axis is made smaller as early as it can be: of a factor of 2 in depth over two steps, the first step takes it.
 */
function descent(from: number, to: number, branches: readonly Branch[], options: HRNetOptions): Sequential {
  const own = branches[from].channels;
  const path = branches.slice(from + 1, to + 1);
  const remaining = path.reduce((all, { factors }) => all.map((side, i) => side * factors[i]), cube(1, options.ndim));
  const steps = path.map((_, i) => {
    const last = i === path.length - 1;
    const stride = remaining.map((factor) => (last ? factor : Math.min(factor, 2)));
    stride.forEach((factor, axis) => {
      remaining[axis] /= factor;
    });
    return new ConvNormBlock(own, last ? branches[to].channels : own, options, {
      kernel: 3,
      stride,
      activation: last ? undefined : options.activation,
    });
  });
  return new Sequential(steps);
}

/** Residual blocks in each branch, then every branch gets the sum of all, brought to its size. */
export class HighResolutionModule extends Module<Tensor[]> {
  readonly branches: Sequential[];
  /** What brings branch `from` to branch `to`, at `[to][from]`; nothing on the diagonal. */
  readonly fusions: (Module<Tensor> | undefined)[][];

  constructor(
    branches: readonly Branch[],
    blocks: readonly number[],
    readonly options: HRNetOptions,
  ) {
    super();
    this.branches = branches.map(({ channels }, b) => {
      const own = Array.from({ length: blocks[b] }, () => new BasicBlock(channels, channels, options));
      return this.child(`branches.${b}`, new Sequential(own));
    });
    this.fusions = branches.map(({ channels }, to) =>
      branches.map((source, from) => {
        if (from === to) return undefined;
        const path =
          from > to
            ? new ConvNormBlock(source.channels, channels, options, { kernel: 1 })
            : descent(from, to, branches, options);
        return this.child(`fuse_layers.${to}.${from}`, path);
      }),
    );
  }

  /** @param maps feature map of each branch, finest first. */
  exchange(maps: readonly Tensor[], pass: Pass): Tensor[] {
    const features = this.branches.map((branch, b) => branch.forward(maps[b], pass));
    if (features.length === 1) return features;
    return this.fusions.map((paths, to) => {
      const parts = paths.map((path, from) => {
        const brought = path ? path.forward(features[from], pass) : features[from];
        return from > to ? resized(brought, features[to]) : brought;
      });
      return activate(this.options.activation, parts.reduce(sum));
    });
  }

  forward(): never {
    throw new TypeError('this module needs the feature maps of all branches; use exchange');
  }
}

/** Left to right, as PyTorch adds them. */
function sum(a: Tensor, b: Tensor): Tensor {
  return tf.add(a, b);
}

/** With the size of another feature map; centres of the outermost pixels stay in place. */
export function resized(x: Tensor, like: Tensor): Tensor {
  return interpolateLinear(x, like.shape.slice(1, -1), true);
}

/** The way from the branches of one stage to those of the next. */
export class Transition extends Module<Tensor[]> {
  readonly ways: (Module<Tensor> | undefined)[];

  /** @param before branches of the stage before; further ones start at its last. */
  constructor(
    readonly before: readonly Branch[],
    after: readonly Branch[],
    options: HRNetOptions,
  ) {
    super();
    const { activation } = options;
    this.ways = after.map(({ channels }, b) => {
      if (b < before.length) {
        if (channels === before[b].channels) return undefined;
        const way = new ConvNormBlock(before[b].channels, channels, options, { kernel: 3, activation });
        return this.child(String(b), way);
      }
      const own = before[before.length - 1].channels;
      const steps = after.slice(before.length, b + 1).map(({ factors: stride }, i, all) => {
        const outputs = i === all.length - 1 ? channels : own;
        return new ConvNormBlock(own, outputs, options, { kernel: 3, stride, activation });
      });
      return this.child(String(b), new Sequential(steps));
    });
  }

  branch(maps: readonly Tensor[], pass: Pass): Tensor[] {
    const last = maps[maps.length - 1];
    return this.ways.map((way, b) => (way ? way.forward(maps[b] ?? last, pass) : maps[b]));
  }

  forward(): never {
    throw new TypeError('a transition needs the feature maps of all branches; use branch');
  }
}
