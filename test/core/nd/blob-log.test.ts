import { expect, test } from 'vitest';
import { image } from '../../../core/image/image.js';
import { blobLog } from '../../../core/nd/blob-log.js';
import { cases, golden } from '../../fixtures/regions/load.js';

test.each(cases.blobs)(
  'blobs of $source, $sigmas sizes, are those of scikit-image',
  ({ source, blobs, ...options }) => {
    const found = blobLog(golden(source), options).map(({ position, sigma }) => [...position, sigma]);
    const order = (a: number[], b: number[]) => a.map((one, i) => one - b[i]).find((step) => step !== 0) ?? 0;
    expect(found.sort(order)).toEqual(blobs);
  },
);

test('nothing bright, no blobs', () => expect(blobLog(image(new Float32Array(64), [8, 8, 1]))).toEqual([]));
