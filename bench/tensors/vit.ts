/** The vision transformer of the benchmark, in the layers of the tensor compiler: no part of the catalogue of models. */
import {
  LayerNormalization,
  Linear,
  Module,
  normal,
  type Pass,
  PatchEmbedding,
  type Slot,
  type Tensor,
  TransformerBlock,
  tf,
  zeros,
} from '../../core/tensor/index.js';
import { VIT } from './cases.js';

const EPSILON = 1e-6;

/** Patches and a class token through transformer blocks; the class token gives logits `[n, 1, 1, classes]`. */
export class VisionTransformer extends Module<Tensor> {
  readonly patches: PatchEmbedding;
  readonly classToken: Slot;
  readonly positions: Slot;
  readonly blocks: readonly TransformerBlock[];
  readonly norm: LayerNormalization;
  readonly head: Linear;

  constructor(channels: number, space: readonly number[]) {
    super();
    const { patch, width, heads, depth, classes } = VIT;
    const tokens = space.reduce((product, side) => product * (side / patch), 1);
    this.classToken = this.parameter('cls_token', [1, 1, width], zeros);
    this.positions = this.parameter('pos_embed', [1, tokens + 1, width], normal(0.02));
    this.patches = this.child('patch_embed', new PatchEmbedding(channels, width, [patch, patch]));
    this.blocks = Array.from({ length: depth }, (_, i) =>
      this.child(`blocks.${i}`, new TransformerBlock(width, heads, { epsilon: EPSILON })),
    );
    this.norm = this.child('norm', new LayerNormalization(width, EPSILON));
    this.head = this.child('head', new Linear(width, classes));
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const batch = x.shape[0];
    const first = tf.tile(pass.value(this.classToken), [batch, 1, 1]);
    let tokens = tf.add(tf.concat([first, this.patches.forward(x, pass)], 1), pass.value(this.positions));
    for (const block of this.blocks) tokens = block.forward(tokens, pass);
    const chosen = tf.slice(this.norm.forward(tokens, pass), [0, 0, 0], [batch, 1, VIT.width]);
    return tf.reshape(this.head.forward(chosen, pass), [batch, 1, 1, VIT.classes]);
  }
}
