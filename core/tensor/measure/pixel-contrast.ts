/**
 * Contrast of pixels across images: features of one class are drawn together, those of others pushed apart (Wang et al., Exploring
 * Cross-Image Pixel Contrast for Semantic Segmentation, ICCV 2021; BiaPy's LOSS.CONTRAST).
 */
import { zeros } from '../nn/init.js';
import type { Pass, Slot } from '../nn/module.js';
import { type Scalar, type Tensor, type Tensor1D, tf } from '../tf.js';

/** Likenesses are divided by it. */
export const TEMPERATURE = 0.07;
/** Pixels that are compared with the memory in a step, and at most of one class of one image. */
const MOST_ANCHORS = 1024;
const MOST_VIEWS = 100;
/** Keeps random numbers of chosen pixels above those of the rest, which are 0. */
const ABOVE = 1e-3;
/** Nothing is left of what was before. */
const REPLACED = { kept: 0, added: 1 };

/** Unit vectors of earlier images: means of regions, and single pixels. The newest replace the oldest. */
export interface ContrastMemory {
  /** `[classes, size, dims]`. */
  readonly regions: Slot;
  readonly pixels: Slot;
  /** `[classes]`: how many were written so far. */
  readonly regionCounts: Slot;
  readonly pixelCounts: Slot;
  /** Steps so far. */
  readonly steps: Slot;
}

/** @param size vectors of each class and kind. */
export function contrastMemory(classes: number, size: number, dims: number): ContrastMemory {
  const buffer = (...shape: number[]): Slot => ({ kind: 'buffer', shape, initial: zeros, neutral: true });
  return {
    regions: buffer(classes, size, dims),
    pixels: buffer(classes, size, dims),
    regionCounts: buffer(classes),
    pixelCounts: buffer(classes),
    steps: buffer(),
  };
}

/** One image of a batch, its pixels in a row. */
interface Pixels {
  /** `[n, dims]`, unit vectors. */
  features: Tensor;
  /** `[n]`, class ids. */
  labels: Tensor;
  predicted: Tensor;
  /** `[n]`, uniform in (0, 1]: the order in which pixels are chosen. */
  draws: Tensor;
}

export interface ContrastInputs {
  /** Unit vectors `[n, ..., y, x, dims]`. */
  features: Tensor;
  /** Class ids `[n, ..., y, x, 1]`; an id that is no class takes no part. */
  labels: Tensor;
  predicted: Tensor;
}

/**
 * The contrast of pixels of a batch with the memory, as it was before: for each pixel the mean over all vectors of its class of
 * `−log(e / (e + Σ others))` with e = exp(likeness / temperature), and the mean over pixels. Half of the pixels of a class and image
 * are wrongly predicted ones where there are any. 0 while there is nothing to compare with.
 *
 * Unlike BiaPy's, the background has a memory, too: two classes would have no others else.
 */
export function pixelContrast(inputs: ContrastInputs, memory: ContrastMemory, pass: Pass): Scalar {
  const [classes, size, dims] = memory.regions.shape;
  const images = pixelsOf(inputs, pass);
  const anchors = anchorsOf(images, classes);
  const keys = tf.concat(
    [memory.regions, memory.pixels].map((slot) => tf.reshape(pass.value(slot), [classes * size, dims])),
    0,
  );
  const filled = tf.concat(
    [memory.regionCounts, memory.pixelCounts].map((slot) => filledPlaces(pass.value(slot), size)),
  );
  const keyClasses = Array.from({ length: 2 * classes * size }, (_, i) => Math.floor(i / size) % classes);
  const same = tf.matMul(oneHot(anchors.classes, classes), oneHot(keyClasses, classes), false, true);
  const known = tf.reshape(filled, [1, keyClasses.length]);
  // Likenesses of unit vectors are 1 at most, so that no exponential is above 1.
  const logits = tf.div(tf.sub(tf.matMul(anchors.features, keys, false, true), 1), TEMPERATURE);
  const powers = tf.exp(logits);
  const others = tf.sum(tf.mul(powers, tf.mul(known, tf.sub(1, same))), 1, true);
  const positives = tf.mul(known, same);
  const count = tf.sum(positives, 1);
  const terms = tf.mul(tf.sub(tf.log(tf.add(powers, others)), logits), positives);
  const counted = tf.mul(anchors.valid, tf.minimum(count, 1));
  const each = tf.mul(tf.div(tf.sum(terms, 1), tf.maximum(count, 1)), counted);
  return tf.div(tf.sum(each), tf.maximum(tf.sum(counted), 1)) as Scalar;
}

/**
 * Writes into the memory: for each image and class the mean of its region, and some of its pixels at random.
 *
 * @param chosen pixels of each class and image.
 */
export function remember(inputs: ContrastInputs, memory: ContrastMemory, chosen: number, pass: Pass): void {
  const [classes, size] = memory.regions.shape;
  const images = pixelsOf(inputs, pass);
  const banks = [memory.regions, memory.pixels].map((slot) => tf.unstack(pass.value(slot)));
  const counts = [memory.regionCounts, memory.pixelCounts].map((slot) => tf.unstack(pass.value(slot)));
  for (const { features, labels, draws } of images)
    for (let id = 0; id < classes; id++) {
      const inside = tf.cast(tf.equal(labels, id), 'float32');
      const area = tf.sum(inside);
      const mean = unit(tf.matMul(tf.reshape(inside, [1, inside.size]), features));
      const { values, indices } = tf.topk(tf.mul(draws, inside), Math.min(chosen, size, inside.size));
      const found = [
        { rows: mean, valid: tf.reshape(tf.minimum(area, 1), [1]) },
        { rows: tf.gather(features, indices), valid: tf.cast(tf.greater(values, 0), 'float32') },
      ];
      found.forEach(({ rows, valid }, kind) => {
        banks[kind][id] = written(banks[kind][id], counts[kind][id], rows, valid);
        counts[kind][id] = tf.add(counts[kind][id], tf.sum(valid));
      });
    }
  [memory.regions, memory.pixels].forEach((slot, kind) => {
    pass.blend(slot, tf.stack(banks[kind]), REPLACED);
  });
  [memory.regionCounts, memory.pixelCounts].forEach((slot, kind) => {
    pass.blend(slot, tf.stack(counts[kind]), REPLACED);
  });
  pass.blend(memory.steps, 1, { kept: 1, added: 1 });
}

