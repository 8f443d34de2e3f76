import { describe, expect, test } from 'vitest';
import { node } from '../../../core/graph/graph.js';
import { type Image, image } from '../../../core/image/image.js';
import { bench, ramp, sampleOf } from '../nodes.js';

const labels = (values: number[]) => image(Uint16Array.from(values), [1, values.length, 1]);

describe('objects of a prediction', () => {
  const rules = {
    channels: ['C', 'F'],
    seeds: [
      { channel: 'F', threshold: 0.5 },
      { channel: 'C', threshold: 0.5 },
    ],
    growth: [{ channel: 'F', threshold: 0.3 }],
    surface: 'F',
  };
  /** Foreground and contours, pixel by pixel. */
  const prediction = (foreground: number[], contours: number[]): Image =>
    image(
      Float32Array.from({ length: 2 * foreground.length }, (_, i) => (i % 2 ? contours : foreground)[i >> 1]),
      [1, foreground.length, 2],
    );

  test('come from the channels in their order, whatever the order of the letters', async () => {
    const channels = prediction([0, 0.9, 0.9, 0.9, 0.9, 0.9], [0, 0, 0, 0.9, 0, 0]);
    const [sample] = await bench().run(node('objects', 'postprocessor/watershed', rules), [
      sampleOf(ramp([1, 6, 1]), { products: { channels } }),
    ]);
    const found = [...sample.products.labels.data];
    expect(found.slice(0, 3)).toEqual([0, 1, 1]);
    expect(found.slice(4)).toEqual([2, 2]);
    expect(sample.products.labels.dtype).toBe('uint8');
  });

  test('leave what they were made of, where that is asked for', async () => {
    const channels = prediction([0, 0.9, 0.9, 0.9, 0.9, 0.9], [0, 0, 0, 0.9, 0, 0]);
    const [{ products }] = await bench().run(node('objects', 'postprocessor/watershed', { ...rules, check: true }), [
      sampleOf(ramp([1, 6, 1]), { products: { channels } }),
    ]);
    expect([...products.seed_map.data]).toEqual([0, 1, 1, 0, 2, 2]);
    expect([...products.growth_mask.data]).toEqual([0, 1, 1, 1, 1, 1]);
    expect(products.topografic_surface.dtype).toBe('float32');
  });

  test('come from distances in steps', async () => {
    const steps = [0, 10, 9, 1, 9, 10].flatMap((level) => Array.from({ length: 11 }, (_, i) => Number(i === level)));
    const channels = image(Float32Array.from(steps), [1, 6, 11]);
    const db = [{ channel: 'Db', threshold: 0.5 }];
    const [{ products }] = await bench().run(
      node('objects', 'postprocessor/watershed', {
        channels: ['Db'],
        options: { Db: { val_type: 'discretize' } },
        seeds: db,
        growth: [{ channel: 'Db', threshold: 0.05 }],
        surface: 'Db',
      }),
      [sampleOf(ramp([1, 6, 1]), { products: { channels } })],
    );
    expect([...products.labels.data]).toEqual([0, 1, 1, 1, 2, 2]);
  });

  test('need all channels', async () => {
    const products = { channels: image(new Float32Array(3), [1, 3, 1]) };
    const run = bench().run(node('objects', 'postprocessor/watershed', rules), [
      sampleOf(ramp([1, 3, 1]), { products }),
    ]);
    await expect(run).rejects.toThrow('are 2 in all, but the prediction has 1');
  });
});

describe('objects against annotated ones', () => {
  const measure = node('measure', 'metric/objects', { thresholds: [0.5, 0.75] });

  test('are paired from an overlap on', async () => {
    const sample = sampleOf(ramp([1, 8, 1]), {
      target: labels([1, 1, 1, 1, 0, 2, 2, 0]),
      products: { labels: labels([7, 7, 7, 0, 0, 9, 9, 9]) },
    });
    const [{ metrics }] = await bench().run(measure, [sample]);
    // Overlaps of 3/4 and 2/3.
    expect(metrics).toMatchObject({
      'tp (IoU 0.5) (per image)': 2,
      'f1 (IoU 0.5) (per image)': 1,
      'tp (IoU 0.75) (per image)': 1,
      'fn (IoU 0.75) (per image)': 1,
      'f1 (IoU 0.75) (per image)': 0.5,
    });
    expect(metrics['panoptic_quality (IoU 0.5) (per image)']).toBeCloseTo((3 / 4 + 2 / 3) / 2, 12);
  });

  test('nothing found and one giant object have values, no NaN', async () => {
    for (const found of [new Array(8).fill(0), new Array(8).fill(1)])
      for (const target of [labels([1, 1, 0, 0, 2, 2, 0, 0]), labels(new Array(8).fill(0))]) {
        const [{ metrics }] = await bench().run(measure, [
          sampleOf(ramp([1, 8, 1]), { target, products: { labels: labels(found) } }),
        ]);
        expect(Object.values(metrics).length).toBeGreaterThan(0);
        for (const value of Object.values(metrics)) expect(value).not.toBeNaN();
      }
  });

  test('margins are left out', async () => {
    const sample = sampleOf(ramp([1, 8, 1]), {
      target: labels([1, 1, 0, 2, 2, 0, 0, 0]),
      products: { labels: labels([0, 0, 0, 2, 2, 0, 5, 5]) },
    });
    const margins = node('measure', 'metric/objects', { thresholds: [0.5], border: [0, 2] });
    const [{ metrics }] = await bench().run(margins, [sample]);
    expect(metrics).toMatchObject({ 'tp (IoU 0.5) (per image)': 1, 'fp (IoU 0.5) (per image)': 0 });
    expect(metrics).toMatchObject({ 'fn (IoU 0.5) (per image)': 0 });
  });

  test('of all images together have overall values that are no means', async () => {
    const { run, heard } = bench();
    const one = (target: number[], found: number[]) =>
      sampleOf(ramp([1, 4, 1]), { target: labels(target), products: { labels: labels(found) } });
    const pooled = node('measure', 'metric/objects', { thresholds: [0.5], pooled: true });
    const report = node('report', 'metric/report', { pooled: ['f1 (IoU 0.5)'] });
    await run([pooled, report], [one([1, 0, 2, 0], [1, 0, 2, 0]), one([1, 0, 0, 0], [0, 0, 1, 0])]);
    const overall = heard.flatMap((event) =>
      event.type === 'metric' && event.level === 'overall' && event.name === 'f1 (IoU 0.5)' ? [event.value] : [],
    );
    // 2 of 3 found, 1 too much; the mean of 1 and 0 would be a half.
    expect(overall).toEqual([4 / 6]);
  });

  test('are left alone without annotation', async () => {
    const products = { labels: labels([1]) };
    const [{ metrics }] = await bench().run(measure, [sampleOf(ramp([1, 1, 1]), { products })]);
    expect(metrics).toEqual({});
  });
});
