/**
 * What one call of a program computes, as functions over named tensors: a training step, an evaluation, a prediction.
 * The same functions are traced by the compiled runtime and run by the eager one.
 */

import { type Adversary, DISCRIMINATOR, deceived, discriminated } from './adversary.js';
import { joined, parted } from './joined.js';
import type { ValueSpec } from './kernel-call.js';
import type { Module, NetworkOutput, Pass, Shares, Slot } from './nn/module.js';
import { hyperValues, type OptimizerSpec, optimize, optimizerSlots, type StepHyper } from './optimizer.js';
import type { RandomSpec } from './random.js';
import { NEXT } from './step-names.js';
import type { NamedTensors } from './tensor-data.js';
import { type Scalar, type Tensor, tf } from './tf.js';

/** `pass` is that of the network: a loss may keep something between steps in buffers of the network. */
export type Measure = (output: NetworkOutput, target: Tensor, pass?: Pass) => Scalar;

export interface TrainingSpec {
  readonly network: Module;
  readonly loss: Measure;
  readonly metrics: Readonly<Record<string, Measure>>;
  readonly optimizer: OptimizerSpec;
  /** `SYSTEM.SEED`; starting weights and dropout depend on it. */
  readonly seed: number;
  /** Parameters whose full names match are not trained. */
  readonly frozen?: readonly RegExp[];
  /** Gradients of several batches may be averaged before a step of the optimizer. */
  readonly accumulates?: boolean;
  /** Learns beside the network to tell what it makes from the targets. Gathers no gradients. */
  readonly adversary?: Adversary;
}

interface TrainedParameter {
  readonly name: string;
  readonly slot: Slot;
  readonly shape: readonly number[];
}

export type Compute = (feeds: Map<string, Tensor>, random: (spec: RandomSpec) => Tensor) => Map<string, Tensor>;

export const modelName = (key: string): string => `model.${key}`;
export const optimizerName = (slot: string, key: string): string => `optimizer.${slot}.${key}`;
const discriminatorName = (key: string): string => DISCRIMINATOR + key;
const gatheredName = (key: string): string => `gathered.${key}`;
const hyperName = (name: string): string => `hyper.${name}`;
/** Shown beside `loss`, as BiaPy does. */
const LOSS_OF_DISCRIMINATOR = 'loss_discriminator';

const metricName = (name: string): string => `metric.${name}`;

/** Weights and buffers of a network. */
export function modelInputs(network: Module): ValueSpec[] {
  return [...network.slots()].map(([key, slot]) => ({ name: modelName(key), shape: slot.shape }));
}

/** Weights and buffers of a training: of the network, and of its adversary. */
export function stateInputs({ network, adversary }: TrainingSpec): ValueSpec[] {
  const others = adversary ? [...adversary.network.slots()] : [];
  return [...modelInputs(network), ...others.map(([key, { shape }]) => ({ name: discriminatorName(key), shape }))];
}

/** Parameters that the optimizer moves. */
export function trainedParameters(spec: TrainingSpec): TrainedParameter[] {
  return [...spec.network.slots()]
    .filter(([, slot]) => slot.kind === 'parameter' && !slot.fixed)
    .filter(([name]) => !spec.frozen?.some((pattern) => pattern.test(name)))
    .map(([name, slot]) => ({ name, slot, shape: slot.shape }));
}

/** Parameters that the optimizer of the adversary moves, with their names in the state. */
function adversaryParameters({ network }: Adversary): TrainedParameter[] {
  return [...network.slots()]
    .filter(([, slot]) => slot.kind === 'parameter' && !slot.fixed)
    .map(([key, slot]) => ({ name: discriminatorName(key), slot, shape: slot.shape }));
}

/** The optimizers' tensors, all of them starting at zero. */
export function optimizerInputs(spec: TrainingSpec): ValueSpec[] {
  const { adversary } = spec;
  const inputs = (optimizer: OptimizerSpec, trained: readonly TrainedParameter[]) =>
    trained.flatMap(({ name, shape }) =>
      optimizerSlots(optimizer).map((slot) => ({ name: optimizerName(slot, name), shape })),
    );
  const own = inputs(spec.optimizer, trainedParameters(spec));
  return adversary ? [...own, ...inputs(adversary.optimizer, adversaryParameters(adversary))] : own;
}

