import { describe, expect, it } from 'vitest';
import { pattern } from '../../core/tensor/run.js';
import { sharedRuntime } from '../../core/tensor/shared-runtime.js';
import { build, itHasSizes, itMatchesTheReference } from './network-checks.js';
import { classCrossEntropy, classesInTurn, itExports, itTrains } from './training-checks.js';

const small = { tokenSize: 4, embedDim: 12, layers: 2, attentionHeads: 3 };

describe('vit', () => {
  itMatchesTheReference('vit', ['vit-2d.npz']);

  const classes = { outputChannels: [2] };
  itHasSizes('vit', [
    [85_800_194, { imageSize: [224, 224] }, { inputChannels: 3, ...classes }],
    [85_800_194, { imageSize: [224, 224], preset: 'vit_base_patch16', layers: 3 }, { inputChannels: 3, ...classes }],
    [88_301_570, { imageSize: [80, 80, 80] }, { ndim: 3, ...classes }],
    // torchvision's vit_l_16 and vit_h_14 have 304 326 632 and 632 045 800 parameters with 1000 classes.
    [304_326_632, { imageSize: [224, 224], preset: 'vit_large_patch16' }, { inputChannels: 3, outputChannels: [1000] }],
    [632_045_800, { imageSize: [224, 224], preset: 'vit_huge_patch14' }, { inputChannels: 3, outputChannels: [1000] }],
  ]);

  const lesson = { ...classes, target: classesInTurn(2), loss: classCrossEntropy };
  itTrains('vit', {
    '2D, with dropout': { ...lesson, space: [8, 12], parameters: { ...small, imageSize: [8, 12], dropout: 0.1 } },
    '3D': { ...lesson, ndim: 3, space: [4, 8, 4], parameters: { ...small, imageSize: [4, 8, 4] } },
  });

  itExports('vit', {
    '2D, activated': {
      parameters: { ...small, imageSize: [8, 12], headActivations: ['softmax'] },
      outputChannels: [3],
      space: [8, 12],
    },
    '3D': { parameters: { ...small, imageSize: [4, 8, 4] }, ndim: 3, outputChannels: [3], space: [4, 8, 4] },
  });

  it('says what does not fit', async () => {
    expect(() => build('vit', { ...small, imageSize: [30, 32] })).toThrow(
      /vit: a side of 30 pixels cannot be cut into tokens of 4. Take a side of 32/,
    );
    expect(() => build('vit', { ...small, imageSize: [32, 32], attentionHeads: 5 })).toThrow(
      /width 12 cannot be cut into 5 equal attention heads/,
    );
    const runtime = await sharedRuntime('eager');
    const program = await runtime.infer(build('vit', { ...small, imageSize: [8, 8] }));
    await expect(program.predict(pattern([1, 8, 12, 1]))).rejects.toThrow(
      /vit is made for images of 8×8 and got one of 8×12/,
    );
  });
});
