/** Graphics processors through what one operating system brings: DirectML on Windows, Core ML on macOS. */
import { openCompiledRuntime } from '../compiled.js';
import { findOnnxRuntime } from './cpu.js';
import { type Device, missing } from './device.js';

interface SystemGpu {
  name: string;
  /** Name of the provider in ONNX Runtime. */
  id: string;
  title: string;
  platform: NodeJS.Platform;
  system: string;
  instead: string;
  advice: string;
}

/** @param platform the system that it is looked for on. */
export function systemGpu(gpu: SystemGpu, platform: NodeJS.Platform = process.platform): Device {
  const { name, id, title } = gpu;
  return {
    name,
    title: `GPU of ${gpu.system}, compiled`,
    compiled: true,
    trains: true,
    advice: gpu.advice,
    find: () =>
      platform === gpu.platform
        ? findOnnxRuntime()
        : missing(`${title} is part of ${gpu.system} only`, `Write ${gpu.instead} on this system.`),
    open: (choice) => openCompiledRuntime(choice, { device: name, id, title }),
  };
}

export const directml = systemGpu({
  name: 'directml',
  id: 'dml',
  title: 'DirectML',
  platform: 'win32',
  system: 'Windows',
  instead: 'auto, cuda, webgpu or cpu',
  advice: 'Update Windows (10, version 1903 or later) and the driver of the graphics card.',
});

export const coreml = systemGpu({
  name: 'coreml',
  id: 'coreml',
  title: 'Core ML',
  platform: 'darwin',
  system: 'macOS',
  instead: 'auto, cuda, webgpu or cpu',
  advice: 'Core ML needs macOS 10.15 or later; webgpu reaches the same processor through Metal.',
});
