/**
 * Networks as descriptions.
 *
 * A module owns no data: it names its parameters and buffers as PyTorch's `state_dict` would, and says how to start
 * them. Values live in the runtime and reach `forward` through a {@link Pass}, so that one module serves eager runs,
 * traces of any shape, and several trainings at once.
 */
import type { RandomSpec } from '../random.js';
import type { Tensor } from '../tf.js';
import type { Initialiser } from './init.js';

/** A parameter (trained, unless `fixed`) or a buffer (kept, but not trained) of a module. */
export interface Slot {
  readonly kind: 'parameter' | 'buffer';
  /** A parameter that keeps its starting value, as PyTorch's with `requires_grad=False`. */
  readonly fixed?: true;
  /** PyTorch's axis order: `[out, in, ...kernel]` for filters. */
  readonly shape: readonly number[];
  readonly initial: Initialiser;
  /** A checkpoint may lack it: networks of the same name existed without, and its start changes nothing. */
  readonly neutral?: boolean;
}

/** A blended buffer is `kept` times what it was plus `added` times what came. */
export interface Shares {
  readonly kept: number;
  readonly added: number;
}

/** What a module sees while it runs. */
export interface Pass {
  readonly training: boolean;
  value(slot: Slot): Tensor;
  /** Moves a buffer towards a number or a tensor of its shape, for what follows, in this pass and the next. */
  blend(buffer: Slot, next: Tensor | number, shares: Shares): void;
  /** Fresh random numbers, different at every call and every step; see {@link RandomSpec}. */
  random(spec: RandomSpec): Tensor;
}

/** Tensors that a network gives, one per output, in the order of its heads. */
export type NetworkOutput = readonly Tensor[];

/** Base of layers and networks. Images are channels-last: `[n, y, x, c]` or `[n, z, y, x, c]`. */
export abstract class Module<Out extends Tensor | Tensor[] = Tensor | Tensor[]> {
  readonly #slots = new Map<string, Slot>();
  readonly #children = new Map<string, Module>();

  abstract forward(x: Tensor, pass: Pass): Out;

  /** What has to be done before the first `forward`, such as reading a file; runtimes wait for it. */
  async prepare(): Promise<void> {}

  protected parameter(
    name: string,
    shape: readonly number[],
    initial: Initialiser,
    { neutral = false }: { neutral?: boolean } = {},
  ): Slot {
    return this.#add(name, { kind: 'parameter', shape, initial, ...(neutral && { neutral }) });
  }

  /** A parameter that no training moves, such as a table of positions. */
  protected fixedParameter(name: string, shape: readonly number[], initial: Initialiser): Slot {
    return this.#add(name, { kind: 'parameter', fixed: true, shape, initial });
  }

  protected buffer(name: string, shape: readonly number[], initial: Initialiser): Slot {
    return this.#add(name, { kind: 'buffer', shape, initial });
  }

  /** Registers a part under the name it has in a `state_dict`; dots nest. */
  protected child<M extends Module>(name: string, module: M): M {
    this.#children.set(name, module);
    return module;
  }

  #add(name: string, slot: Slot): Slot {
    this.#slots.set(name, slot);
    return slot;
  }

  /**
   * All parameters and buffers with their full names: own ones first, then those of the parts in order.
   * A part that is used in several places counts once, under its first name.
   */
  *slots(): Generator<[name: string, slot: Slot]> {
    const seen = new Set<Slot>();
    for (const [name, slot] of this.#named('')) {
      if (!seen.has(slot)) yield [name, slot];
      seen.add(slot);
    }
  }

  /** The parts that were registered, by their names. */
  parts(): IterableIterator<[name: string, part: Module]> {
    return this.#children.entries();
  }

  *#named(prefix: string): Generator<[name: string, slot: Slot]> {
    for (const [name, slot] of this.#slots) yield [prefix + name, slot];
    for (const [name, part] of this.#children) yield* part.#named(`${prefix}${name}.`);
  }
}

/** Number of values of all parameters, fixed ones among them unless only those that are trained are asked for. */
export function parameterCount(network: Module, which: 'all' | 'trained' = 'all'): number {
  let count = 0;
  for (const [, slot] of network.slots()) {
    if (slot.kind === 'parameter' && (which === 'all' || !slot.fixed))
      count += slot.shape.reduce((product, side) => product * side, 1);
  }
  return count;
}
