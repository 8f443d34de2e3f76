/** What this machine offers, for people who ask why something is slow or does not work. */
import { statfs } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Device } from '../tensor/runtime/device/device.js';
import { DEVICES } from '../tensor/runtime/device/devices.js';
import { packageVersion } from '../tensor/runtime/device/package-of.js';
import { chooseDevice, type DeviceReport, probeDevices } from '../tensor/runtime/device/probe.js';
import { softwareVersions, type Versions } from './versions.js';

/** Packages that Biagraph uses when they are there. */
const OPTIONAL = {
  'onnxruntime-node': 'compiled graphs',
  '@tensorflow/tfjs-node-gpu': 'SYSTEM.DEVICE tensorflow, on a GPU',
  '@tensorflow/tfjs-node': 'SYSTEM.DEVICE tensorflow',
  '@tensorflow/tfjs-backend-wasm': 'SYSTEM.DEVICE wasm',
} as const;

export interface OptionalPackage {
  name: string;
  /** What it is for. */
  use: string;
  /** Undefined where it is not installed. */
  version?: string;
}

export interface Diagnosis {
  versions: Versions;
  /** Operating system and processor. */
  system: { platform: string; release: string; architecture: string; processor: string };
  /** Cores that this process may use. */
  cores: number;
  /** Bytes. */
  memory: { total: number; free: number };
  /** The current folder and the bytes that this user may still write there; undefined where the system does not tell. */
  disk: { folder: string; free?: number };
  /** Whether threads can be started: images are decoded and tensors computed in them. */
  threads: { works: boolean; why?: string };
  packages: OptionalPackage[];
  devices: DeviceReport[];
  /** What SYSTEM.DEVICE auto takes, and why; undefined when nothing works. */
  auto?: { device: string; description: string; reason: string };
  /** What is wrong: full sentences that also say what to do. */
  problems: string[];
}

const OLDEST_NODE = 20;
/** A training of a few hundred epochs with its checkpoints, charts and predictions fits. */
const LITTLE_DISK = 1024 ** 3;

/** Looks at everything, and tries each device. @param folder whose free space is told. */
export async function diagnose(folder = process.cwd(), devices: readonly Device[] = DEVICES): Promise<Diagnosis> {
  const threads = await tryThread();
  const reports = await probeDevices(devices);
  const found: Omit<Diagnosis, 'problems'> = {
    versions: softwareVersions(),
    system: {
      platform: os.platform(),
      release: os.release(),
      architecture: os.arch(),
      processor: os.cpus()[0]?.model.trim() ?? 'unknown',
    },
    cores: os.availableParallelism(),
    memory: { total: os.totalmem(), free: os.freemem() },
    disk: { folder: path.resolve(folder), free: await freeDisk(folder) },
    threads,
    packages: Object.entries(OPTIONAL).map(([name, use]) => ({ name, use, version: packageVersion(name) })),
    devices: reports,
    auto: await autoChoice(devices),
  };
  return { ...found, problems: problemsOf(found) };
}

function problemsOf({ versions, disk, threads, devices, auto }: Omit<Diagnosis, 'problems'>): string[] {
  const problems: string[] = [];
  if (Number.parseInt(versions.node, 10) < OLDEST_NODE)
    problems.push(`Node ${versions.node} is too old: install Node ${OLDEST_NODE} or later.`);
  if (!threads.works) problems.push(`Threads cannot be started (${threads.why}): allow this process to start some.`);
  if (disk.free !== undefined && disk.free < LITTLE_DISK)
    problems.push(`Less than 1 GB can still be written in ${disk.folder}: make room, or write elsewhere.`);
  if (!auto) problems.push('Nothing here can compute tensors: install Biagraph anew.');
  else if (!devices.some(({ device, works }) => device === auto.device && works) || auto.device === 'eager')
    problems.push(
      'Tensors are computed kernel by kernel, hundreds of times slower than compiled; see what is said about the device cpu.',
    );
  return problems;
}

async function autoChoice(devices: readonly Device[]): Promise<Diagnosis['auto']> {
  try {
    const { runtime, reason } = await chooseDevice({ device: 'auto' }, devices);
    await runtime.dispose();
    return { device: runtime.device, description: runtime.description, reason };
  } catch {
    return undefined;
  }
}

async function freeDisk(folder: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}

function tryThread(): Promise<Diagnosis['threads']> {
  return new Promise((resolve) => {
    try {
      const worker = new Worker("require('node:worker_threads').parentPort.postMessage(1)", { eval: true });
      worker.once('message', () => resolve({ works: true }));
      worker.once('error', ({ message }) => resolve({ works: false, why: message }));
    } catch (error) {
      resolve({ works: false, why: (error as Error).message });
    }
  });
}
