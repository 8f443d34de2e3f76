/** A network that is an ONNX file: it predicts in ONNX Runtime, and has nothing to train. */
import { TensorError } from '../../errors.js';
import { FileNetwork } from '../file-network.js';

export interface OnnxNetworkOptions {
  readonly file: string;
  readonly input: string;
  /** Names of the outputs that are wanted, the main head first. */
  readonly outputs: readonly string[];
  /** Where the file has the channels of input and outputs; callers always have them last. */
  readonly channels: 'first' | 'last';
  /** Images that the file takes at once; any number where left out. */
  readonly batch?: number;
  /** Sides of images that the file takes; undefined for those that are free. */
  readonly space: readonly (number | undefined)[];
}

export class OnnxNetwork extends FileNetwork {
  constructor(readonly options: OnnxNetworkOptions) {
    super('ONNX file', [options.file]);
  }

  forward(): never {
    throw new TensorError(
      `The ONNX file ${this.options.file} can only predict, and only where ONNX Runtime is (SYSTEM.DEVICE other than ` +
        'eager, tensorflow and wasm). Set TRAIN.ENABLE to False.',
      { where: { file: this.options.file } },
    );
  }
}
