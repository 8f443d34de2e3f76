import { describe, expect, it } from 'vitest';
import { findCuda } from '../../../../../core/tensor/runtime/device/cuda.js';
import { packageFolder, packageVersion } from '../../../../../core/tensor/runtime/device/package-of.js';
import { systemGpu } from '../../../../../core/tensor/runtime/device/system-gpu.js';
import { findWebgpu } from '../../../../../core/tensor/runtime/device/webgpu.js';

const only =
  (...files: string[]) =>
  (file: string) =>
    files.includes(file);

describe('CUDA', () => {
  const place = { platform: 'linux', arch: 'x64', folder: '/ort' } as const;
  const library = '/ort/bin/napi-v6/linux/x64/libonnxruntime_providers_cuda.so';

  it('needs a driver', () => {
    expect(findCuda({ ...place, exists: only() })).toMatchObject({ why: 'no NVIDIA driver is running' });
  });

  it('needs files that the npm package lacks, and tells how to get them', () => {
    const finding = findCuda({ ...place, exists: only('/dev/nvidiactl') });
    expect(finding).toMatchObject({ found: false, why: expect.stringContaining('CUDA files of ONNX Runtime') });
    expect(finding).toMatchObject({ install: expect.stringContaining('--onnxruntime-node-install=cuda12') });
  });

  it('is found with both, also under Windows Subsystem for Linux', () => {
    for (const driver of ['/dev/nvidiactl', '/dev/dxg'])
      expect(findCuda({ ...place, exists: only(driver, library) })).toEqual({ found: true });
  });

  it('is not for macOS', () => {
    expect(findCuda({ ...place, platform: 'darwin', exists: () => true })).toMatchObject({ found: false });
  });
});

describe('WebGPU on Linux', () => {
  const place = { platform: 'linux', environment: {}, exists: only(), list: () => [] } as const;
  const loader = '/usr/lib/x86_64-linux-gnu/libvulkan.so.1';

  it('needs a Vulkan driver', () => {
    expect(findWebgpu(place)).toMatchObject({ found: false, why: 'no Vulkan driver is installed' });
  });

  it('needs the Vulkan loader', () => {
    const list = (folder: string) => (folder === '/usr/share/vulkan/icd.d' ? ['radeon_icd.x86_64.json'] : []);
    expect(findWebgpu({ ...place, list })).toMatchObject({ why: expect.stringContaining('libvulkan.so.1') });
    expect(findWebgpu({ ...place, list, exists: only(loader) })).toEqual({ found: true });
  });

  it('takes drivers and libraries that the environment names', () => {
    const environment = { VK_ICD_FILENAMES: '/a/icd.json', LD_LIBRARY_PATH: '/b:/c' };
    const found = findWebgpu({ ...place, environment, exists: only('/a/icd.json', '/c/libvulkan.so.1') });
    expect(found).toEqual({ found: true });
    expect(findWebgpu({ ...place, environment, exists: only('/c/libvulkan.so.1') })).toMatchObject({ found: false });
  });

  it('is part of other systems', () => {
    expect(findWebgpu({ ...place, platform: 'win32' })).toEqual({ found: true });
  });
});

describe('the GPU of a system', () => {
  const parts = { name: 'metal', id: 'metal', title: 'Metal', system: 'macOS', instead: 'cpu', advice: 'Update it.' };

  it('is looked for on that system only', () => {
    expect(systemGpu({ ...parts, platform: 'darwin' }, 'linux').find()).toEqual({
      found: false,
      why: 'Metal is part of macOS only',
      install: 'Write cpu on this system.',
    });
    expect(systemGpu({ ...parts, platform: 'darwin' }, 'darwin').find()).toEqual({ found: true });
  });

  it('is not taken for the processor where ONNX Runtime lacks the provider', async () => {
    const device = systemGpu({ ...parts, platform: 'darwin' }, 'darwin');
    await expect(device.open({ device: 'metal' })).rejects.toThrow(/has no provider metal/);
  });
});

describe('packages', () => {
  it('are found with their version, or not at all', () => {
    expect(packageVersion('onnxruntime-node')).toMatch(/^\d+\.\d+\.\d+/);
    expect(packageFolder('there-is-no-such-package')).toBeUndefined();
  });
});
