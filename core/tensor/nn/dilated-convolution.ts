/** Convolution with holes, under a name of its own. */
import { Convolution, type ConvolutionOptions } from './convolution.js';

/** A {@link Convolution} that must say its dilation. */
export class DilatedConvolution extends Convolution {
  constructor(
    inputChannels: number,
    outputChannels: number,
    options: ConvolutionOptions & { dilation: readonly number[] },
  ) {
    super(inputChannels, outputChannels, options);
  }
}
