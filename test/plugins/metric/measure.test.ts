import { expect, test } from 'vitest';
import { node } from '../../../core/graph/graph.js';
import { boundedSource, deferred } from '../../../core/image/deferred.js';
import { image } from '../../../core/image/image.js';
import { readPatch } from '../../../core/image/patch.js';
import { bench, ramp, sampleOf } from '../nodes.js';

const measure = (parameters: object = {}) =>
  node('metrics', 'metric/measure', { metrics: [{ id: 'iou', parameters: {} }], ...parameters });
const prediction = image(Float32Array.of(1, 1, 0, 0, 0, 0, 0, 0, 1), [3, 3, 1]);
const target = image(Float32Array.of(1, 0, 0, 0, 0, 0, 0, 0, 1), [3, 3, 1]);
const sample = sampleOf(ramp([3, 3, 1]), { target, products: { channels: prediction }, metrics: { before: 1 } });

test('adds what it measured, named by where it was measured', async () => {
  const [measured] = await bench().run(measure({ variant: 'per image' }), [sample]);
  expect(measured.metrics).toEqual({ before: 1, 'IoU (per image)': 2 / 3 });
  expect(measured.products).toBe(sample.products);
});

test('measures the product that it is told to, without the border', async () => {
  const smoothed = image(Float32Array.of(0, 0, 0, 0, 1, 0, 0, 0, 0), [3, 3, 1]);
  const centre = image(Float32Array.of(0, 0, 0, 0, 1, 0, 0, 0, 1), [3, 3, 1]);
  const given = { ...sample, target: centre, products: { ...sample.products, smoothed } };
  const of = async (border: number[]) =>
    (await bench().run(measure({ product: 'smoothed', border }), [given]))[0].metrics['IoU (merge patches)'];
  expect([await of([]), await of([1, 1])]).toEqual([0.5, 1]);
});

test('passes on what has no target or no prediction', async () => {
  const { target: _target, ...bare } = sample;
  const samples = [bare as typeof sample, { ...sample, products: {} }];
  expect(await bench().run(measure(), samples)).toEqual(samples);
});

test('a metric that is unknown, or has other parameters, is told when the graph starts', async () => {
  const unknown = measure({ metrics: [{ id: 'iuo', parameters: {} }] });
  await expect(bench().run(unknown, [sample])).rejects.toThrow(/no metric 'iuo'. Did you mean 'iou'/);
  const wrong = measure({ metrics: [{ id: 'iou', parameters: { clases: 3 } }] });
  await expect(bench().run(wrong, [sample])).rejects.toThrow(/metric 'iou' do not fit: clases/);
});

test('a volume in parts is measured as it would be whole; what cannot be is told', async () => {
  const whole = ramp([3, 5, 4, 1]);
  const { shape, dtype, metadata } = whole;
  const inside = async (box: Parameters<typeof readPatch>[1]) => readPatch(whole, box);
  const lazy = deferred(boundedSource({ shape, dtype, metadata, file: 'a.zarr', inside }));
  const given = sampleOf(lazy, { target: ramp([3, 5, 4, 1]), products: { channels: lazy } });
  const metrics = ['mae', 'psnr', 'accuracy'].map((id) => ({ id, parameters: {} }));
  const { run, heard } = bench();
  const [measured] = await run(measure({ metrics, border: [1, 1, 1] }), [given]);
  expect(measured.metrics).toEqual({ 'MAE (merge patches)': 0, 'PSNR (merge patches)': 100 });
  expect(heard).toContainEqual({
    type: 'notice',
    message: 'data/s0.tif: is read in parts, and accuracy cannot be measured in parts (merge patches).',
  });
});
