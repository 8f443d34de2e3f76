/** The loss of spatial embeddings, and how well they part objects: EmbedSeg (M. Lalit et al., Medical Image Analysis 81, 2022). */
import { stridesOf } from '../../image/c-order.js';
import { MOST_OBJECTS } from '../../instances/embedding-centres.js';
import { sizeOf } from '../layout.js';
import type { NetworkOutput } from '../nn/module.js';
import { type Scalar, type Tensor, tf } from '../tf.js';
import { pickTensor } from './pick-channels.js';

export interface EmbeddingLayout {
  /** Coordinates of a pixel along x, y(, z), of `embeddingSteps`. */
  readonly steps: readonly number[];
  /** First of the channels of the target with the centres, along x, y(, z); the first channel of all has the numbers of objects. */
  readonly centres: number;
}

export interface EmbeddingWeights {
  /** Of the foreground in the loss of the seediness. */
  readonly foreground: number;
  readonly instance: number;
  readonly variance: number;
  readonly seed: number;
}

/** Numbers of objects, and the background. */
const SLOTS = MOST_OBJECTS + 1;

/** Values of a patch for all of its objects that are looked at one by one, which are so many at most. */
const LARGEST = 2 ** 21;
const MOST_SAMPLED = 32;

/**
 * `w_inst · instance + w_var · variance + w_seed · seed`, averaged over the batch, of the logits `[n, [z,] y, x, 2D + 1]`: offsets, sigmas
 * and seediness.
 *
 * - instance: Lovász hinge of `2φ − 1` with `φ = exp(−Σ s (e − c)²)`, `s = exp(10 σ̄)`, over the whole patch, mean over objects. In a large
 *   patch with many objects some of them, by chance others each time.
 * - variance: `(σ − σ̄)²` within objects, mean over objects.
 * - seed: `[Σ_background seed² + w_fg Σ_objects (seed − φ)²] / pixels`.
 */
export function embeddingLoss(
  output: NetworkOutput,
  target: Tensor,
  layout: EmbeddingLayout,
  weights: EmbeddingWeights,
): Scalar {
  const parts = embed(output[0], target, layout);
  const { truth, near, present } = objectsOf(parts);
  const hinge = tf.sum(lovaszHinge(near, truth), -1);
  const found = tf.maximum(tf.sum(present, -1), 1);
  const instance = tf.mean(tf.div(tf.sum(tf.mul(hinge, present), -1), found));
  const { seed, inside, own, sigma, ownSigma, ownCount, background } = parts;
  const pixels = inside.shape[0] * inside.shape[1]!;
  const missed = tf.mul(tf.square(tf.sub(seed, unlearned(own))), tf.mul(inside, weights.foreground));
  const seeds = tf.div(tf.sum(tf.add(tf.mul(tf.square(seed), background), missed)), pixels);
  const share = tf.div(inside, tf.maximum(ownCount, 1));
  const spread = tf.mean(tf.square(tf.sub(sigma, unlearned(ownSigma))), -1);
  const objects = tf.maximum(tf.sum(share, -1), 1);
  const variance = tf.mean(tf.div(tf.sum(tf.mul(spread, share), -1), objects));
  return tf.addN([
    tf.mul(instance, weights.instance),
    tf.mul(variance, weights.variance),
    tf.mul(seeds, weights.seed),
  ]) as Scalar;
}

/** Mean over the objects of the intersection over union of `φ > ½` and the object. */
export function embeddingOverlap(output: NetworkOutput, target: Tensor, layout: EmbeddingLayout): Scalar {
  const { truth, near, present } = objectsOf(embed(output[0], target, layout));
  const taken = tf.cast(tf.greater(near, 0.5), 'float32');
  const shared = tf.sum(tf.mul(taken, truth), -1);
  const either = tf.sub(tf.add(tf.sum(taken, -1), tf.sum(truth, -1)), shared);
  const overlaps = tf.mul(tf.div(shared, tf.maximum(either, 1)), present);
  return tf.div(tf.sum(overlaps), tf.maximum(tf.sum(present), 1)) as Scalar;
}

/** Everything by pixel, `[n, P]` or `[n, P, D]`. */
interface Embedded {
  readonly number: Tensor;
  readonly inside: Tensor;
  readonly background: Tensor;
  readonly seed: Tensor;
  readonly embedding: Tensor;
  readonly sigma: Tensor;
  readonly centre: Tensor;
  /** Mean sigma of the object of each pixel, its pixels, and φ at the pixel. */
  readonly ownSigma: Tensor;
  readonly ownCount: Tensor;
  readonly own: Tensor;
}

function embed(output: Tensor, target: Tensor, { steps, centres }: EmbeddingLayout): Embedded {
  const axes = steps.length;
  const [batch, ...sides] = output.shape.slice(0, -1);
  const pixels = sizeOf(sides);
  const flat = (x: Tensor, first: number, count: number) =>
    tf.reshape(pickTensor(x, first, count), count === 1 ? [batch, pixels] : [batch, pixels, count]);
  const sigma = flat(output, axes, axes);
  const embedding = tf.add(tf.tanh(flat(output, 0, axes)), coordinates(sides, steps));
  const centre = tf.mul(flat(target, centres, axes), tf.tensor1d([...steps]));
  const number = flat(target, 0, 1);
  const inside = tf.cast(tf.greater(number, 0), 'float32');
  const background = tf.cast(tf.equal(number, 0), 'float32');

  const firsts = tf.tensor2d(
    Int32Array.from({ length: batch }, (_, i) => i * SLOTS),
    [batch, 1],
    'int32',
  );
  const slots = tf.reshape(tf.add(tf.cast(tf.maximum(number, 0), 'int32'), firsts), [batch * pixels]) as never;
  const summed = tf.concat([tf.reshape(sigma, [batch * pixels, axes]), tf.ones([batch * pixels, 1])], 1);
  const sums = tf.unsortedSegmentSum(summed, slots, batch * SLOTS);
  const counts = pickTensor(sums, axes, 1);
  const means = tf.div(pickTensor(sums, 0, axes), tf.maximum(counts, 1));
  const ownSigma = tf.reshape(tf.gather(means, slots), [batch, pixels, axes]);
  const ownCount = tf.reshape(tf.gather(counts, slots), [batch, pixels]);
  const far = tf.sum(tf.mul(tf.exp(tf.mul(ownSigma, 10)), tf.square(tf.sub(embedding, centre))), -1);
  return {
    ...{ number, inside, background, embedding, sigma, centre, ownSigma, ownCount },
    seed: tf.sigmoid(flat(output, 2 * axes, 1)),
    own: tf.exp(tf.neg(far)),
  };
}

