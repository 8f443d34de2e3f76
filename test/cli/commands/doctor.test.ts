import { describe, expect, it } from 'vitest';
import { describeDiagnosis } from '../../../cli/commands/doctor.js';
import type { Diagnosis } from '../../../core/job/diagnosis.js';
import { biagraph } from '../command.js';

const diagnosis: Diagnosis = {
  versions: { biagraph: '1.2.3', node: '20.1.0', onnxruntime: '1.30.0', tfjs: '4.22.0' },
  system: { platform: 'linux', release: '6.1', architecture: 'x64', processor: 'A processor' },
  cores: 1,
  memory: { total: 8 * 1024 ** 3, free: 1024 ** 3 },
  disk: { folder: '/data', free: 1024 ** 3 / 2 },
  threads: { works: true },
  packages: [{ name: 'a-package', use: 'something', version: undefined }],
  devices: [
    { device: 'cuda', title: 'GPU', found: false, works: false, why: 'no driver is running', install: 'Install one.' },
    { device: 'cpu', title: 'processor', found: true, works: true, description: 'compiled for the CPU' },
  ],
  auto: { device: 'cpu', description: 'compiled for the CPU', reason: 'no GPU was found.' },
  problems: ['Less than 1 GB can still be written in /data: make room, or write elsewhere.'],
};

describe('doctor', () => {
  it('tells what works, why the rest does not, and what auto takes', () => {
    expect(describeDiagnosis(diagnosis, { colour: false, width: 100 })).toMatchInlineSnapshot(`
      "Machine
        Biagraph   1.2.3
        Node       20.1.0
        System     linux 6.1, x64
        Processor  A processor, 1 core
        Memory     8.0 GB, 1.0 GB free
        Disk       0.5 GB free in /data
        Threads    work

      Optional packages
        a-package  not installed  something

      Devices
        no     cuda  No driver is running. Install one.
        works  cpu   Compiled for the CPU.

      SYSTEM.DEVICE: auto
        takes cpu, compiled for the CPU. Why: no GPU was found.

      Problems
        Less than 1 GB can still be written in /data: make room, or write elsewhere."
    `);
  });

  it('looks at this machine', async () => {
    const { stdout, stderr } = await biagraph(['doctor', '--json']);
    expect(stderr).toBe('');
    const found = JSON.parse(stdout) as Diagnosis;
    expect(found.versions.node).toBe(process.versions.node);
    expect(found.threads).toEqual({ works: true });
    expect(found.disk.folder).toBe(process.cwd());
    const names = found.devices.map(({ device }) => device);
    expect(names.sort()).toEqual(['coreml', 'cpu', 'cuda', 'directml', 'eager', 'tensorflow', 'wasm', 'webgpu']);
    for (const report of found.devices) {
      expect(report.works ? report.description : report.why).toEqual(expect.any(String));
      if (!report.works) expect(report.install).toMatch(/\.$/);
    }
    expect(found.devices.find(({ device }) => device === 'cpu')).toMatchObject({ found: true, works: true });
    expect(found.devices.find(({ device }) => device === found.auto!.device)!.works).toBe(true);
  });
});
