/** Puts the state of an optimizer that a checkpoint holds to the parameters of a network. */
import { DataError } from '../errors.js';
import type { Module, NamedTensors, OptimizerSpec } from '../tensor/index.js';
import { optimizerSlots } from '../tensor/optimizer.js';
import type { Plain } from '../tensor/weights/index.js';
import type { StartingPoint } from './state.js';

/**
 * `optimizer.<slot>.<name>` and `optimizer.step`.
 *
 * PyTorch numbers the parameters, in the order of the groups that the optimizer was made with. BiaPy makes one group in
 * the order of the network, or (timm) two: the vectors and biases, which do not decay, then all others. Which it was is
 * seen from the shapes.
 *
 * @param names name in the network by name in the checkpoint.
 * @throws DataError when the state is of another optimizer or another network.
 */
export function fitOptimizer(
  network: Module,
  optimizer: OptimizerSpec,
  { file, optimizer: given, order }: StartingPoint,
  names: ReadonlyMap<string, string>,
): NamedTensors {
  if (!given) return new Map();
  if (!given.groups) return given.tensors;
  const refuse = (problem: string) =>
    new DataError(
      `the optimizer in the checkpoint ${file} ${problem}. Leave optimizer out of MODEL.ITEMS_TO_LOAD_FROM_CHECKPOINT.`,
      { where: { key: 'MODEL.ITEMS_TO_LOAD_FROM_CHECKPOINT', file } },
    );
  const slots = optimizerSlots(optimizer);
  const indices = given.groups.map(indicesOf);
  if (![...given.tensors.keys()].some((key) => slots.some((slot) => key.endsWith(`.${slot}`))))
    throw refuse(`is another one than ${optimizer.name}`);
  const shapes = new Map(
    [...network.slots()].flatMap(([name, { kind, shape }]) => (kind === 'parameter' ? [[name, shape]] : [])),
  );
  const parameters = order.map((name) => names.get(name) ?? name).filter((name) => shapes.has(name));
  const decays = (name: string) => shapes.get(name)!.length > 1 && !name.endsWith('.bias');
  const orders = [
    parameters,
    [...parameters.filter((name) => !decays(name)), ...parameters.filter(decays)],
    [...parameters.filter(decays), ...parameters.filter((name) => !decays(name))],
  ];
  const flat = indices.flat();
  const fits = (candidate: readonly string[]) =>
    flat.length === candidate.length &&
    flat.every((index, i) =>
      slots.every((slot) => {
        const tensor = given.tensors.get(`${index}.${slot}`);
        return !tensor || tensor.shape.join() === shapes.get(candidate[i])!.join();
      }),
    );
  const found = orders.find(fits);
  if (!found) throw refuse('has other parameters than this network');
  const tensors: NamedTensors = new Map();
  flat.forEach((index, i) => {
    for (const slot of slots) {
      const tensor = given.tensors.get(`${index}.${slot}`);
      if (tensor) tensors.set(`optimizer.${slot}.${found[i]}`, tensor);
    }
  });
  // SGD counts no steps, and its momentum does not depend on them.
  const step = flat.map((index) => given.tensors.get(`${index}.step`)).find((tensor) => tensor);
  if (step) tensors.set('optimizer.step', { data: Float32Array.of(step.data[0]), shape: [] });
  return tensors;
}

function indicesOf(group: Plain): number[] {
  const parameters = typeof group === 'object' && group !== null && !Array.isArray(group) ? group.params : undefined;
  return Array.isArray(parameters) ? parameters.map(Number) : [];
}
