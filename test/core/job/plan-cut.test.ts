import { describe, expect, it } from 'vitest';
import { cutGeometry } from '../../../core/image/patch.js';
import { explainCuts } from '../../../core/job/plan-cut.js';

describe('explainCuts', () => {
  it('says the same for all axes once', () => {
    expect(explainCuts([cutGeometry([512, 512], [256, 256])])).toBe(
      '512 with patches of 256, no overlap: 2 × 2 from the image.',
    );
  });

  it('tells axes apart, with overlap and context', () => {
    const options = { overlap: [0, 0.5], padding: [0, 32] };
    expect(explainCuts([cutGeometry([100, 700], [64, 256], options)], options.overlap)).toBe(
      'y 100 with patches of 64, overlapping by 28 to fit; ' +
        'x 700 with patches of 256 (192 kept, 32 of context on each side), at least 50 % overlap, overlapping by 119: ' +
        '2 × 8 from the image.',
    );
  });

  it('counts images of the same kind, and leaves out what would be too long', () => {
    const cuts = [64, 64, 96, 128, 160, 192].map((side) => cutGeometry([side, side], [32, 32]));
    expect(explainCuts(cuts)).toBe(
      '64 with patches of 32, no overlap: 2 × 2 from each of 2 images. 96 with patches of 32, no overlap: 3 × 3 from one image. ' +
        '128 with patches of 32, no overlap: 4 × 4 from one image. Images of 2 other shapes are cut alike.',
    );
    expect(explainCuts([cuts[0], cuts[1]])).toMatch(/from each image\.$/);
  });

  it('names the only patch of an axis as long as it', () => {
    expect(explainCuts([cutGeometry([16, 64, 64], [16, 64, 64])])).toBe(
      '16 with patches of 16; y 64 with patches of 64; x 64 with patches of 64: 1 × 1 × 1 from the image.'.replace(
        '16 with',
        'z 16 with',
      ),
    );
  });
});
