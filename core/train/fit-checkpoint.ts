/**
 * Puts the weights of a checkpoint into a network: by name and shape, older names of BiaPy among them. What does not fit
 * is told in full, and refused unless it was allowed.
 */
import { DataError } from '../errors.js';
import type { Module, NamedTensors, TensorData } from '../tensor/index.js';
import { biapyNames } from '../tensor/weights/index.js';
import { foldedNormalization, mergedWeight, splitWeight } from '../tensor/weights/reshaped-layers.js';

export interface FitOptions {
  /** Architecture, for messages. */
  network: string;
  /**
   * What may be left out: `nothing`; `missing` tensors, which a checkpoint of another kind of training lacks; or `all`
   * that does not fit (MODEL.SKIP_UNMATCHED_LAYERS).
   */
  skip?: 'nothing' | 'missing' | 'all';
}

export interface FittedCheckpoint {
  /** `model.<name>`. */
  tensors: NamedTensors;
  /** Sentence: how much was taken. */
  taken: string;
  /** Sentences: what starts afresh, or is of no use here. Empty when all fits. */
  unmatched: string[];
  /** Name in the network by name in the checkpoint. */
  names: ReadonlyMap<string, string>;
}

/**
 * @param weights by the names of the file.
 * @throws DataError naming what is missing or of another shape, with both shapes.
 */
export function fitCheckpoint(network: Module, weights: NamedTensors, options: FitOptions): FittedCheckpoint {
  const slots = new Map(network.slots());
  const names = matchNames(weights, slots);
  const brought: NamedTensors = new Map();
  for (const [name, own] of names) brought.set(own, weights.get(name)!);
  addReshaped(brought, new Set(slots.keys()));

  const tensors: NamedTensors = new Map();
  const missing: string[] = [];
  const mismatched: string[] = [];
  for (const [name, { shape, neutral }] of slots) {
    const tensor = brought.get(name);
    if (!tensor) {
      if (!neutral) missing.push(name);
    } else if (tensor.shape.join() !== shape.join())
      mismatched.push(`${name} (${shown(tensor.shape)} there, ${shown(shape)} here)`);
    else tensors.set(`model.${name}`, tensor);
  }
  const { skip = 'nothing' } = options;
  const wrong = [...(skip === 'nothing' ? missing : []), ...(skip === 'all' ? [] : mismatched)];
  if (wrong.length > 0 || tensors.size === 0) throw misfit(options.network, missing, mismatched, tensors.size);
  const unused = [...brought.keys()].filter((name) => !slots.has(name) && !name.endsWith('num_batches_tracked'));
  const left = slots.size - missing.length - mismatched.length;
  return {
    tensors,
    names,
    taken: `${left} of ${slots.size} tensors of the network are taken from the checkpoint.`,
    unmatched: [
      ...sentence('Not in the checkpoint, so they start afresh', missing),
      ...sentence('Of another shape in the checkpoint, so they start afresh', mismatched),
      ...sentence('In the checkpoint, but not in this network', unused),
    ],
  };
}

/** The network's name for each tensor; its own name where the network has none. */
function matchNames(weights: NamedTensors, slots: ReadonlyMap<string, unknown>): Map<string, string> {
  const names = new Map<string, string>();
  const taken = new Map<string, string>();
  for (const name of weights.keys()) {
    const candidates = biapyNames(name);
    const own = candidates.find((candidate) => slots.has(candidate)) ?? candidates[1] ?? name;
    const other = taken.get(own);
    if (other !== undefined)
      throw new DataError(
        `the checkpoint has the weights ${own} twice, as ${other} and as ${name}. Keep one of the two.`,
      );
    taken.set(own, name);
    names.set(name, own);
  }
  return names;
}

/** Layers that are stored in another way: weight normalisation, and a normalisation behind a head. */
function addReshaped(brought: NamedTensors, wanted: ReadonlySet<string>): void {
  for (const name of wanted) {
    if (brought.has(name) || !name.endsWith('.weight')) continue;
    const layer = name.slice(0, -'.weight'.length);
    const folded = foldedNormalization(brought, layer);
    if (folded) for (const [part, tensor] of folded) brought.set(part, tensor);
    const merged = mergedWeight(brought, layer);
    if (merged) brought.set(name, merged);
  }
  for (const name of wanted) {
    if (brought.has(name) || !name.endsWith('.weight_v')) continue;
    const layer = name.slice(0, -'.weight_v'.length);
    const split = splitWeight(brought, layer);
    if (split) for (const [part, tensor] of split) brought.set(part, tensor);
  }
}

function misfit(network: string, missing: string[], mismatched: string[], fitting: number): DataError {
  const parts = [...sentence('Missing', missing), ...sentence('Of another shape', mismatched)];
  const nothing = fitting === 0 ? ' Nothing of it fits.' : '';
  return new DataError(
    `the checkpoint does not fit the network '${network}'.${nothing} ${parts.join(' ')} Use the MODEL section that it was ` +
      'trained with; to train what does not fit afresh, set MODEL.SKIP_UNMATCHED_LAYERS.',
    { where: { key: 'MODEL.SKIP_UNMATCHED_LAYERS' } },
  );
}

const MOST_NAMES = 12;

/** All names where they are few; else their parts, with the number of tensors in each. */
function sentence(start: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  if (names.length <= MOST_NAMES) return [`${start}: ${names.join(', ')}.`];
  const groups = new Map<string, number>();
  for (const name of names) {
    const [first, second] = name.split('.');
    const group = second === undefined ? first : /^\d+$/.test(second) ? `${first}.${second}.*` : `${first}.*`;
    groups.set(group, (groups.get(group) ?? 0) + 1);
  }
  return [
    `${start}: ${[...groups].map(([group, count]) => (group.endsWith('*') ? `${group} (${count})` : group)).join(', ')}.`,
  ];
}

function shown(shape: TensorData['shape']): string {
  return shape.length === 0 ? 'a number' : shape.join('×');
}
