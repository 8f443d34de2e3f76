import { expect, test } from 'vitest';
import { loadConfig } from '../../../core/config/index.js';
import { reachOf } from '../../../core/image/reach.js';

const reach = (augmentor: Record<string, unknown>, ndim: '2D' | '3D' = '2D') =>
  reachOf(
    loadConfig(
      {
        PROBLEM: { TYPE: 'SEMANTIC_SEG', NDIM: ndim },
        DATA: { PATCH_SIZE: ndim === '2D' ? '(64, 32, 1)' : '(32, 64, 32, 1)' },
        AUGMENTOR: { ENABLE: true, ...augmentor },
        TRAIN: { ENABLE: true },
      },
      { checkPaths: false },
    ).config,
  );

test.each([
  ['neither zoom nor turn', { ROT90: true }, '2D', undefined],
  ['a turn', { RANDOM_ROT: true }, '2D', [91, 46]],
  ['a zoom', { ZOOM: true, ZOOM_RANGE: '(0.8, 2)' }, '2D', [80, 40]],
  ['a range from large to small', { ZOOM: true, ZOOM_RANGE: '(2, 0.8)' }, '2D', [80, 40]],
  ['a zoom in alone', { ZOOM: true, ZOOM_RANGE: '(1, 2)' }, '2D', [64, 32]],
  ['both, of a volume', { ZOOM: true, RANDOM_ROT: true }, '3D', [32, 182, 91]],
  ['a zoom in z, too', { ZOOM: true, ZOOM_IN_Z: true }, '3D', [64, 128, 64]],
] as const)('%s', (_, augmentor, ndim, expected) => expect(reach(augmentor, ndim)).toEqual(expected));
