import { expect, test } from 'vitest';
import { groupVersions } from '../../../core/image/versions.js';

const version = (file: string, group?: string, shape = [4, 4, 1]) => ({ file, shape, ...(group && { group }) });

test('versions of one image come together, others alone', () => {
  const images = [version('a1', 'a'), version('x'), version('b1', 'b'), version('a2', 'a'), version('y')];
  expect(groupVersions(images)).toEqual([[0, 3], [1], [2], [4]]);
});

test('versions of different shape are refused', () => {
  const images = [version('a1', 'a'), version('a2', 'a', [4, 5, 1])];
  expect(() => groupVersions(images)).toThrow(/^a2: is 4×5×1, but a1, another version of the same image, is 4×4×1/);
});
