/** Choosing how tensors are computed. */
import { TensorError } from '../../errors.js';
import { openCompiledRuntime } from './compiled.js';
import { openEagerRuntime } from './eager.js';
import type { RuntimeChoice, TensorRuntime } from './types.js';

/**
 * Opens a runtime.
 *
 * `auto` takes the best that works and falls back to the eager one, saying so, when ONNX Runtime cannot be loaded.
 *
 * @throws TensorError when the device is not known, or was asked for by name and cannot be opened.
 */
export async function openRuntime(choice: RuntimeChoice): Promise<TensorRuntime> {
  switch (choice.device) {
    case 'eager':
      return openEagerRuntime();
    case 'cpu':
      return openCompiledRuntime(choice);
    case 'auto':
      try {
        return await openCompiledRuntime(choice);
      } catch (error) {
        choice.onNotice?.(
          `ONNX Runtime cannot be used (${(error as Error).message}); tensors are computed kernel by kernel, ` +
            'which is hundreds of times slower.',
        );
        return openEagerRuntime();
      }
    default:
      throw new TensorError(`SYSTEM.DEVICE: expected auto, cpu or eager, got ${choice.device}.`);
  }
}
