import { describe, expect, test } from 'vitest';
import { node } from '../../../core/graph/graph.js';
import { image } from '../../../core/image/image.js';
import { otsu } from '../../../core/nd/otsu.js';
import { toClasses } from '../../../plugins/postprocessor/binarize.js';
import { bench, ramp, sampleOf } from '../nodes.js';

const one = (values: number[]) => image(Float32Array.from(values), [1, values.length, 1], { unit: 'micron' });

describe('one channel', () => {
  test('is cut at a fixed probability, which is background itself', () => {
    expect(toClasses(one([0.1, 0.5, 0.51, 1]), 0.5)).toEqual(
      image(Uint8Array.of(0, 0, 1, 1), [1, 4, 1], { unit: 'micron' }),
    );
  });
  test("is cut at Otsu's threshold of the image itself", () => {
    const values = [0.02, 0.03, 0.05, 0.04, 0.21, 0.22, 0.25];
    const { data } = toClasses(one(values), 'otsu');
    expect([...data]).toEqual([0, 0, 0, 0, 1, 1, 1]);
    expect([...data]).toEqual(values.map((value) => Number(value > otsu(Float32Array.from(values)))));
  });
});

describe('more channels', () => {
  test('give the largest one, the first of equals', () => {
    const scores = image(Float32Array.of(0.2, 0.5, 0.3, 0.4, 0.2, 0.4, 0, 0, 1), [1, 3, 3]);
    expect(toClasses(scores, 'otsu')).toMatchObject({ data: Uint8Array.of(1, 0, 2), shape: [1, 3, 1] });
  });
  test('beyond 255 need two bytes', () => {
    const scores = new Float32Array(2 * 300);
    scores[299] = 1;
    scores[300 + 256] = 1;
    expect(toClasses(image(scores, [1, 2, 300]), 0.5).data).toEqual(Uint16Array.of(299, 256));
  });
});

test('the node adds classes to what the sample has', async () => {
  const products = { channels: one([0, 1]), smoothed: one([1, 0]) };
  const sample = sampleOf(ramp([1, 2, 1]), { products });
  const classes = async (parameters: object) =>
    (await bench().run(node('binarizer', 'postprocessor/binarize', parameters), [sample]))[0].products;
  expect(await classes({ threshold: 0.5 })).toMatchObject({ ...products, classes: { data: Uint8Array.of(0, 1) } });
  expect((await classes({ threshold: 0.5, product: 'smoothed' })).classes.data).toEqual(Uint8Array.of(1, 0));
});

test('the node says which product is missing', async () => {
  const failing = bench().run(node('binarizer', 'postprocessor/binarize', { product: 'smoothed' }), [
    sampleOf(ramp([1, 2, 1]), { products: { channels: one([0, 1]) } }),
  ]);
  await expect(failing).rejects.toThrow(/'binarizer'.*'smoothed'.*channels/);
});