/** Coordinates of all pixels along x, y(, z): `[1, P, D]`. */
function coordinates(sides: readonly number[], steps: readonly number[]): Tensor {
  const axes = steps.length;
  const strides = stridesOf(sides).reverse();
  const lengths = [...sides].reverse();
  const values = Float32Array.from({ length: sizeOf(sides) * axes }, (_, i) => {
    const axis = i % axes;
    return (Math.floor(Math.floor(i / axes) / strides[axis]) % lengths[axis]) * steps[axis];
  });
  return tf.tensor3d(values, [1, sizeOf(sides), axes]);
}

/** The first objects one by one, `[n, K, P]`: where they are, and φ of each everywhere; `present` `[n, K]` is 1 for those there are. */
function objectsOf({ number, embedding, sigma, centre }: Embedded): { truth: Tensor; near: Tensor; present: Tensor } {
  const [batch, pixels, axes] = embedding.shape as [number, number, number];
  const sampled = Math.min(Math.max(Math.floor(LARGEST / pixels), 1), MOST_SAMPLED);
  const chosen = tf.oneHot(tf.cast(tf.sub(number, 1), 'int32'), sampled);
  const truth = tf.transpose(tf.cast(chosen, 'float32'), [0, 2, 1]);
  const counts = tf.sum(truth, -1, true);
  const mean = (x: Tensor) => tf.div(tf.matMul(truth, x), tf.maximum(counts, 1));
  const centres = mean(centre);
  const narrow = tf.exp(tf.mul(mean(sigma), 10));
  const terms = Array.from({ length: axes }, (_, axis) => {
    const along = tf.reshape(pickTensor(embedding, axis, 1), [batch, 1, pixels]);
    return tf.mul(pickTensor(narrow, axis, 1), tf.square(tf.sub(along, pickTensor(centres, axis, 1))));
  });
  const present = tf.reshape(tf.cast(tf.greater(counts, 0), 'float32'), [batch, sampled]);
  return { truth, near: tf.exp(tf.neg(tf.addN(terms))), present };
}

/**
 * Terms of the Lovász hinge of `2φ − 1` along the last axis (M. Berman, A. Rannen Triki, M. B. Blaschko, CVPR 2018): errors above 0 times
 * the growth of the Jaccard loss when pixels are given up in the order of their errors, the greatest first.
 */
function lovaszHinge(near: Tensor, truth: Tensor): Tensor {
  const margin = tf.mul(tf.sub(tf.mul(near, 2), 1), tf.sub(tf.mul(truth, 2), 1));
  const errors = tf.sub(1, margin);
  return tf.mul(tf.relu(errors), jaccardGrowth(errors, truth));
}

/** The order is no function that could be learned through: the weights count as constants. */
function jaccardGrowth(errors: Tensor, truth: Tensor): Tensor {
  return tf.customGrad((...args) => {
    const [own] = args as unknown as [Tensor];
    const pixels = own.shape[own.shape.length - 1];
    const rows = sizeOf(own.shape) / pixels;
    const firsts = tf.tensor2d(
      Int32Array.from({ length: rows }, (_, i) => i * pixels),
      [rows, 1],
      'int32',
    );
    const picked = (values: Tensor, places: Tensor) => {
      const flat = tf.reshape(tf.add(places, firsts), [rows * pixels]) as never;
      return tf.reshape(tf.gather(tf.reshape(values, [rows * pixels]), flat), [rows, pixels]);
    };
    const { indices } = tf.topk(tf.reshape(own, [rows, pixels]), pixels, true);
    const sorted = picked(truth, indices);
    const count = tf.sum(sorted, -1, true);
    const left = tf.sub(count, tf.cumsum(sorted, 1));
    const either = tf.add(count, tf.cumsum(tf.sub(1, sorted), 1));
    const loss = tf.sub(1, tf.div(left, either));
    const before = tf.concat([tf.zeros([rows, 1]), tf.slice(loss, [0, 0], [rows, pixels - 1])], 1);
    // The order of the places is the way back: where each pixel stands in the order of the errors.
    const { indices: ranks } = tf.topk(tf.neg(tf.cast(indices, 'float32')), pixels, true);
    const value = tf.reshape(picked(tf.sub(loss, before), ranks), own.shape);
    return { value, gradFunc: (dy: Tensor) => tf.zerosLike(dy) };
  })(errors);
}

/** The value without its gradient. */
function unlearned(x: Tensor): Tensor {
  return tf.customGrad((...args) => {
    const [own] = args as unknown as [Tensor];
    return { value: tf.mul(own, 1), gradFunc: (dy: Tensor) => tf.zerosLike(dy) };
  })(x);
}
