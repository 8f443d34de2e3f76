/** Finding out which devices work here, and which of them is the best. */
import { TensorError } from '../../../errors.js';
import type { RuntimeChoice, TensorRuntime } from '../types.js';
import type { Device } from './device.js';
import { DEVICES } from './devices.js';
import { timeStep, tryOut } from './trial.js';

/** What came of looking for a device and trying it. */
export interface DeviceReport {
  readonly device: string;
  readonly title: string;
  /** Hardware, driver and packages are there, as far as can be seen. */
  readonly found: boolean;
  /** The small program ran, and its numbers were right. */
  readonly works: boolean;
  /** Why it is not found or does not work; a clause. */
  readonly why?: string;
  /** What to install or do about it; a full sentence. */
  readonly install?: string;
  /** What it cannot do; a full sentence. */
  readonly limit?: string;
  /** The runtime's own line, where it works. */
  readonly description?: string;
}

/** A runtime that works, or why there is none. */
export type Opened = { report: DeviceReport; runtime?: TensorRuntime };

/** Opens a device and lets it run a small program. Never throws. @param blindly try it even when it is not found. */
export async function openDevice(device: Device, choice: RuntimeChoice, blindly = false): Promise<Opened> {
  const { name, title, limit, trains, advice } = device;
  const about = { device: name, title, ...(limit && { limit }) };
  const finding = device.find();
  if (!finding.found && !blindly)
    return { report: { ...about, found: false, works: false, why: finding.why, install: finding.install } };
  let runtime: TensorRuntime | undefined;
  try {
    runtime = await device.open(choice);
    await tryOut(runtime, trains);
    return { runtime, report: { ...about, found: true, works: true, description: runtime.description } };
  } catch (error) {
    await runtime?.dispose();
    const told = finding.found ? { found: true, why: clause(error), install: advice } : finding;
    return { report: { ...about, found: told.found, works: false, why: told.why, install: told.install } };
  }
}

/** Tries every device, one after the other. */
export async function probeDevices(devices: readonly Device[] = DEVICES, threads?: number): Promise<DeviceReport[]> {
  const reports: DeviceReport[] = [];
  for (const device of devices) {
    const { report, runtime } = await openDevice(device, { device: device.name, threads });
    await runtime?.dispose();
    reports.push(report);
  }
  return reports;
}

/** What `auto` takes. */
export interface Chosen {
  runtime: TensorRuntime;
  /** Why this one; a full sentence. */
  reason: string;
  /** Devices asked before it, in order. */
  passed: readonly DeviceReport[];
}

/**
 * Opens the best device: the first that works and takes a training step in less time than the processor, which
 * graphics processors drawn in software do not. Without ONNX Runtime, kernel by kernel.
 *
 * @param time seconds that a training step takes.
 * @throws TensorError when nothing works at all.
 */
export async function chooseDevice(
  choice: RuntimeChoice,
  devices: readonly Device[] = DEVICES,
  time = timeStep,
): Promise<Chosen> {
  const passed: DeviceReport[] = [];
  const base = await openDevice(find('cpu', devices), choice);
  let processor: number | undefined;
  for (const device of devices) {
    if (!device.compiled || device.name === 'cpu' || !base.runtime) continue;
    const { runtime, report } = await openDevice(device, choice);
    if (runtime) {
      processor ??= await time(base.runtime);
      const seconds = await time(runtime);
      if (seconds < processor) {
        await base.runtime.dispose();
        const times = `a training step in ${milliseconds(seconds)}, the processor in ${milliseconds(processor)}`;
        return { runtime, passed, reason: `${device.name} takes ${times}.` };
      }
      await runtime.dispose();
      const why = `it is slower than the processor (${milliseconds(seconds)} a step, ${milliseconds(processor)})`;
      passed.push({ ...report, why, install: 'Ask for it by name to use it all the same.' });
    } else passed.push(report);
  }
  if (base.runtime) {
    const seen = passed.filter(({ found }) => found).map(({ device, why }) => `${device} is not used: ${why}`);
    return { runtime: base.runtime, passed, reason: `${seen.length > 0 ? seen.join('; ') : 'no GPU was found'}.` };
  }
  const last = await openDevice(find('eager', devices), choice);
  const why = `ONNX Runtime cannot be used: ${base.report.why}`;
  if (!last.runtime) throw failure(last.report);
  return { runtime: last.runtime, passed: [...passed, base.report], reason: `${why}.` };
}

/** The one sentence for a device that was asked for by name. */
export function failure({ device, why, install }: DeviceReport): TensorError {
  return new TensorError(`SYSTEM.DEVICE ${device} cannot be used here: ${why}. ${install}`, {
    where: { key: 'SYSTEM.DEVICE' },
  });
}

function find(name: string, devices: readonly Device[]): Device {
  return devices.find((device) => device.name === name)!;
}

function milliseconds(seconds: number): string {
  return `${Math.round(seconds * 1000)} ms`;
}

/** The part of an error that says something to a person, without a full stop. */
function clause(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const [line] = text.split('\n');
  const telling = /(Failed to get a WebGPU adapter.*|backend not found.*)/.exec(line)?.[1] ?? line;
  return telling.replace(/^The tensor computation failed: /, '').replace(/[.\s]+$/, '');
}
