/** TensorFlow.js's WebAssembly backend, where its package is installed. It has no gradients of 2D convolutions. */
import { openEagerRuntime } from '../eager.js';
import { type Device, FOUND, missing } from './device.js';
import { packageFolder, requirePackage } from './package-of.js';
import { useBackend } from './tensorflow.js';

const PACKAGE = '@tensorflow/tfjs-backend-wasm';

export const wasm: Device = {
  name: 'wasm',
  title: 'WebAssembly, kernel by kernel',
  compiled: false,
  trains: false,
  limit: 'It cannot train 2D convolutions: it has no kernel for the gradient of their weights.',
  advice: `Install ${PACKAGE} in the same version as @tensorflow/tfjs.`,
  find: () =>
    packageFolder(PACKAGE)
      ? FOUND
      : missing(`${PACKAGE} is not installed`, `Install it beside Biagraph: \`npm install ${PACKAGE}\`.`),
  async open() {
    requirePackage(PACKAGE);
    await useBackend('wasm', PACKAGE);
    return openEagerRuntime({ device: 'wasm', id: 'wasm', title: 'TensorFlow.js WebAssembly backend' });
  },
};
