/** Files of make-keras.py. */
import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../../../../core/errors.js';
import { readWeights } from '../../../../core/tensor/weights/index.js';
import { fixture, made, usesFolder } from './files.js';

usesFolder();

const count = (from: number, shape: number[]) => ({
  data: Float32Array.from({ length: shape.reduce((product, side) => product * side, 1) }, (_, i) => from + i),
  shape,
});

describe('weights of Keras', () => {
  it('of a whole model are named by layer, without the optimizer', async () => {
    const { format, tensors, other } = await readWeights(fixture('keras.h5'));
    expect(format).toBe('keras');
    expect(other).toMatchObject({ keras_version: '2.11.0', backend: 'tensorflow' });
    expect(Object.fromEntries(tensors)).toEqual({
      'conv2d/conv2d/kernel': count(0, [3, 3, 1, 2]),
      'conv2d/conv2d/bias': count(18, [2]),
      'dense/dense/kernel': count(20, [2, 4]),
    });
  });

  it('of Keras 3 have the names of the file', async () => {
    const { tensors } = await readWeights(fixture('keras3.weights.h5'));
    expect(Object.fromEntries(tensors)).toEqual({
      'layers/conv2d/vars/0': count(0, [3, 3, 1, 2]),
      'layers/batch_normalization/vars/3': count(18, [2]),
    });
  });

  it('that are damaged are refused, or read as they are, and nothing worse', async () => {
    const whole = await readFile(fixture('keras.h5'));
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(255), fc.boolean(), async (at, value, cut) => {
        const bytes = Uint8Array.from(whole);
        bytes[Math.max(at, 8)] = value;
        const file = await made('damaged.h5', cut ? bytes.slice(0, Math.max(at, 16)) : bytes);
        const outcome = await readWeights(file).catch((error: unknown) => error);
        if (outcome instanceof Error) expect(outcome).toBeInstanceOf(FormatError);
      }),
      { numRuns: 60 },
    );
  });
});
