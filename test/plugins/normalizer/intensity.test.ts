import { expect, test } from 'vitest';
import { node } from '../../../core/graph/graph.js';
import { image } from '../../../core/image/image.js';
import { bench, catalog, sampleOf } from '../nodes.js';

const picture = image(Uint8Array.of(0, 51, 102, 255), [2, 2, 1]);
const normalize = async (parameters: object) =>
  (await bench().run(node('n', 'normalizer/intensity', parameters), [sampleOf(picture)]))[0];

test('divides 8-bit images by 255, and keeps the raw image beside', async () => {
  const { image: normalized, products, facts } = await normalize({ type: 'div' });
  expect([...normalized.data]).toEqual([0, 51 / 255, 102 / 255, 1].map(Math.fround));
  expect(normalized.dtype).toBe('float32');
  expect(products.raw).toBe(picture);
  expect(facts.normalization).toBeDefined();
});

test('clips to given values before', async () => {
  const { data } = (await normalize({ type: 'scale_range', lowerValue: [51], upperValue: [102] })).image;
  expect([...data]).toEqual([0, 0, 1, 1]);
});

test('uses a fixed mean and deviation', async () => {
  const { data } = (await normalize({ mean: [51], deviation: [51] })).image;
  expect(data[0]).toBeCloseTo(-1, 5);
  expect(data[2]).toBeCloseTo(1, 5);
});

test('measures each image on its own, and targets stay as they are', async () => {
  const target = image(Uint8Array.of(0, 1, 1, 0), [2, 2, 1]);
  const bright = image(
    Uint8Array.of(0, 51, 102, 255).map((value) => value / 3),
    [2, 2, 1],
  );
  const samples = [picture, bright].map((each, index) => sampleOf(each, { index, target }));
  const [first, second] = await bench().run(node('n', 'normalizer/intensity'), samples);
  expect([...first.image.data].reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 5);
  expect([...second.image.data]).toEqual([...first.image.data]);
  expect(second.target).toBe(target);
});

test('measures patches on their own, and the one that each is mixed with', async () => {
  const moment = { epoch: 0, position: 0, total: 1 };
  const dark = image(Uint8Array.of(0, 1, 2, 5), [2, 2, 1]);
  const target = image(Uint8Array.of(0, 1, 1, 0), [2, 2, 1]);
  const patch = sampleOf(picture, { moment, partner: { image: dark, target } });
  const normalizer = node('n', 'normalizer/intensity', { type: 'scale_range' });
  const [{ image: own, partner, facts, products }] = await bench().run(normalizer, [patch], 'train');
  expect([...own.data]).toEqual([0, 0.2, 0.4, 1].map(Math.fround));
  expect([...partner!.image.data]).toEqual([...own.data]);
  expect(partner!.target).toBe(target);
  expect(facts.normalization).toMatchObject({ channels: [{ min: 0, max: 255 }] });
  expect(products).toEqual({});
});

test('plans for the copy that it keeps', () => {
  const { memory } = catalog.node('normalizer/intensity');
  expect(memory?.({}, { shape: [4, 5, 2], bytes: 80 })).toBe(160);
});
