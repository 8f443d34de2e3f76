/** Choosing how tensors are computed. */
import { TensorError } from '../../errors.js';
import type { Device } from './device/device.js';
import { DEVICES } from './device/devices.js';
import { chooseDevice, failure, openDevice } from './device/probe.js';
import type { RuntimeChoice, TensorRuntime } from './types.js';

/**
 * Opens a runtime, once a small program has run on it rightly.
 *
 * `auto` takes the best that works; its description says why that one. When something is there but cannot be used, or
 * tensors are computed kernel by kernel, there is a notice.
 *
 * @throws TensorError when the device is not known, or was asked for by name and does not work: why, and what to do.
 */
export async function openRuntime(choice: RuntimeChoice, devices: readonly Device[] = DEVICES): Promise<TensorRuntime> {
  if (choice.device === 'auto') return openBest(choice, devices);
  const device = devices.find(({ name }) => name === choice.device);
  if (!device)
    throw new TensorError(
      `SYSTEM.DEVICE: expected ${['auto', ...devices.map(({ name }) => name)].join(', ')}, got ${choice.device}.`,
      { where: { key: 'SYSTEM.DEVICE' } },
    );
  const { runtime, report } = await openDevice(device, choice, true);
  if (!runtime) throw failure(report);
  return runtime;
}

async function openBest(choice: RuntimeChoice, devices: readonly Device[]): Promise<TensorRuntime> {
  const { runtime, reason, passed } = await chooseDevice(choice, devices);
  if (runtime.device === 'eager')
    choice.onNotice?.(`${reason} Tensors are computed kernel by kernel, which is hundreds of times slower.`);
  for (const { device, found, why, install } of passed)
    if (found && runtime.device !== 'eager')
      choice.onNotice?.(`The device ${device} is there but not used: ${why}. ${install}`);
  return { ...runtime, description: `${runtime.description} (auto: ${reason.replace(/\.$/, '')})` };
}
