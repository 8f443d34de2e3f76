/** Kernel by kernel on the best that is there: the TensorFlow library where installed, else plain JavaScript. */
import { openEagerRuntime } from '../eager.js';
import { type Device, FOUND } from './device.js';
import { tensorflow } from './tensorflow.js';

export const eager: Device = {
  name: 'eager',
  title: 'JavaScript, kernel by kernel',
  compiled: false,
  trains: true,
  limit: 'It is hundreds of times slower than a compiled graph.',
  advice: 'Install Biagraph anew: @tensorflow/tfjs is part of it.',
  find: () => FOUND,
  async open(choice) {
    if (tensorflow.find().found)
      try {
        return { ...(await tensorflow.open(choice)), device: 'eager' };
      } catch (error) {
        choice.onNotice?.(`The TensorFlow library is installed but not used: ${(error as Error).message}.`);
      }
    return openEagerRuntime();
  },
};
