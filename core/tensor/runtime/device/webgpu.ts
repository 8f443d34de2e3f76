/** Any graphics processor with Vulkan, Metal or Direct3D 12, through ONNX Runtime's WebGPU provider. */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { openCompiledRuntime } from '../compiled.js';
import { findOnnxRuntime } from './cpu.js';
import { type Device, type Finding, FOUND, missing } from './device.js';

const PROVIDER = { device: 'webgpu', id: 'webgpu', title: 'WebGPU' };

export interface WebgpuPlace {
  platform: NodeJS.Platform;
  environment: Readonly<Record<string, string | undefined>>;
  exists(file: string): boolean;
  /** Names in a folder; none where it cannot be read. */
  list(folder: string): string[];
}

/** On Linux a graphics processor is reached through Vulkan; elsewhere the system brings what is needed. */
export function findWebgpu({ platform, environment, exists, list }: WebgpuPlace): Finding {
  if (platform !== 'linux') return FOUND;
  const named = [environment['VK_DRIVER_FILES'], environment['VK_ICD_FILENAMES']].flatMap(split);
  const folders = ['/etc/vulkan/icd.d', '/usr/share/vulkan/icd.d', '/usr/local/share/vulkan/icd.d'];
  const drivers = named.length > 0 ? named.filter(exists) : folders.flatMap(list);
  if (!drivers.some((file) => file.endsWith('.json')))
    return missing(
      'no Vulkan driver is installed',
      'Install the Vulkan driver of the graphics card (for AMD and Intel the package mesa-vulkan-drivers), or write cpu.',
    );
  const libraries = [...split(environment['LD_LIBRARY_PATH']), '/usr/lib', '/usr/lib64', '/lib64', '/usr/local/lib'];
  for (const triple of ['x86_64-linux-gnu', 'aarch64-linux-gnu']) libraries.push(`/usr/lib/${triple}`);
  if (!libraries.some((folder) => exists(path.join(folder, 'libvulkan.so.1'))))
    return missing(
      'the Vulkan loader, libvulkan.so.1, is not installed',
      'Install the package libvulkan1 (vulkan-loader on Fedora and Arch), or write cpu.',
    );
  return FOUND;
}

function split(list: string | undefined): string[] {
  return list?.split(':').filter(Boolean) ?? [];
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

export const webgpu: Device = {
  name: 'webgpu',
  title: 'any GPU, compiled',
  compiled: true,
  trains: true,
  advice: 'Update the driver of the graphics card; on Linux `vulkaninfo --summary` tells what it offers.',
  find() {
    const runtime = findOnnxRuntime();
    if (!runtime.found) return runtime;
    return findWebgpu({
      platform: process.platform,
      environment: process.env,
      exists: existsSync,
      list: listFolder,
    });
  },
  open: (choice) => openCompiledRuntime(choice, PROVIDER),
};