/** Sums of the gradients that wait for a step of the optimizer; none where each batch makes one. */
export function gatheredInputs(spec: TrainingSpec): ValueSpec[] {
  if (!spec.accumulates) return [];
  return trainedParameters(spec).map(({ name, shape }) => ({ name: gatheredName(name), shape }));
}

/**
 * Scalars that the caller sets for each step, with their values.
 *
 * @param waiting batches whose gradients are gathered already.
 */
export function hyperFeeds(spec: TrainingSpec, hyper: StepHyper, step: number, waiting = 0): Map<string, number> {
  const values: Record<string, number> = hyperValues(spec.optimizer, hyper, step);
  if (spec.accumulates) values.share = 1 / (waiting + 1);
  if (spec.adversary) {
    const others = hyperValues(spec.adversary.optimizer, hyper.discriminator ?? hyper, step);
    for (const [name, value] of Object.entries(others)) values[DISCRIMINATOR + name] = value;
  }
  const feeds = new Map(Object.entries(values).map(([name, value]) => [hyperName(name), value]));
  return new Map([...feeds, ...gatherFeeds(spec, waiting)]);
}

/** Scalars of a batch whose gradients are gathered. What an earlier group of batches left counts nothing. */
export function gatherFeeds(spec: TrainingSpec, waiting: number): Map<string, number> {
  return new Map(spec.accumulates ? [[hyperName('carried'), waiting > 0 ? 1 : 0]] : []);
}

/** Forward, gradients, optimizer. Gives `loss`, `metric.<name>` and every changed tensor as `next.<name>`. */
export function trainingStep(spec: TrainingSpec): Compute {
  return (feeds, random) => {
    const { trained, values, gradients, results, image } = differentiate(spec, feeds, random);
    const share = feeds.get(hyperName('share'));
    const mean = share ? gradients.map((gradient) => tf.mul(gradient, share)) : gradients;
    const updated = optimize(
      spec.optimizer,
      trained,
      values,
      mean,
      (slot, name) => feeds.get(optimizerName(slot, name))!,
      (name) => feeds.get(hyperName(name))!,
    );
    trained.forEach(({ name }, i) => {
      results.set(NEXT + modelName(name), updated.values[i]);
      for (const [slot, tensors] of updated.slots) results.set(NEXT + optimizerName(slot, name), tensors[i]);
    });
    if (spec.adversary && image) teach(spec.adversary, image, feeds, random, results);
    return results;
  };
}

/** A step of the adversary, on what the network made before its own step. Adds to the results. */
function teach(
  adversary: Adversary,
  image: Tensor,
  feeds: Map<string, Tensor>,
  random: (spec: RandomSpec) => Tensor,
  results: Map<string, Tensor>,
): void {
  const { network, optimizer } = adversary;
  const pass = new FeedPass(network, feeds, true, random, discriminatorName);
  const trained = adversaryParameters(adversary);
  const values = trained.map(({ slot }) => pass.value(slot));
  const lasting: Tensor[] = [];
  const { value: loss, grads } = tf.engine().gradients(
    () => {
      const real = logitsOf(network, feeds.get('target')!, pass);
      const told = discriminated(adversary.loss, real, logitsOf(network, image, pass));
      lasting.push(...pass.lasting());
      for (const tensor of lasting) tf.keep(tensor);
      return told;
    },
    values,
    undefined,
    true,
  );
  const updated = optimize(
    optimizer,
    trained,
    values,
    values.map((tensor, i) => grads[i] ?? tf.zerosLike(tensor)),
    (slot, name) => feeds.get(optimizerName(slot, name))!,
    (name) => feeds.get(hyperName(DISCRIMINATOR + name))!,
  );
  trained.forEach(({ name }, i) => {
    results.set(NEXT + name, updated.values[i]);
    for (const [slot, tensors] of updated.slots) results.set(NEXT + optimizerName(slot, name), tensors[i]);
  });
  results.set(metricName(LOSS_OF_DISCRIMINATOR), loss);
  for (const [name, tensor] of pass.updates()) results.set(NEXT + name, tensor);
  const wanted = new Set(results.values());
  for (const tensor of [image, ...lasting]) if (!wanted.has(tensor)) tensor.dispose();
}

