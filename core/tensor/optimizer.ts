/**
 * Optimizers as tensor functions, part of the compiled step.
 *
 * Rules are PyTorch's, with the decay rule of timm, which BiaPy creates its optimizers with: weight decay skips tensors
 * with fewer than two axes (biases, normalisation). Numbers that change from step to step are graph inputs.
 */
import { joined, parted } from './joined.js';
import { sizeOf } from './layout.js';
import { type Tensor, tf } from './tf.js';

export interface OptimizerSpec {
  readonly name: 'SGD' | 'ADAM' | 'ADAMW';
  /** Decay rates of the moments of Adam; (0.9, 0.999). */
  readonly betas?: readonly [number, number];
  /** Nesterov momentum of SGD; 0.9. */
  readonly momentum?: number;
  /** Added to the gradient (SGD, ADAM) or taken off the weights (ADAMW); 0. */
  readonly weightDecay?: number;
  /** Which tensors decay: those with two or more axes (default), or all. */
  readonly decayed?: 'matrices' | 'all';
  /** Largest global L2 norm of the gradients; 0 for no limit. */
  readonly clipNorm?: number;
}

/** What the caller sets for each step. */
export interface Hyper {
  readonly learningRate: number;
  /** First decay rate of Adam, or the momentum of SGD, where a schedule moves it. */
  readonly beta1?: number;
}

/** What the caller sets for a step of a training. */
export interface StepHyper extends Hyper {
  /** Of the adversary's optimizer, where there is one; as for the network's where left out. */
  readonly discriminator?: Hyper;
}

export interface TrainedTensor {
  readonly name: string;
  readonly shape: readonly number[];
}

const EPSILON = 1e-8;

/** Names of the tensors that the optimizer keeps for each parameter. */
export function optimizerSlots(spec: OptimizerSpec): string[] {
  if (spec.name !== 'SGD') return ['exp_avg', 'exp_avg_sq'];
  return (spec.momentum ?? 0.9) > 0 ? ['momentum_buffer'] : [];
}

/** Names of the scalar inputs, and their values at a step counted from 1. */
export function hyperValues(spec: OptimizerSpec, hyper: Hyper, step: number): Record<string, number> {
  const rate = hyper.learningRate;
  if (spec.name === 'SGD') return { rate, momentum: hyper.beta1 ?? spec.momentum ?? 0.9 };
  const [first, second] = spec.betas ?? [0.9, 0.999];
  const beta1 = hyper.beta1 ?? first;
  return {
    rate,
    beta1,
    size: rate / (1 - beta1 ** step),
    spread: 1 / Math.sqrt(1 - second ** step),
    kept: 1 - rate * (spec.weightDecay ?? 0),
  };
}

export type StateLookup = (slot: string, name: string) => Tensor;

/**
 * New parameters and slots after one step.
 *
 * @param state the optimizer's tensor of a slot and parameter.
 * @param hyper scalar tensors with the names of {@link hyperValues}.
 */
export function optimize(
  spec: OptimizerSpec,
  trained: readonly TrainedTensor[],
  values: readonly Tensor[],
  gradients: readonly Tensor[],
  state: StateLookup,
  hyper: (name: string) => Tensor,
): { values: Tensor[]; slots: Map<string, Tensor[]> } {
  const clipped = spec.clipNorm ? clip(gradients, spec.clipNorm) : gradients;
  const update = spec.name === 'SGD' ? momentumStep : adamStep;
  const next: Tensor[] = [];
  const slots = new Map<string, Tensor[]>(optimizerSlots(spec).map((slot) => [slot, []]));
  for (const group of updatedTogether(trained)) {
    const { shape } = trained[group[0]];
    const join = (tensorOf: (i: number) => Tensor) =>
      group.length === 1 ? tf.reshape(tensorOf(group[0]), withoutLastOnes(shape)) : joined(group.map(tensorOf));
    const part = (whole: Tensor, into: Tensor[]) => {
      const shapes = group.map((i) => trained[i]);
      const parts = group.length === 1 ? [tf.reshape(whole, [...shape])] : parted(whole, shapes);
      group.forEach((i, k) => {
        into[i] = parts[k];
      });
    };
    const decays = (spec.weightDecay ?? 0) > 0 && (spec.decayed === 'all' || shape.length > 1);
    const value = join((i) => values[i]);
    const gradient = join((i) => clipped[i]);
    const slot = (name: string) => join((i) => state(name, trained[i].name));
    const keep = (name: string, tensor: Tensor) => part(tensor, slots.get(name)!);
    part(update(spec, value, gradient, decays, slot, hyper, keep), next);
  }
  return { values: next, slots };
}

