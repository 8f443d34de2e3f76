/** What a place to compute tensors says about itself. */
import type { RuntimeChoice, TensorRuntime } from '../types.js';

/** What can be seen of a device without starting it. */
export type Finding =
  | { readonly found: true }
  | {
      readonly found: false;
      /** A clause, such as `no NVIDIA driver is running`. */
      readonly why: string;
      /** What to install or do, a full sentence. */
      readonly install: string;
    };

/** A value of SYSTEM.DEVICE. */
export interface Device {
  readonly name: string;
  /** As people call it. */
  readonly title: string;
  /** Runs compiled graphs, and so may be taken by `auto`. */
  readonly compiled: boolean;
  /** What it cannot do, a full sentence. */
  readonly limit?: string;
  /** False for one that has no kernels for the gradients of a convolution. */
  readonly trains: boolean;
  /** What to look at when it is found and yet fails, a full sentence. */
  readonly advice: string;
  /** Looks for it without starting anything. A device that hides from this may still work when asked for by name. */
  find(): Finding;
  /** @throws Error when it cannot be started; it may also fail only at the first call of a program. */
  open(choice: RuntimeChoice): Promise<TensorRuntime>;
}

export const FOUND: Finding = { found: true };

export function missing(why: string, install: string): Finding {
  return { found: false, why, install };
}
