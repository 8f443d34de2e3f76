/** All devices, in the order in which `auto` asks them. */
import { cpu } from './cpu.js';
import { cuda } from './cuda.js';
import type { Device } from './device.js';
import { eager } from './eager.js';
import { coreml, directml } from './system-gpu.js';
import { tensorflow } from './tensorflow.js';
import { wasm } from './wasm.js';
import { webgpu } from './webgpu.js';

export const DEVICES: readonly Device[] = [cuda, directml, webgpu, coreml, cpu, tensorflow, wasm, eager];