function logitsOf(network: Module, image: Tensor, pass: Pass): Tensor {
  return runNetwork(network, image, pass)[0];
}

/** Forward and gradients, whose sums wait for the {@link trainingStep} that ends the group of batches. */
export function gatheringStep(spec: TrainingSpec): Compute {
  return (feeds, random) => {
    const { trained, gradients, results } = differentiate(spec, feeds, random);
    trained.forEach(({ name }, i) => {
      results.set(NEXT + gatheredName(name), gradients[i]);
    });
    return results;
  };
}

/**
 * Loss, metrics and changed buffers of one batch in training mode, and the gradients, those that wait included.
 */
function differentiate(spec: TrainingSpec, feeds: Map<string, Tensor>, random: (spec: RandomSpec) => Tensor) {
  const pass = new FeedPass(spec.network, feeds, true, random);
  const trained = trainedParameters(spec);
  const values = trained.map(({ slot }) => pass.value(slot));
  const target = feeds.get('target')!;
  const { adversary } = spec;
  let output: NetworkOutput = [];
  let image: Tensor | undefined;
  const lasting: Tensor[] = [];
  const { value: loss, grads } = tf.engine().gradients(
    () => {
      output = runNetwork(spec.network, feeds.get('input')!, pass);
      // What is needed after the gradients must outlive the scope they are computed in.
      lasting.push(...output, ...pass.lasting());
      for (const tensor of lasting) tf.keep(tensor);
      const own = spec.loss(output, target, pass);
      // A loss may change buffers, too.
      for (const tensor of pass.lasting()) if (!lasting.includes(tensor)) lasting.push(tf.keep(tensor));
      if (!adversary) return own;
      image = tf.keep(tf.clone(adversary.image(output, target)));
      // Its running statistics are those of its own step.
      const judge = new FeedPass(adversary.network, feeds, true, random, discriminatorName);
      const fake = deceived(adversary.loss, logitsOf(adversary.network, image, judge));
      return tf.add(own, tf.mul(fake, adversary.weight)) as Scalar;
    },
    values,
    undefined,
    true,
  );
  const carried = feeds.get(hyperName('carried'));
  const gradients = values.map((tensor, i) => {
    const gradient = grads[i] ?? tf.zerosLike(tensor);
    return carried ? tf.add(gradient, tf.mul(feeds.get(gatheredName(trained[i].name))!, carried)) : gradient;
  });
  const results = new Map<string, Tensor>([['loss', loss]]);
  measure(spec, output, target, pass, results);
  for (const [name, tensor] of pass.updates()) results.set(NEXT + name, tensor);
  // A network may give its own loss.
  const wanted = new Set(results.values());
  for (const tensor of lasting) if (!wanted.has(tensor)) tensor.dispose();
  return { trained, values, gradients, results, image };
}

/** Loss and metrics with the network in evaluation mode. */
export function evaluationStep(spec: TrainingSpec): Compute {
  return (feeds, random) => {
    const pass = new FeedPass(spec.network, feeds, false, random);
    const output = runNetwork(spec.network, feeds.get('input')!, pass);
    const target = feeds.get('target')!;
    const own = spec.loss(output, target, pass);
    const results = new Map<string, Tensor>([['loss', own]]);
    measure(spec, output, target, pass, results);
    const { adversary } = spec;
    if (!adversary) return results;
    const judge = new FeedPass(adversary.network, feeds, false, random, discriminatorName);
    const [real, fake] = [target, adversary.image(output, target)].map((image) =>
      logitsOf(adversary.network, image, judge),
    );
    results.set('loss', tf.add(own, tf.mul(deceived(adversary.loss, fake), adversary.weight)));
    results.set(metricName(LOSS_OF_DISCRIMINATOR), discriminated(adversary.loss, real, fake));
    return results;
  };
}

/** Outputs `output.0`, `output.1`, … in evaluation mode. */
export function predictionStep(network: Module): Compute {
  return (feeds, random) => {
    const pass = new FeedPass(network, feeds, false, random);
    const output = runNetwork(network, feeds.get('input')!, pass);
    return new Map(output.map((tensor, index) => [`output.${index}`, tensor]));
  };
}

