/** The processor, through ONNX Runtime: the device that is always there. */
import { CPU_PROVIDER, openCompiledRuntime } from '../compiled.js';
import { type Device, FOUND, missing } from './device.js';
import { packageFolder } from './package-of.js';

const INSTALL = 'Install it with `npm install onnxruntime-node`.';

/** What every device of ONNX Runtime needs. */
export const findOnnxRuntime = () =>
  packageFolder('onnxruntime-node') ? FOUND : missing('the package onnxruntime-node is not installed', INSTALL);

export const cpu: Device = {
  name: 'cpu',
  title: 'processor, compiled',
  compiled: true,
  trains: true,
  advice: 'onnxruntime-node has no binaries for this system, or they are damaged: install it anew.',
  find: findOnnxRuntime,
  open: (choice) => openCompiledRuntime(choice, CPU_PROVIDER),
};
