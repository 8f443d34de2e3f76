import { describe, expect, it } from 'vitest';
import { image } from '../../../core/image/image.js';
import { tokenPictures } from '../../../core/image/token-pictures.js';
import { pixelUnshuffle, tf } from '../../../core/tensor/index.js';
import { pattern } from '../tensor/run.js';

describe('pictures of tokens', () => {
  it('puts values back in the order z, y, x, channel', () => {
    // Tokens of 2×2 with two channels; the value of a guess is 100 · token + its position in the token.
    const original = image(
      Float32Array.from({ length: 32 }, (_, i) => i),
      [4, 4, 2],
    );
    const guesses = Float32Array.from({ length: 32 }, (_, i) => 100 * Math.floor(i / 8) + (i % 8));
    const { masked, reconstruction, reconstructionAndVisible } = tokenPictures(original, guesses, [1, 0, 0, 1], 2);
    const row = ({ data }: { data: ArrayLike<number> }, y: number) => Array.from(data).slice(y * 8, (y + 1) * 8);
    expect(row(reconstruction, 0)).toEqual([0, 1, 2, 3, 100, 101, 102, 103]);
    expect(row(reconstruction, 1)).toEqual([4, 5, 6, 7, 104, 105, 106, 107]);
    expect(row(masked, 0)).toEqual([0, 0, 0, 0, 4, 5, 6, 7]);
    expect(row(masked, 3)).toEqual([24, 25, 26, 27, 0, 0, 0, 0]);
    expect(row(reconstructionAndVisible, 0)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(row(reconstructionAndVisible, 2)).toEqual([16, 17, 18, 19, 300, 301, 302, 303]);
  });

  it('is the inverse of cutting a volume into tokens', () => {
    void tf.setBackend('cpu');
    const { data, shape } = pattern([4, 2, 6, 1]);
    const tokens = pixelUnshuffle(tf.tensor(data, [1, ...shape]), [2, 2, 2]).dataSync();
    const { reconstruction } = tokenPictures(image(data as Float32Array, shape), tokens, new Array(6).fill(1), 2);
    expect(reconstruction.data).toEqual(data);
  });

  it('says when tokens and image do not fit', () => {
    const original = image(new Float32Array(16), [4, 4, 1]);
    expect(() => tokenPictures(original, new Float32Array(12), [1, 0, 1], 2)).toThrow(
      /4 tokens with 16 values in all, but 3 tokens came with 12 values/,
    );
  });
});
