/** TensorFlow's own library, through the optional packages tfjs-node-gpu and tfjs-node; kernel by kernel. */
import { TensorError } from '../../../errors.js';
import { tf } from '../../tf.js';
import { openEagerRuntime } from '../eager.js';
import { type Device, FOUND, missing } from './device.js';
import { packageFolder, requirePackage } from './package-of.js';

/** The better one first. */
const PACKAGES = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const;

const installed = () => PACKAGES.find((name) => packageFolder(name));

export const tensorflow: Device = {
  name: 'tensorflow',
  title: 'TensorFlow library, kernel by kernel',
  compiled: false,
  trains: true,
  advice:
    'Rebuild it with `npm rebuild @tensorflow/tfjs-node --build-addon-from-source`, and see that it knows this Node.',
  find: () =>
    installed()
      ? FOUND
      : missing(
          'neither @tensorflow/tfjs-node-gpu nor @tensorflow/tfjs-node is installed',
          'Install one beside Biagraph: `npm install @tensorflow/tfjs-node`.',
        ),
  async open() {
    const name = installed() ?? PACKAGES[1];
    requirePackage(name);
    await useBackend('tensorflow', name);
    return openEagerRuntime({ device: 'tensorflow', id: 'tensorflow', title: `TensorFlow library of ${name}` });
  },
};

/**
 * Starts a backend that a package has registered.
 *
 * @throws TensorError when the package registered it elsewhere, or it does not start.
 */
export async function useBackend(id: string, name: string): Promise<void> {
  if (!tf.findBackendFactory(id))
    throw new TensorError(
      `${name} brings a second copy of @tensorflow/tfjs; install it in the same folder as Biagraph, in the same version`,
    );
  const before = tf.getBackend();
  const started = await tf.setBackend(id);
  await tf.setBackend(before || 'cpu');
  if (!started) throw new TensorError(`the TensorFlow.js backend ${id} does not start`);
}
