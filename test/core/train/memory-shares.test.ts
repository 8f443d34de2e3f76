import { expect, test } from 'vitest';
import { TRAINING_SHARES } from '../../../core/train/memory-shares.js';

test('together are the whole budget, patches of training and validation counted', () => {
  const { kept, image, patches } = TRAINING_SHARES;
  expect(kept + image + 2 * patches).toBeLessThanOrEqual(1);
});
