/** From patches, labels and places to tokens. */
import { sizeOf } from '../layout.js';
import { type Tensor, type Tensor2D, tf } from '../tf.js';
import { type Initialiser, normal, type Start, startOf } from './init.js';
import { dense } from './linear.js';
import { Module, type Pass, type Slot } from './module.js';

/**
 * Images cut into patches, each patch a token: `[n, ...space, c]` to `[n, tokens, width]`, tokens in raster order.
 *
 * A convolution whose stride is its kernel, with the tensors of one: `proj.weight` `[width, c, ...patch]`, `proj.bias`.
 */
export class PatchEmbedding extends Module<Tensor> {
  readonly weight: Slot;
  readonly bias: Slot;

  /** @param patch sides, `[y, x]` or `[z, y, x]`; those of an image must be multiples. */
  constructor(
    channels: number,
    readonly width: number,
    readonly patch: readonly number[],
    options: { init?: Start } = {},
  ) {
    super();
    const shape = [width, channels, ...patch];
    const start = startOf(options.init, shape);
    this.weight = this.parameter('proj.weight', shape, start.weight);
    this.bias = this.parameter('proj.bias', [width], start.bias);
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const channels = x.shape[x.shape.length - 1];
    const places = sizeOf(this.patch);
    // Values of a patch in the order of the image, channels last: so its lines are moved whole, and only the weights are
    // moved value by value.
    const weight = tf.transpose(tf.reshape(pass.value(this.weight), [this.width, channels, places]), [0, 2, 1]);
    const tokens = cutPatches(x, this.patch);
    return dense(tokens, tf.reshape(weight, [this.width, places * channels]), pass.value(this.bias));
  }
}

/**
 * `[n, ...space, c]` to `[n, tokens, values]`, the values of a patch in the order of the image, channels last.
 *
 * @throws RangeError when a side is not a multiple of the patch's.
 */
function cutPatches(x: Tensor, patch: readonly number[]): Tensor {
  const space = x.shape.slice(1, -1);
  if (space.some((side, i) => side % patch[i] !== 0))
    throw new RangeError(`a space of ${space.join('×')} cannot be cut into patches of ${patch.join('×')}`);
  const [fz, fy, fx] = patch.length === 2 ? [1, ...patch] : patch;
  const [depth, height, width] = patch.length === 2 ? [1, ...space] : space;
  const channels = x.shape[x.shape.length - 1];
  const lines = tf.reshape(x, [(x.shape[0] * depth) / fz, fz, height / fy, fy, width / fx, fx * channels]);
  const patches = tf.transpose(lines, [0, 2, 4, 1, 3, 5]);
  return tf.reshape(patches, [x.shape[0], -1, fz * fy * fx * channels]);
}

/** PyTorch's `Embedding`: a vector per label. Input `[...]` holds whole numbers 0 … count−1; output `[..., width]`. */
export class Embedding extends Module<Tensor> {
  readonly weight: Slot;

  constructor(
    readonly count: number,
    readonly width: number,
    init: Initialiser = normal(1),
  ) {
    super();
    this.weight = this.parameter('weight', [count, width], init);
  }

  forward(labels: Tensor, pass: Pass): Tensor {
    // A product, so that the gradient is one too.
    const chosen = tf.oneHot(tf.cast(tf.reshape(labels, [-1]), 'int32'), this.count) as Tensor2D;
    return tf.reshape(tf.matMul(chosen, pass.value(this.weight) as Tensor2D), [...labels.shape, this.width]);
  }
}

/**
 * Fixed sines and cosines of the place of a token, for a buffer `[1, leading + tokens, width]`; the leading rows, for
 * class tokens, are zero. Axes share the width equally, the last axis first, as in MAE (K. He et al., CVPR 2022).
 *
 * @param grid tokens per axis, `[y, x]` or `[z, y, x]`.
 * @throws RangeError when the width is not a multiple of twice the number of axes.
 */
export function sinCosPositions(grid: readonly number[], leading = 0): Initialiser {
  return (shape) => {
    const width = shape[shape.length - 1];
    const half = width / grid.length / 2;
    if (!Number.isInteger(half))
      throw new RangeError(`a width of ${width} cannot be shared by sines and cosines of ${grid.length} axes`);
    const tokens = sizeOf(grid);
    const values = new Float32Array((leading + tokens) * width);
    for (let token = 0; token < tokens; token++) {
      let rest = token;
      [...grid].reverse().forEach((side, axis) => {
        const place = rest % side;
        rest = Math.floor(rest / side);
        const start = (leading + token) * width + axis * 2 * half;
        for (let i = 0; i < half; i++) {
          const angle = place / 10000 ** (i / half);
          values[start + i] = Math.sin(angle);
          values[start + half + i] = Math.cos(angle);
        }
      });
    }
    return values;
  };
}
