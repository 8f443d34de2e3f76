/** Pictures of what a masked autoencoder was shown and what it made of it. */
import { DataError } from '../errors.js';
import { type Image, image } from './image.js';

export interface TokenPictures {
  /** The image without its hidden tokens, which are 0. */
  masked: Image;
  /** What the network guesses, for every token. */
  reconstruction: Image;
  /** The guesses at the hidden tokens, and the image itself at the others. */
  reconstructionAndVisible: Image;
}

/**
 * Puts the tokens of one image back at their places (K. He et al., CVPR 2022, figure 2), in the scale that the network
 * works in.
 *
 * @param original `[y, x, c]` or `[z, y, x, c]`, as the network got it; sides are multiples of the token's.
 * @param guesses `[tokens, values]`; tokens in raster order, values of a token ordered (z,) y, x, channel.
 * @param mask one number per token, 1 where hidden.
 * @param tokenSize side of a token in pixels.
 * @throws DataError when the numbers of values do not fit together.
 */
export function tokenPictures(
  original: Image,
  guesses: ArrayLike<number>,
  mask: ArrayLike<number>,
  tokenSize: number,
): TokenPictures {
  const { shape, data, metadata } = original;
  const channels = shape[shape.length - 1];
  const sides = shape.slice(0, -1);
  const grid = sides.map((side) => side / tokenSize);
  const tokens = grid.reduce((product, side) => product * side, 1);
  if (!grid.every(Number.isInteger) || mask.length !== tokens || guesses.length !== data.length)
    throw new DataError(
      `an image of ${shape.join('×')} is cut into ${tokens} tokens with ${data.length} values in all, ` +
        `but ${mask.length} tokens came with ${guesses.length} values. Give those of one image and its token size.`,
    );
  const pictures = Array.from({ length: 3 }, () => new Float32Array(data.length));
  const [masked, reconstruction, joined] = pictures;
  const pixelsOfToken = tokenSize ** sides.length;
  for (let pixel = 0; pixel < data.length / channels; pixel++) {
    let token = 0;
    let within = 0;
    let rest = pixel;
    let [tokenStep, pixelStep] = [1, 1];
    for (let axis = sides.length - 1; axis >= 0; axis--) {
      const at = rest % sides[axis];
      rest = Math.floor(rest / sides[axis]);
      token += Math.floor(at / tokenSize) * tokenStep;
      within += (at % tokenSize) * pixelStep;
      tokenStep *= grid[axis];
      pixelStep *= tokenSize;
    }
    for (let channel = 0; channel < channels; channel++) {
      const place = pixel * channels + channel;
      const guess = guesses[(token * pixelsOfToken + within) * channels + channel];
      masked[place] = mask[token] ? 0 : data[place];
      reconstruction[place] = guess;
      joined[place] = mask[token] ? guess : data[place];
    }
  }
  const asImage = (values: Float32Array) => image(values, shape, metadata);
  return {
    masked: asImage(masked),
    reconstruction: asImage(reconstruction),
    reconstructionAndVisible: asImage(joined),
  };
}
