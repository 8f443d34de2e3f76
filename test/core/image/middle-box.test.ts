import { expect, test } from 'vitest';
import { middleBox } from '../../../core/image/middle-box.js';

test('one plane in the middle, and of a large plane the middle', () => {
  expect(middleBox([9, 100, 200, 1])).toEqual({ start: [4, 0, 0], size: [1, 100, 200] });
  expect(middleBox([8, 100, 5000, 2])).toEqual({ start: [3, 0, 1988], size: [1, 100, 1024] });
});
