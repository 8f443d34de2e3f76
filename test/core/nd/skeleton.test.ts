import { expect, test } from 'vitest';
import { skeletonize } from '../../../core/nd/skeleton.js';
import { cases, golden } from '../../fixtures/regions/load.js';

test.each(cases.skeleton)('$source is thinned as by scikit-image', ({ source, expected }) => {
  expect(skeletonize(golden(source)).data).toEqual(golden(expected).data);
});