function measure(
  spec: TrainingSpec,
  output: NetworkOutput,
  target: Tensor,
  pass: Pass,
  results: Map<string, Tensor>,
): void {
  for (const [name, metric] of Object.entries(spec.metrics))
    results.set(metricName(name), metric(output, target, pass));
}

/** Scalar results as numbers. */
export function measured(results: NamedTensors): { loss: number; metrics: Record<string, number> } {
  const metrics: Record<string, number> = {};
  for (const [name, { data }] of results)
    if (name.startsWith('metric.')) metrics[name.slice('metric.'.length)] = data[0];
  return { loss: results.get('loss')!.data[0], metrics };
}

function runNetwork(network: Module, input: Tensor, pass: Pass): NetworkOutput {
  const output = network.forward(input, pass);
  return Array.isArray(output) ? output : [output];
}

interface Blend {
  readonly buffer: Slot;
  readonly next: Tensor | number;
  readonly shares: Shares;
}

/** A pass whose parameters are the named feeds. */
class FeedPass implements Pass {
  readonly #current = new Map<Slot, Tensor>();
  readonly #names = new Map<Slot, string>();
  readonly #updated = new Set<Slot>();
  /** Blends that nobody has asked the result of. They are many and small, and go together. */
  readonly #waiting = new Map<Slot, Blend>();

  constructor(
    network: Module,
    feeds: Map<string, Tensor>,
    readonly training: boolean,
    readonly random: Pass['random'],
    nameOf = modelName,
  ) {
    for (const [key, slot] of network.slots()) {
      const name = nameOf(key);
      this.#names.set(slot, name);
      this.#current.set(slot, feeds.get(name)!);
    }
  }

  value(slot: Slot): Tensor {
    if (this.#waiting.has(slot)) this.#settle();
    const tensor = this.#current.get(slot);
    if (!tensor) throw new TypeError('the slot does not belong to the network; register parts with child()');
    return tensor;
  }

  blend(buffer: Slot, next: Tensor | number, shares: Shares): void {
    if (this.#waiting.has(buffer)) this.#settle();
    this.#waiting.set(buffer, { buffer, next, shares });
  }

  /** What {@link updates} is made of. */
  lasting(): Tensor[] {
    const brought = [...this.#waiting.values()].flatMap(({ next }) => (typeof next === 'number' ? [] : [next]));
    return [...brought, ...[...this.#updated].map((slot) => this.#current.get(slot)!)];
  }

  *updates(): Generator<[name: string, tensor: Tensor]> {
    this.#settle();
    for (const slot of this.#updated) yield [this.#names.get(slot)!, this.#current.get(slot)!];
  }

  #settle(): void {
    const groups = new Map<string, Blend[]>();
    for (const blend of this.#waiting.values()) {
      const { next, shares } = blend;
      const key = typeof next === 'number' ? `${shares.kept} ${shares.added * next}` : `${shares.kept}`;
      groups.set(key, [...(groups.get(key) ?? []), blend]);
    }
    this.#waiting.clear();
    for (const group of groups.values()) {
      const before = group.map(({ buffer }) => this.#current.get(buffer)!);
      blended(before, group).forEach((tensor, i) => {
        this.#current.set(group[i].buffer, tensor);
        this.#updated.add(group[i].buffer);
      });
    }
  }
}

/** Buffers after blends that keep the same share of them, computed as one. */
function blended(before: readonly Tensor[], blends: readonly Blend[]): Tensor[] {
  const [{ next: first, shares }] = blends;
  const kept = tf.mul(joined(before), shares.kept);
  const added = (i: number) => blends[i].shares.added;
  if (typeof first === 'number') return parted(tf.add(kept, first * added(0)), before);
  const next = joined(blends.map((blend) => blend.next as Tensor));
  const equal = blends.every((_, i) => added(i) === added(0));
  const factor = equal ? added(0) : tf.tensor1d(before.flatMap(({ size }, i) => Array<number>(size).fill(added(i))));
  return parted(tf.add(kept, tf.mul(next, factor)), before);
}
