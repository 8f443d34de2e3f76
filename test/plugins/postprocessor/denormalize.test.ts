import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defaultConfig, setKey } from '../../../core/config/keys.js';
import { node } from '../../../core/graph/graph.js';
import { image } from '../../../core/image/image.js';
import type { Sample } from '../../../core/image/sample.js';
import { bench, catalog, sampleOf } from '../nodes.js';

const picture = image(Uint16Array.of(10, 200, 400, 1010), [2, 2, 1]);

/** Normalises, takes the normalised image as the prediction, and brings it back. */
async function roundTrip(normalization: object, parameters: object = {}, from = picture): Promise<Sample> {
  const [normalized] = await bench().run(node('n', 'normalizer/intensity', normalization), [sampleOf(from)]);
  const predicted = { ...normalized, products: { ...normalized.products, channels: normalized.image } };
  return (await bench().run(node('d', 'postprocessor/denormalize', parameters), [predicted]))[0];
}

test('gives back every image in its number type', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('div', 'scale_range', 'zero_mean_unit_variance'),
      fc.uint16Array({ minLength: 4, maxLength: 4 }),
      async (type, values) => {
        const { restored } = (await roundTrip({ type }, {}, image(values, [1, 2, 2]))).products;
        expect(restored.dtype).toBe('uint16');
        expect([...restored.data]).toEqual([...values]);
      },
    ),
    { numRuns: 30 },
  );
});

test("BiaPy's formula overshoots by the minimum of the channel", async () => {
  const { restored } = (await roundTrip({ type: 'scale_range' }, { formula: 'reference' })).products;
  expect(restored.data[0]).toBe(10);
  expect(restored.data[3]).toBe(1020);
});

test('takes the fixed numbers of the target where they were given', async () => {
  const target = { type: 'zero_mean_unit_variance', mean: [100], deviation: [2] };
  const { restored } = (await roundTrip({ mean: [10], deviation: [10] }, { target, dtype: 'float32' })).products;
  expect([...restored.data]).toEqual([100, 138, 178, 300]);
});

test('uses what was noted of the image for its patches, under the name that is asked for', async () => {
  const [parent] = await bench().run(node('n', 'normalizer/intensity', { type: 'div' }), [sampleOf(picture)]);
  const box = { start: [0, 0], size: [2, 2] };
  const patch = sampleOf(parent.image, {
    products: { channels: parent.image },
    placement: { parent, index: 0, count: 1, box, added: [0, 0] },
  });
  const parameters = { into: 'clean' };
  const [{ products }] = await bench().run(node('d', 'postprocessor/denormalize', parameters), [patch]);
  expect([...products.clean.data]).toEqual([10, 200, 400, 1010]);
});

test('asks for a normalizer where there was none', async () => {
  const sample = sampleOf(picture, { products: { channels: picture } });
  await expect(bench().run(node('d', 'postprocessor/denormalize'), [sample])).rejects.toThrow(
    "data/s0.tif: node 'd' undoes the normalisation, but the image was not normalised before.",
  );
});

test('answers to the section of targets, in a test only', () => {
  const config = defaultConfig();
  const definition = catalog.node('postprocessor/denormalize');
  expect(definition.fromConfig?.(config, 'train')).toBeUndefined();
  expect(definition.fromConfig?.(config, 'test')).toMatchObject({ target: null });
  setKey(config, 'DATA.NORMALIZATION.TARGET.ENABLE', true);
  expect(definition.fromConfig?.(config, 'test')).toMatchObject({ target: { type: 'zero_mean_unit_variance' } });
});

test('gives the number type of the target, and divides as the target was divided', async () => {
  const prediction = image(Float32Array.of(0.25, 0.5), [1, 2, 1]);
  const raw = image(Uint8Array.of(0, 200), [1, 2, 1]);
  const restore = async (target?: ReturnType<typeof image>) => {
    const sample = sampleOf(raw, { products: { channels: prediction, raw }, ...(target && { target }) });
    const [{ products }] = await bench().run(node('d', 'postprocessor/denormalize', { target: { type: 'div' } }), [
      sample,
    ]);
    return products.restored;
  };
  const wide = await restore(image(Uint16Array.of(0, 1000), [1, 2, 1]));
  expect([wide.dtype, ...wide.data]).toEqual(['uint16', 16384, 32768]);
  const distances = await restore(image(Float32Array.of(0, 0.9), [1, 2, 1]));
  expect([distances.dtype, ...distances.data]).toEqual(['float32', 0.25, 0.5]);
  // Without a target the division is that of the input.
  const unknown = await restore();
  expect([unknown.dtype, ...unknown.data]).toEqual(['float32', 63.75, 127.5]);
});
