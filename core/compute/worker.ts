/** One call in a worker thread, see `compute.ts`. */

import { move, transferableSymbol, valueSymbol } from 'piscina';
import { isBiagraphError, toPlainError } from '../errors.js';
import { buffersOf, unshared } from './buffers.js';
import type { ComputeResult, ComputeTask } from './compute.js';
import { importModule } from './import-module.js';

/** Calls the function; the arrays of its result are handed over without copying. */
export default async function compute({ module, name, input, selfUrl }: ComputeTask): Promise<unknown> {
  try {
    const { [name]: call } = await importModule(module, selfUrl);
    if (typeof call !== 'function') throw new Error(`${module} exports no function '${name}'`);
    const result: ComputeResult = { output: unshared(await call(input)) };
    return move({ [transferableSymbol]: buffersOf(result), [valueSymbol]: result } as never);
  } catch (error) {
    if (isBiagraphError(error)) return { error: toPlainError(error) } satisfies ComputeResult;
    throw error;
  }
}
