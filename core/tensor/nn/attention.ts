/** Self-attention over tokens, and the transformer block around it. */
import { type Tensor, tf } from '../tf.js';
import { type ActivationName, activate } from './activation.js';
import { Dropout, DropPath } from './dropout.js';
import type { Start } from './init.js';
import { Linear } from './linear.js';
import { Module, type Pass } from './module.js';
import { LayerNormalization } from './normalization.js';

/**
 * `softmax(q · kᵀ / √d) · v` for each head; all of shape `[n, heads, tokens, d]`.
 * A. Vaswani et al., NeurIPS 2017.
 */
export function attend(q: Tensor, k: Tensor, v: Tensor): Tensor {
  const scale = (q.shape[q.shape.length - 1] as number) ** -0.5;
  const weights = tf.softmax(tf.matMul(tf.mul(q, scale), k, false, true));
  return tf.matMul(weights, v);
}

/**
 * Self-attention with one joint projection, as in timm: `qkv` (rows ordered q, k, v, each cut into heads) and `proj`.
 * Tokens are `[n, tokens, width]`.
 */
export class MultiHeadAttention extends Module<Tensor> {
  readonly qkv: Linear;
  readonly projection: Linear;

  /** @throws RangeError when the width is not a multiple of the heads. */
  constructor(
    readonly width: number,
    readonly heads: number,
    options: { init?: Start } = {},
  ) {
    super();
    if (width % heads !== 0)
      throw new RangeError(`a width of ${width} cannot be cut into ${heads} equal heads; give a multiple`);
    this.qkv = this.child('qkv', new Linear(width, 3 * width, options));
    this.projection = this.child('proj', new Linear(width, width, options));
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const [n, tokens] = x.shape;
    const [q, k, v] = tf.split(this.qkv.forward(x, pass), 3, -1).map((part) => {
      const cut = tf.reshape(part, [n, tokens, this.heads, this.width / this.heads]);
      return tf.transpose(cut, [0, 2, 1, 3]);
    });
    const joined = tf.reshape(tf.transpose(attend(q, k, v), [0, 2, 1, 3]), [n, tokens, this.width]);
    return this.projection.forward(joined, pass);
  }
}

/** Dense, activation, dense: `fc1`, `fc2`; dropout after both where asked. */
export class Mlp extends Module<Tensor> {
  readonly first: Linear;
  readonly second: Linear;
  readonly dropout: Dropout;

  constructor(
    width: number,
    hidden: number,
    readonly options: { activation?: ActivationName; dropout?: number; init?: Start } = {},
  ) {
    super();
    this.dropout = new Dropout(options.dropout ?? 0);
    this.first = this.child('fc1', new Linear(width, hidden, options));
    this.second = this.child('fc2', new Linear(hidden, width, options));
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const hidden = activate(this.options.activation ?? 'gelu', this.first.forward(x, pass));
    return this.dropout.forward(this.second.forward(this.dropout.forward(hidden, pass), pass), pass);
  }
}

export interface TransformerBlockOptions {
  /** Width of the hidden layer beside that of the tokens; 4. */
  mlpRatio?: number;
  /** Of the layer norms; 1e-5. */
  epsilon?: number;
  /** Probability that an element after a dense layer, but for the joint projection, is zeroed during training; 0. */
  dropout?: number;
  /** Probability that a sample skips a branch during training; 0. */
  dropPath?: number;
  init?: Start;
}

/** `x + attn(norm1(x))`, then `x + mlp(norm2(x))`; the block of ViT, A. Dosovitskiy et al., ICLR 2021. */
export class TransformerBlock extends Module<Tensor> {
  readonly norm1: LayerNormalization;
  readonly attention: MultiHeadAttention;
  readonly norm2: LayerNormalization;
  readonly mlp: Mlp;
  readonly dropout: Dropout;
  readonly dropPath: DropPath;

  constructor(width: number, heads: number, options: TransformerBlockOptions = {}) {
    super();
    const { mlpRatio = 4, epsilon, dropout = 0, dropPath = 0, init } = options;
    this.norm1 = this.child('norm1', new LayerNormalization(width, epsilon));
    this.attention = this.child('attn', new MultiHeadAttention(width, heads, options));
    this.norm2 = this.child('norm2', new LayerNormalization(width, epsilon));
    this.mlp = this.child('mlp', new Mlp(width, Math.floor(width * mlpRatio), { dropout, init }));
    this.dropout = new Dropout(dropout);
    this.dropPath = new DropPath(dropPath);
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const attended = this.dropout.forward(this.attention.forward(this.norm1.forward(x, pass), pass), pass);
    const y = tf.add(x, this.dropPath.forward(attended, pass));
    const mixed = this.mlp.forward(this.norm2.forward(y, pass), pass);
    return tf.add(y, this.dropPath.forward(mixed, pass));
  }
}