/** Rows that are valid, which come first, in the places after `count`. */
function written(bank: Tensor, count: Tensor, rows: Tensor, valid: Tensor): Tensor {
  const [size] = bank.shape;
  const [many] = rows.shape;
  const order = tf.tensor1d(Array.from({ length: many }, (_, i) => i));
  const places = tf.reshape(tf.mod(tf.add(order, count), size), [many, 1]);
  const all = tf.tensor2d([Array.from({ length: size }, (_, i) => i)]);
  const hit = tf.mul(tf.cast(tf.equal(places, all), 'float32'), tf.reshape(valid, [many, 1]));
  const kept = tf.sub(1, tf.reshape(tf.sum(hit, 0), [size, 1]));
  return tf.add(tf.mul(bank, kept), tf.matMul(hit, rows, true));
}

function filledPlaces(counts: Tensor, size: number): Tensor {
  const [classes] = counts.shape;
  const places = tf.tensor2d([Array.from({ length: size }, (_, i) => i)]);
  return tf.reshape(tf.cast(tf.less(places, tf.reshape(counts, [classes, 1])), 'float32'), [classes * size]);
}

function pixelsOf({ features, labels, predicted }: ContrastInputs, pass: Pass): Pixels[] {
  const [n] = features.shape;
  const dims = features.shape[features.shape.length - 1];
  const pixels = features.size / n / dims;
  const draws = tf.add(pass.random({ shape: [n, pixels] }), ABOVE);
  const rows = (x: Tensor, shape: number[]) => {
    // The gradient of TensorFlow.js's split fails on a single part.
    const parts = n === 1 ? [x] : tf.split(tf.reshape(x, [n, ...shape]), n, 0);
    return parts.map((part) => tf.reshape(part, shape));
  };
  const [vectors, wanted, guessed, order] = [
    rows(features, [pixels, dims]),
    rows(labels, [pixels]),
    rows(predicted, [pixels]),
    rows(draws, [pixels]),
  ];
  return vectors.map((each, i) => ({ features: each, labels: wanted[i], predicted: guessed[i], draws: order[i] }));
}

/** Pixels to compare, of each class of each image: wrongly predicted ones, then others. */
function anchorsOf(images: readonly Pixels[], classes: number) {
  const views = Math.max(Math.min(MOST_VIEWS, Math.floor(MOST_ANCHORS / (images.length * classes))), 2);
  const features: Tensor[] = [];
  const valid: Tensor[] = [];
  const ids: number[] = [];
  for (const { features: vectors, labels, predicted, draws } of images)
    for (let id = 0; id < classes; id++) {
      const half = Math.min(Math.floor(views / 2), draws.size);
      for (const right of [false, true]) {
        const chosen = withoutGradient(predicted, (guesses) => {
          const inside = tf.logicalAnd(tf.equal(labels, id), asked(tf.equal(guesses, id), right));
          const { values, indices } = tf.topk(tf.mul(draws, tf.cast(inside, 'float32')), half);
          return tf.concat([tf.cast(indices, 'float32'), tf.cast(tf.greater(values, 0), 'float32')], 0);
        });
        const [places, found] = tf.split(chosen, 2, 0);
        features.push(rowsAt(vectors, places));
        valid.push(found);
        ids.push(...new Array<number>(half).fill(id));
      }
    }
  return { features: tf.concat(features, 0), valid: tf.concat(valid, 0), classes: ids };
}

function asked(same: Tensor, right: boolean): Tensor {
  return right ? same : tf.logicalNot(same);
}

/** Rows of a matrix, with a gradient for the matrix alone: places that depend on a network would get one, too, and have none. */
function rowsAt(matrix: Tensor, places: Tensor): Tensor {
  const [count] = matrix.shape;
  return tf.customGrad((...args) => {
    const [x, save] = args as unknown as [Tensor, (tensors: Tensor[]) => void];
    const indices = tf.cast(places, 'int32') as Tensor1D;
    save([indices]);
    const gradFunc = (dy: Tensor, [saved]: Tensor[]) => tf.unsortedSegmentSum(dy, saved as Tensor1D, count);
    return { value: tf.gather(x, indices), gradFunc };
  })(matrix);
}

/** What is chosen by values, and has no gradient: TensorFlow.js would ask each kernel on the way for one. */
export function withoutGradient(x: Tensor, compute: (x: Tensor) => Tensor): Tensor {
  return tf.customGrad((input) => ({
    value: compute(input as Tensor),
    gradFunc: () => tf.zerosLike(input as Tensor),
  }))(x);
}

function oneHot(ids: readonly number[], classes: number): Tensor {
  return tf.tensor2d(ids.map((id) => Array.from({ length: classes }, (_, c) => Number(c === id))));
}

/** Vectors along the last axis with the length 1; nothing stays nothing. */
export function unit(x: Tensor): Tensor {
  return tf.div(x, tf.sqrt(tf.maximum(tf.sum(tf.square(x), -1, true), 1e-24)));
}