/**
 * The shape of a tensor without axes of length 1 at its end: ONNX Runtime goes through those of a pixel-wise convolution
 * element by element, a hundred times slower.
 */
function withoutLastOnes(shape: readonly number[]): number[] {
  return shape.slice(0, shape.findLastIndex((side) => side !== 1) + 1);
}

/** Elements up to which a tensor is updated together with others; copies of larger ones cost more than they save. */
const SMALL = 2 ** 15;

/** Elements of tensors that are updated together. */
const TOGETHER = 2 ** 18;

/** Indices of the tensors of each update. Small ones of one kind go together, as there are many of them. */
function updatedTogether(trained: readonly TrainedTensor[]): number[][] {
  const groups: number[][] = [];
  /** The group of vectors and that of other tensors that take more. */
  const open = new Map<boolean, { group: number[]; size: number }>();
  trained.forEach(({ shape }, i) => {
    const size = sizeOf(shape);
    const isVector = shape.length < 2;
    let last = open.get(isVector);
    // A squeeze of few channels may leave none; ONNX takes a side of 0 in a new shape for another thing.
    if (size > SMALL || size === 0) {
      groups.push([i]);
      return;
    }
    if (!last || last.size + size > TOGETHER) {
      last = { group: [], size: 0 };
      open.set(isVector, last);
      groups.push(last.group);
    }
    last.group.push(i);
    last.size += size;
  });
  return groups;
}

type Update = (
  spec: OptimizerSpec,
  value: Tensor,
  gradient: Tensor,
  decays: boolean,
  slot: (name: string) => Tensor,
  hyper: (name: string) => Tensor,
  keep: (slot: string, tensor: Tensor) => void,
) => Tensor;

/** Nesterov momentum; the decay is part of the gradient. */
const momentumStep: Update = (spec, value, gradient, decays, slot, hyper, keep) => {
  const slope = decays ? tf.add(gradient, tf.mul(value, spec.weightDecay!)) : gradient;
  if (optimizerSlots(spec).length === 0) return tf.sub(value, tf.mul(slope, hyper('rate')));
  const buffer = tf.add(tf.mul(slot('momentum_buffer'), hyper('momentum')), slope);
  keep('momentum_buffer', buffer);
  return tf.sub(value, tf.mul(tf.add(slope, tf.mul(buffer, hyper('momentum'))), hyper('rate')));
};

/** D. P. Kingma and J. Ba, ICLR 2015; decoupled decay of I. Loshchilov and F. Hutter, ICLR 2019. */
const adamStep: Update = (spec, value, gradient, decays, slot, hyper, keep) => {
  const second = spec.betas?.[1] ?? 0.999;
  const coupled = decays && spec.name === 'ADAM';
  const slope = coupled ? tf.add(gradient, tf.mul(value, spec.weightDecay!)) : gradient;
  const start = decays && spec.name === 'ADAMW' ? tf.mul(value, hyper('kept')) : value;
  const mean = tf.add(slope, tf.mul(tf.sub(slot('exp_avg'), slope), hyper('beta1')));
  const square = tf.add(tf.mul(slot('exp_avg_sq'), second), tf.mul(tf.mul(slope, slope), 1 - second));
  keep('exp_avg', mean);
  keep('exp_avg_sq', square);
  const spread = tf.add(tf.mul(tf.sqrt(square), hyper('spread')), EPSILON);
  return tf.sub(start, tf.mul(tf.div(mean, spread), hyper('size')));
};

/** PyTorch's `clip_grad_norm_`. */
function clip(gradients: readonly Tensor[], limit: number): Tensor[] {
  const squares = gradients.map((gradient) => tf.sum(tf.square(gradient)));
  const norm = tf.sqrt(tf.addN(squares));
  const factor = tf.minimum(tf.div(limit, tf.add(norm, 1e-6)), 1);
  return gradients.map((gradient) => tf.mul(gradient, factor));
}
