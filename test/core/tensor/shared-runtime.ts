/**
 * Runtimes that all test files of a process share: to start the thread of one from its TypeScript sources takes longer than
 * most tests. They are never disposed of; their thread does not keep the process alive. With one thread each, as the
 * other core is busy with another test file.
 */
import { openRuntime, type TensorRuntime } from '../../../core/tensor/index.js';

/** What they told people, such as that they fell back to the eager backend. */
export const notices: string[] = [];

const opened = new Map<string, Promise<TensorRuntime>>();

export function sharedRuntime(device: string): Promise<TensorRuntime> {
  const runtime = opened.get(device) ?? openRuntime({ device, threads: 1, onNotice: (text) => notices.push(text) });
  opened.set(device, runtime);
  return runtime;
}
