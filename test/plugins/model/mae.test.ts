import { describe, expect, it } from 'vitest';
import { image } from '../../../core/image/image.js';
import { tokenPictures } from '../../../core/image/token-pictures.js';
import { buildLoss } from '../../../core/plugin/network.js';
import { createRegistry } from '../../../core/plugin/registry.js';
import { parameterCount, type TensorData } from '../../../core/tensor/index.js';
import { builtInPlugin } from '../../../plugins/index.js';
import { pattern } from '../../core/tensor/run.js';
import { sharedRuntime } from '../../core/tensor/shared-runtime.js';
import { build, itHasSizes, itMatchesTheReference } from './network-checks.js';
import { itExports, itTrains } from './training-checks.js';

const small = {
  tokenSize: 4,
  embedDim: 12,
  layers: 2,
  attentionHeads: 3,
  decoderEmbedDim: 8,
  decoderLayers: 1,
  decoderHeads: 2,
};
const loss = buildLoss([{ id: 'network', weight: 1, parameters: {} }], createRegistry([builtInPlugin]));
/** The network's own loss looks at no target. */
const target = (): TensorData => ({ data: new Float32Array(1), shape: [1] });

async function predict(parameters: object, input: TensorData, ndim: 2 | 3 = 2, inputChannels = 1) {
  const runtime = await sharedRuntime('eager');
  const network = build('mae', { ...small, ...parameters }, { ndim, inputChannels });
  const program = await runtime.infer(network);
  const results = [await program.predict(input), await program.predict(input)];
  return results;
}

describe('mae', () => {
  itMatchesTheReference('mae', ['mae-2d-random.npz', 'mae-3d-grid.npz']);

  itHasSizes('mae', [
    [111_251_968, { imageSize: [224, 224] }],
    [116_080_128, { imageSize: [80, 80, 80] }, { ndim: 3 }],
  ]);

  it('does not train positions', () => {
    expect(parameterCount(build('mae', { imageSize: [224, 224] }), 'trained')).toBe(110_999_808);
    expect(parameterCount(build('mae', { imageSize: [80, 80, 80] }, { ndim: 3 }), 'trained')).toBe(115_918_848);
  });

  it('moves class and mask tokens, and leaves positions where they are', async () => {
    const runtime = await sharedRuntime('eager');
    const network = build('mae', { ...small, imageSize: [8, 8] });
    const program = await runtime.train({ network, loss, metrics: {}, optimizer: { name: 'SGD' }, seed: 0 });
    const before = await program.state();
    await program.step(pattern([1, 8, 8, 1]), target(), { learningRate: 0.1 }, { epoch: 0, step: 0 });
    const after = await program.state();
    const moved = ['cls_token', 'mask_token', 'pos_embed', 'decoder_pos_embed'].map(
      (name) => String(after.get(`model.${name}`)?.data) !== String(before.get(`model.${name}`)?.data),
    );
    expect(moved).toEqual([true, true, false, false]);
  });

  itTrains('mae', {
    '2D, checkerboard': { parameters: { ...small, imageSize: [8, 12] }, space: [8, 12], target, loss, rate: 1e-2 },
    '2D, chance and two channels': {
      parameters: { ...small, imageSize: [8, 12], maskType: 'random', maskRatio: 0.7, normalizePixels: true },
      inputChannels: 2,
      space: [8, 12],
      target,
      loss,
      rate: 1e-2,
    },
    '3D, checkerboard': {
      parameters: { ...small, imageSize: [4, 8, 8] },
      ndim: 3,
      space: [4, 8, 8],
      target,
      loss,
      rate: 1e-2,
    },
  });

  itExports('mae', {
    '2D': { parameters: { ...small, imageSize: [8, 12] }, space: [8, 12] },
    '3D': { parameters: { ...small, imageSize: [4, 8, 8] }, ndim: 3, space: [4, 8, 8] },
  });

  it('hides a checkerboard in 3D too, and counts what is hidden', async () => {
    const [[, , mask]] = await predict({ imageSize: [8, 8, 12] }, pattern([1, 8, 8, 12, 1]), 3);
    expect([...mask.data]).toEqual([1, 0, 1, 0, 1, 0, 0, 1, 0, 1, 0, 1]);
  });

  it('hides the same tokens by chance each time that it predicts, others in each sample', async () => {
    const [first, second] = await predict({ imageSize: [16, 16], maskType: 'random' }, pattern([2, 16, 16, 1]));
    const hidden = [...first[2].data];
    expect([...second[2].data]).toEqual(hidden);
    expect(hidden.slice(16)).not.toEqual(hidden.slice(0, 16));
    expect(hidden.reduce((sum, one) => sum + one)).toBe(16);
  });

  it('gives the mean squared error of the hidden tokens as the loss, values ordered y, x, channel', async () => {
    const input = pattern([1, 8, 12, 2]);
    const [[value, guesses, mask]] = await predict({ imageSize: [8, 12] }, input, 2, 2);
    const original = image(input.data as Float32Array, [8, 12, 2]);
    const { reconstruction } = tokenPictures(original, guesses.data, mask.data, 4);
    let [sum, count] = [0, 0];
    for (let y = 0; y < 8; y++)
      for (let x = 0; x < 12; x++)
        for (let c = 0; c < 2; c++) {
          const place = (y * 12 + x) * 2 + c;
          if (((y >> 2) + (x >> 2)) % 2 !== 0) continue;
          sum += (reconstruction.data[place] - input.data[place]) ** 2;
          count++;
        }
    expect(value.data[0]).toBeCloseTo(sum / count, 5);
  });

  it('says what does not fit', () => {
    expect(() => build('mae', { ...small, imageSize: [4, 4] })).toThrow(/mae: of 1 tokens none is seen/);
    expect(() => build('mae', { ...small, imageSize: [8, 8], maskType: 'random', maskRatio: 0.1 })).not.toThrow();
    expect(() => build('mae', { ...small, imageSize: [8, 8], maskType: 'random', maskRatio: 0 })).toThrow(
      /of 4 tokens none is hidden/,
    );
    expect(() => build('mae', { ...small, imageSize: [8, 8], decoderHeads: 3 })).toThrow(
      /width 8 cannot be cut into 3 equal attention heads/,
    );
  });
});
