import { describe, expect, test } from 'vitest';
import { node } from '../../../core/graph/graph.js';
import { image } from '../../../core/image/image.js';
import { zoomTo } from '../../../core/nd/zoom.js';
import { detection } from '../../../graphs/detection.js';
import { problemsOfKeysWithoutEffect } from '../../../graphs/without-effect.js';
import { configOf } from '../../graphs/config.js';
import { bench, catalog, ramp, sampleOf } from '../nodes.js';

const ZOOM = {
  'PROBLEM.NDIM': '3D',
  'DATA.PATCH_SIZE': '(8, 16, 16, 1)',
  'DATA.PREPROCESS.TEST': true,
  'DATA.PREPROCESS.ZOOM.ENABLE': true,
  'DATA.PREPROCESS.ZOOM.ZOOM_FACTOR': [1, 2.5, 1, 0.5, 0.5],
};
const zoom = catalog.node('preprocessor/zoom');

describe('images', () => {
  test('are zoomed with their targets, and results brought back', async () => {
    const mask = image(
      Uint8Array.from({ length: 48 }, (_, i) => (i % 8 > 4 ? 7 : 0)),
      [6, 8, 1],
    );
    const sample = sampleOf(ramp([6, 8, 1]), { target: mask });
    const zoomer = node('z', 'preprocessor/zoom', { factors: [2, 1.5] });
    const [large] = await bench().run(zoomer, [sample]);
    expect(large.image).toEqual(zoomTo(sample.image, [12, 12]));
    expect(large.target).toEqual(zoomTo(mask, [12, 12]));
    expect(large.products.raw).toBe(sample.image);
    const predicted = { ...large, products: { ...large.products, channels: large.image, truth: large.target! } };
    const undo = node('u', 'postprocessor/undo-zoom', { labels: ['truth', 'none'], keep: 'zoomed' });
    const [back] = await bench().run(undo, [predicted]);
    expect(back.image.data).toEqual(sample.image.data);
    expect(back.products.channels.data).toEqual(sample.image.data);
    expect(back.target!.data).toEqual(mask.data);
    expect(back.products.truth.data).toEqual(mask.data);
    expect(back.products.zoomed).toBe(large.image);
  });

  test('of a super-resolution keep the factor of their targets, and the class of an image is one value', async () => {
    const zoomer = node('z', 'preprocessor/zoom', { factors: [0.5, 1.5] });
    const [fine] = await bench().run(zoomer, [sampleOf(ramp([6, 4, 1]), { target: ramp([12, 8, 1]) })]);
    expect(fine.target!.shape).toEqual([6, 12, 1]);
    const one = image(Uint8Array.of(3), [1, 1, 1]);
    const [whole] = await bench().run(zoomer, [sampleOf(ramp([6, 4, 1]), { target: one })]);
    expect(whole.target).toBe(one);
  });

  test('that were not zoomed are left alone', async () => {
    const sample = sampleOf(ramp([2, 2, 1]), { products: { channels: ramp([2, 2, 1]) } });
    const [same] = await bench().run(node('u', 'postprocessor/undo-zoom'), [sample]);
    expect(same).toBe(sample);
  });

  test('of which nothing would be left are refused with the key', async () => {
    const zoomer = node('z', 'preprocessor/zoom', { factors: [0.2, 1] });
    await expect(bench().run(zoomer, [sampleOf(ramp([2, 9, 1]))])).rejects.toThrow(
      'data/s0.tif: a zoom of 0.2 leaves nothing of an axis of 2 pixels. Make DATA.PREPROCESS.ZOOM.ZOOM_FACTOR larger.',
    );
  });
});

describe('the configuration', () => {
  test('finds points in the prediction as it is, and brings everything else back', () => {
    const config = configOf({ ...ZOOM, 'PROBLEM.TYPE': 'DETECTION', 'DATA.N_CLASSES': 3 });
    const { nodes } = detection.graphs(config, catalog).test!;
    const zoomed = nodes.filter(({ with: { keep, product } }) => [keep, product].includes('zoomed'));
    expect(zoomed.map(({ name }) => name)).toEqual(['undo-zoom', 'zoomed-classes', 'finder']);
  });

  test('zooms tests, by the letters of their axes', () => {
    expect(zoom.fromConfig?.(configOf(ZOOM), 'test')).toEqual({ factors: [2.5, 0.5, 0.5] });
    const flat = configOf({
      ...ZOOM,
      'PROBLEM.NDIM': '2D',
      'DATA.PATCH_SIZE': '(16, 16, 1)',
      'DATA.PREPROCESS.ZOOM.ZOOM_FACTOR': [1, 1, 1, 3, 0.5],
    });
    expect(zoom.fromConfig?.(flat, 'test')).toEqual({ factors: [3, 0.5] });
  });

  test('leaves training images as they are, and says so', () => {
    const config = configOf({ ...ZOOM, 'DATA.PREPROCESS.TRAIN': true });
    expect(zoom.fromConfig?.(config, 'train')).toBeUndefined();
    expect(problemsOfKeysWithoutEffect(config)).toMatchObject([
      { severity: 'warning', key: 'DATA.PREPROCESS.ZOOM.ENABLE', message: /only those of tests are/ },
    ]);
    expect(problemsOfKeysWithoutEffect(configOf(ZOOM))).toEqual([]);
  });

  test.each([
    [[1, 1, 2, 1, 1], 'Axis C of 3D images cannot be zoomed.'],
    [[1, 0, 1, 1, 1], 'The factor of Z is 0.'],
  ])('refuses %j', (factors, message) => {
    expect(() => configOf({ ...ZOOM, 'DATA.PREPROCESS.ZOOM.ZOOM_FACTOR': factors })).toThrow(message);
  });

  test('tells the shapes and the memory', () => {
    const images = [{ file: 'a', shape: [10, 8, 2], targetShape: [20, 16, 1], bytes: 1 }];
    const told: string[] = [];
    const planner = { tell: (finding: { value: string }) => told.push(finding.value) } as never;
    const forecast = zoom.plan?.({ factors: [2, 0.5] }, { main: { images, onlyImage: true } }, planner);
    expect(forecast).toMatchObject({ images: [{ shape: [20, 4, 2], targetShape: [40, 8, 1] }] });
    expect(told).toEqual(['1 image zoomed to 20×4']);
    expect(zoom.reshape?.({ factors: [2, 0.5] }, [10, 8, 2], [10, 8, 2])).toEqual([20, 4, 2]);
    expect(zoom.memory?.({ factors: [2, 1] }, { shape: [10, 10, 1], bytes: 100 })).toBe(1000);
  });
});
