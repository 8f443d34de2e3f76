import { describe, it } from 'vitest';
import { type Measure, tf } from '../../../core/tensor/index.js';
import { dissimilarity } from '../../../plugins/loss/structural-similarity.js';
import { expectReference } from './reference.js';

describe('equals the reference', () => {
  it('in 2D', () => expectReference('SSIM', dissimilarity({ range: 1 }), ['reg_pred'], 'reg_target'));

  it('in 3D with two channels', () =>
    expectReference('SSIM_3d', dissimilarity({ range: 1 }), ['reg3d_pred'], 'reg3d_target'));

  it('with values up to 255', () => {
    const grey: Measure = ([x], t) => dissimilarity({ range: 255 })([tf.mul(x, 255)], tf.mul(t, 255));
    return expectReference('SSIM', grey, ['reg_pred'], 'reg_target');
  });
});
