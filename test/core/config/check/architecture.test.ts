import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../../core/config/index.js';
import { ConfigError } from '../../../../core/errors.js';

/** What is told of a semantic segmentation with this network. */
function messages(architecture: string, patch: number[], model: object = {}, type = 'SEMANTIC_SEG'): string[] {
  const source = {
    PROBLEM: { TYPE: type, NDIM: patch.length === 4 ? '3D' : '2D' },
    DATA: { PATCH_SIZE: patch, TRAIN: { PATH: 'x', GT_PATH: 'y' } },
    MODEL: { ARCHITECTURE: architecture, FEATURE_MAPS: [8, 16, 32], Z_DOWN: [1, 2], ...model },
    TRAIN: { ENABLE: true },
  };
  try {
    return loadConfig(source, { checkPaths: false }).problems.map(({ message }) => message);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ message }) => message);
    throw error;
  }
}

describe('the sides of a patch', () => {
  it('count the stem of U-NeXt', () => {
    expect(messages('unext_v1', [8, 8, 1])).toEqual([]);
    expect(messages('unext_v1', [12, 12, 1])).toEqual([
      'The Y side of the patch [12, 12, 1] cannot be divided by 8, as level 2 of unext_v1 asks.',
    ]);
    expect(messages('unext_v2', [9, 8, 1])).toEqual([
      'The Y side of the patch [9, 8, 1] cannot be divided by 2, as the stem of unext_v2 asks.',
    ]);
    expect(messages('unext_v2', [32, 32, 1], { CONVNEXT_STEM_K_SIZE: 8 })).toEqual([]);
    expect(messages('unext_v1', [3, 16, 16, 1])).toEqual([
      'The Z side of the patch [3, 16, 16, 1] cannot be divided by 2, as the stem of unext_v1 asks.',
    ]);
    expect(messages('unet', [12, 12, 1])).toEqual([]);
  });
});

describe('networks of planes', () => {
  it('are told from those that have a 3D form', () => {
    const sides = [8, 16, 16, 1];
    expect(messages('dfcan', sides, {}, 'SUPER_RESOLUTION')).toContain(
      'dfcan is a network of planes: it has no 3D form.',
    );
    expect(messages('edsr', sides, {}, 'SUPER_RESOLUTION')).toContain('edsr is 2D.');
    expect(messages('unet', sides)).toEqual([]);
  });
});
