/**
 * Whether a normalisation of type `div` divides all images of a set by one number. BiaPy refuses sets of several ranges; here they
 * are told, since a dark image of a 16-bit camera is no mistake.
 */
import type { Image } from './image.js';
import type { Normalization } from './normalize.js';

export class OneDivisor {
  #first: { file: string; divisors: (number | undefined)[] } | undefined;
  #told = false;

  /** A warning, at the first image that is divided by another number than the image before; a black image is the same by any. */
  differs(picture: Image, { type, channels }: Normalization, file: string): string | undefined {
    if (type !== 'div' || this.#told || isBlack(picture)) return undefined;
    const divisors = channels.map(({ max }) => max);
    this.#first ??= { file, divisors };
    const { file: other, divisors: before } = this.#first;
    const channel = divisors.findIndex((divisor, i) => before[i] !== undefined && divisor !== before[i]);
    if (channel < 0) return undefined;
    this.#told = true;
    return (
      `${file}: its intensities are divided by ${divisors[channel]}, those of ${other} by ${before[channel]}, as far as they reach: ` +
      'the same intensity is not the same to the network. Write DATA.NORMALIZATION.TYPE: scale_range or zero_mean_unit_variance, ' +
      'or keep bright and dark images apart.'
    );
  }
}

function isBlack({ data }: Image): boolean {
  for (let i = 0; i < data.length; i++) if (data[i] !== 0) return false;
  return true;
}
