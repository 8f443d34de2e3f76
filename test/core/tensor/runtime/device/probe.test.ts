import { expect, it, vi } from 'vitest';
import { cpu } from '../../../../../core/tensor/runtime/device/cpu.js';
import { type Device, missing } from '../../../../../core/tensor/runtime/device/device.js';
import { eager } from '../../../../../core/tensor/runtime/device/eager.js';
import { chooseDevice, probeDevices } from '../../../../../core/tensor/runtime/device/probe.js';
import { timeStep } from '../../../../../core/tensor/runtime/device/trial.js';
import type { TensorRuntime } from '../../../../../core/tensor/runtime/types.js';

/** The processor under another name. */
const gpu: Device = { ...cpu, name: 'gpu', open: async (choice) => ({ ...(await cpu.open(choice)), device: 'gpu' }) };

/** A clock by which a step on the processor takes 50 ms. */
const stepsOf = (seconds: number) => async (runtime: TensorRuntime) => (runtime.device === 'gpu' ? seconds : 0.05);

/** Computes wrongly. */
const wrong: Device = {
  ...eager,
  name: 'wrong',
  compiled: true,
  async open(choice) {
    const runtime = await eager.open(choice);
    return {
      ...runtime,
      async train(spec) {
        const program = await runtime.train(spec);
        const predict: typeof program.predict = async (input) =>
          (await program.predict(input)).map(({ data, shape }) => ({ data: data.map((v) => v * 1.1), shape }));
        return { ...program, predict };
      },
    };
  },
};

it('reports what was found, what works and why not', async () => {
  const gone: Device = { ...cpu, name: 'gone', find: () => missing('no driver', 'Install it.'), open: vi.fn() };
  const broken: Device = { ...cpu, name: 'broken', open: () => Promise.reject(new Error('Out of order.\nat line 3')) };
  const reports = await probeDevices([gone, broken, wrong, cpu, eager]);
  expect(gone.open).not.toHaveBeenCalled();
  expect(reports).toMatchObject([
    { device: 'gone', found: false, works: false, why: 'no driver', install: 'Install it.' },
    { device: 'broken', found: true, works: false, why: 'Out of order', install: cpu.advice },
    { device: 'wrong', found: true, works: false, why: 'a small training step gives wrong numbers' },
    { device: 'cpu', found: true, works: true },
    { device: 'eager', found: true, works: true },
  ]);
});

it('a device that is slower than the processor is passed over, and told', async () => {
  const { runtime, reason, passed } = await chooseDevice({ device: 'auto' }, [gpu, cpu, eager], stepsOf(5));
  await runtime.dispose();
  expect(runtime.device).toBe('cpu');
  expect(reason).toBe('gpu is not used: it is slower than the processor (5000 ms a step, 50 ms).');
  expect(passed).toMatchObject([{ device: 'gpu', found: true, works: true }]);
});

it('the first device that works and is faster is taken', async () => {
  const { runtime, reason } = await chooseDevice({ device: 'auto' }, [wrong, gpu, cpu, eager], stepsOf(0.004));
  await runtime.dispose();
  expect(runtime.device).toBe('gpu');
  expect(reason).toBe('gpu takes a training step in 4 ms, the processor in 50 ms.');
});

it('a training step can be timed', async () => {
  const runtime = await cpu.open({ device: 'cpu' });
  expect(await timeStep(runtime)).toBeGreaterThan(0);
  await runtime.dispose();
});
