/** NVIDIA graphics processors, through ONNX Runtime's CUDA provider. Its files are not part of the npm package. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { openCompiledRuntime } from '../compiled.js';
import { findOnnxRuntime } from './cpu.js';
import { type Device, type Finding, FOUND, missing } from './device.js';
import { packageFolder } from './package-of.js';

const PROVIDER = { device: 'cuda', id: 'cuda', title: 'CUDA' };

export interface CudaPlace {
  platform: NodeJS.Platform;
  arch: string;
  exists(file: string): boolean;
  /** Folder of onnxruntime-node. */
  folder: string;
}

/** Looks for a driver and for the provider's library. */
export function findCuda({ platform, arch, exists, folder }: CudaPlace): Finding {
  if (platform === 'darwin') return missing('there is no CUDA for macOS', 'Write coreml, webgpu or cpu.');
  const windows = platform === 'win32';
  const drivers = windows ? ['C:\\Windows\\System32\\nvcuda.dll'] : ['/dev/nvidiactl', '/dev/dxg'];
  if (!drivers.some(exists))
    return missing('no NVIDIA driver is running', 'Install the driver of the graphics card, or write cpu.');
  const library = windows ? 'onnxruntime_providers_cuda.dll' : 'libonnxruntime_providers_cuda.so';
  if (!exists(path.join(folder, 'bin', 'napi-v6', platform, arch, library)))
    return missing(
      'the CUDA files of ONNX Runtime, which its npm package does not contain, are not installed',
      `Run \`node ${path.join(folder, 'script', 'install.js')} --onnxruntime-node-install=cuda12\`; it needs CUDA 12 and cuDNN 9.`,
    );
  return FOUND;
}

export const cuda: Device = {
  name: 'cuda',
  title: 'NVIDIA GPU, compiled',
  compiled: true,
  trains: true,
  advice: 'Check that CUDA 12 and cuDNN 9 are installed and that LD_LIBRARY_PATH (PATH on Windows) leads to them.',
  find() {
    const runtime = findOnnxRuntime();
    if (!runtime.found) return runtime;
    const { platform, arch } = process;
    return findCuda({ platform, arch, exists: existsSync, folder: packageFolder('onnxruntime-node')! });
  },
  open: (choice) => openCompiledRuntime(choice, PROVIDER),
};
