import { expect, test } from 'vitest';
import { node } from '../../../core/graph/graph.js';
import { image } from '../../../core/image/image.js';
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
