import { describe, expect, it } from 'vitest';
import { openRuntime } from '../../../../core/tensor/index.js';
import { cpu } from '../../../../core/tensor/runtime/device/cpu.js';
import { type Device, FOUND, missing } from '../../../../core/tensor/runtime/device/device.js';
import { eager } from '../../../../core/tensor/runtime/device/eager.js';

const present: Device = {
  name: 'gpu',
  title: 'a GPU',
  compiled: true,
  trains: true,
  advice: 'Update the driver.',
  find: () => FOUND,
  open: () => Promise.reject(new Error('the driver is too old')),
};
const absent: Device = { ...present, name: 'absent', find: () => missing('it is not there', 'Buy one.') };

const notices = () => {
  const told: string[] = [];
  return { told, onNotice: (text: string) => told.push(text) };
};

describe('a device that is asked for by name', () => {
  it.each(['cpu', 'eager'])('%s works', async (device) => {
    const runtime = await openRuntime({ device });
    expect(runtime.device).toBe(device);
    await runtime.dispose();
  });

  it('is told in one sentence why it does not work, and what to do', async () => {
    const message = 'SYSTEM.DEVICE gpu cannot be used here: the driver is too old. Update the driver.';
    await expect(openRuntime({ device: 'gpu' }, [present, cpu])).rejects.toMatchObject({
      _tag: 'tensor',
      message,
      where: { key: 'SYSTEM.DEVICE' },
    });
  });

  it('is tried even when it is not found, and the finding explains the failure', async () => {
    await expect(openRuntime({ device: 'absent' }, [absent, cpu])).rejects.toThrow(
      'SYSTEM.DEVICE absent cannot be used here: it is not there. Buy one.',
    );
    const hidden: Device = { ...absent, open: (choice) => cpu.open(choice) };
    const runtime = await openRuntime({ device: 'absent' }, [hidden, cpu]);
    await runtime.dispose();
  });

  it('has to be one that there is', async () => {
    await expect(openRuntime({ device: 'tpu' })).rejects.toThrow(
      /SYSTEM.DEVICE: expected auto, cuda, .*, cpu, .*eager, got tpu\./,
    );
  });
});

describe('auto', () => {
  it('takes the processor where there is nothing else, without a notice', async () => {
    const { told, onNotice } = notices();
    const runtime = await openRuntime({ device: 'auto', onNotice }, [absent, cpu, eager]);
    expect(runtime.device).toBe('cpu');
    expect(runtime.description).toMatch(/^compiled for the CPU, .* \(auto: no GPU was found\)$/);
    expect(told).toEqual([]);
    await runtime.dispose();
  });

  it('tells of what is there and cannot be used', async () => {
    const { told, onNotice } = notices();
    const runtime = await openRuntime({ device: 'auto', onNotice }, [present, cpu, eager]);
    expect(runtime.description).toContain('(auto: gpu is not used: the driver is too old)');
    expect(told).toEqual(['The device gpu is there but not used: the driver is too old. Update the driver.']);
    await runtime.dispose();
  });

  it('computes kernel by kernel, and says so, where ONNX Runtime is missing', async () => {
    const { told, onNotice } = notices();
    const broken: Device = { ...cpu, find: () => missing('it is not installed', 'Install it.') };
    const runtime = await openRuntime({ device: 'auto', onNotice }, [present, broken, eager]);
    expect(runtime.device).toBe('eager');
    expect(told).toEqual([
      'ONNX Runtime cannot be used: it is not installed. Tensors are computed kernel by kernel, which is hundreds of times slower.',
    ]);
  });
});
