/** Reads the parts of a checkpoint that a training program saved: weights, optimizer, epoch, configuration. */
import { FormatError } from '../../../errors.js';
import type { NamedTensors } from '../../tensor-data.js';
import { PyRecord, type PyValue } from '../pickle/value.js';
import { type Plain, type PlainObject, toPlain, toPlainObject } from '../plain.js';
import { shown } from '../shown.js';
import type { Storages } from './read-tensors.js';
import {
  checkedName,
  isModule,
  isStateDict,
  isStored,
  moduleTensors,
  readStored,
  type Stored,
  stateDictTensors,
} from './state-dict.js';

/** `torch.optim.Optimizer.state_dict()`. */
export interface OptimizerState {
  /** By `<index of the parameter>.<slot>`, such as `0.exp_avg`; indices are those of `groups[].params`. */
  tensors: NamedTensors;
  groups: Plain[];
}

export interface Checkpoint {
  tensors: NamedTensors;
  optimizer?: OptimizerState;
  epoch?: number | string;
  config?: PlainObject;
  other: PlainObject;
}

/** Where programs keep the weights: BiaPy, many tutorials, PyTorch Lightning. */
const MODEL_KEYS = ['model', 'model_state_dict', 'state_dict'];
const OPTIMIZER_KEYS = ['optimizer', 'optimizer_state_dict'];
const MOST_SLOTS = 100_000;
const CONFIG_KEYS = ['cfg', 'config', 'args'];

/** Names and shapes of the weights, and what stands beside them; no tensor is read. */
export interface CheckpointHeader extends Pick<Checkpoint, 'epoch' | 'config' | 'other'> {
  shapes: Map<string, readonly number[]>;
}

/** @throws FormatError when there are no weights in it. */
export function readCheckpointHeader(root: PyValue): CheckpointHeader {
  const { weights, checkpoint } = partsOf(root);
  return { shapes: new Map([...weights].map(([name, stored]) => [name, shapeOf(stored)])), ...checkpoint };
}

function shapeOf(stored: Stored): readonly number[] {
  return typeof stored === 'number' ? [] : stored.shape;
}

/**
 * @param optimizer read its state too, which is twice as large as the weights for most optimizers.
 * @throws FormatError when there are no weights in it.
 */
export async function readCheckpoint(
  root: PyValue,
  storages: Storages,
  { optimizer = true }: { optimizer?: boolean } = {},
): Promise<Checkpoint> {
  const { weights, optimizer: state, checkpoint } = partsOf(root);
  return {
    tensors: await readStored(weights, storages),
    ...(optimizer && state !== undefined && { optimizer: await readOptimizer(state, storages) }),
    ...checkpoint,
  };
}

interface Parts {
  weights: Map<string, Stored>;
  optimizer?: PyValue;
  checkpoint: Pick<Checkpoint, 'epoch' | 'config' | 'other'>;
}

function partsOf(root: PyValue): Parts {
  const modelKey = root instanceof Map ? MODEL_KEYS.find((key) => weightsIn(root.get(key))) : undefined;
  if (modelKey === undefined || !(root instanceof Map)) {
    const weights = weightsIn(root);
    if (!weights) throw new FormatError(`it holds no weights: ${described(root)}.`);
    return { weights, checkpoint: { other: remarks(root) } };
  }
  const model = root.get(modelKey)!;
  const parts: Parts = { weights: weightsIn(model)!, checkpoint: { other: {} } };
  const { checkpoint } = parts;
  const used = [modelKey];

  const optimizerKey = OPTIMIZER_KEYS.find((key) => isOptimizer(root.get(key)));
  if (optimizerKey !== undefined) {
    used.push(optimizerKey);
    parts.optimizer = root.get(optimizerKey)!;
  }
  const epoch = root.get('epoch');
  if (typeof epoch === 'number' || typeof epoch === 'string') {
    used.push('epoch');
    checkpoint.epoch = epoch;
  }
  for (const key of CONFIG_KEYS) {
    const config = root.has(key) ? toPlain(root.get(key)!) : null;
    if (config === null || typeof config !== 'object' || Array.isArray(config)) continue;
    used.push(key);
    checkpoint.config = config;
    break;
  }
  const beside = remarks(model);
  checkpoint.other = { ...toPlainObject(root, used), ...(Object.keys(beside).length > 0 && { [modelKey]: beside }) };
  return parts;
}

function weightsIn(value: PyValue | undefined): Map<string, Stored> | undefined {
  // A network without parameters has an empty state dictionary.
  if (isStateDict(value) || (value instanceof Map && value.size === 0)) return stateDictTensors(value);
  return isModule(value) ? moduleTensors(value) : undefined;
}

/** Entries of a state dictionary that are no tensors. */
function remarks(root: PyValue): PlainObject {
  return root instanceof Map ? toPlainObject(new Map([...root].filter(([, value]) => !isStored(value)))) : {};
}

function isOptimizer(value: PyValue | undefined): boolean {
  return value instanceof Map && value.get('state') instanceof Map && Array.isArray(value.get('param_groups'));
}

async function readOptimizer(value: PyValue, storages: Storages): Promise<OptimizerState> {
  const parts = value as Map<string, PyValue>;
  const stored = new Map<string, Stored>();
  let left = MOST_SLOTS;
  for (const [index, slots] of parts.get('state') as Map<PyValue, PyValue>) {
    if (!(slots instanceof Map)) continue;
    left -= slots.size;
    if (left < 0) throw new FormatError('its optimizer has more state than any does.');
    for (const [slot, entry] of slots)
      if (isStored(entry)) stored.set(checkedName(slot, `${checkedName(String(toPlain(index)))}.`), entry);
  }
  return { tensors: await readStored(stored, storages), groups: toPlain(parts.get('param_groups')!) as Plain[] };
}

function described(root: PyValue): string {
  if (root instanceof PyRecord) return `a ${shown(root.path)} without tensors was saved`;
  if (!(root instanceof Map)) return 'neither a dictionary nor a module was saved';
  const keys = [...root.keys()]
    .slice(0, 12)
    .map((key) => (typeof key === 'string' ? shown(key) : 'one that is no text'));
  return `it has the keys ${keys.join(', ')}${root.size > keys.length ? ' …' : ''}`;
}
