import { describe, expect, test } from 'vitest';
import { node } from '../../../core/graph/graph.js';
import { boundedSource, deferred, readRegion } from '../../../core/image/deferred.js';
import { type Image, image, sizeOf } from '../../../core/image/image.js';
import { readPatch } from '../../../core/image/patch.js';
import type { TrainingState } from '../../../core/train/state.js';
import { bench, ramp, sampleOf } from '../nodes.js';

/** What a job keeps with its checkpoints. */
function keeping(notes: Record<string, unknown> = {}) {
  const waiting: [string, (value: unknown) => void][] = [];
  const training = {
    keep(name: string, value: unknown) {
      notes[name] = value;
      for (const [wanted, tell] of waiting) if (wanted === name) tell(value);
    },
    kept: async (name: string, { wait }: { wait: boolean }) =>
      name in notes || !wait ? notes[name] : new Promise((tell) => waiting.push([name, tell])),
  };
  return { notes, services: { training: training as unknown as TrainingState } };
}

const images = [image(Uint8Array.of(0, 10, 20, 30), [2, 2, 1]), image(Uint8Array.of(40, 50, 60, 70), [2, 2, 1])];
const samples = images.map((picture, index) => sampleOf(picture, { index }));
const measuring = node('n', 'normalizer/dataset', { type: 'scale_range', measures: true });
const taking = node('n', 'normalizer/dataset', { type: 'scale_range' });

describe('the training set', () => {
  test('is measured as a whole, told, and kept with the checkpoints', async () => {
    const kept = keeping();
    const { run, heard } = bench(kept);
    const [dark, bright] = await run(measuring, samples, 'train');
    expect([...dark.image.data]).toEqual([0, 10, 20, 30].map((value) => Math.fround(value / 70)));
    expect([...bright.image.data]).toEqual([40, 50, 60, 70].map((value) => Math.fround(value / 70)));
    expect(kept.notes.normalization).toEqual({
      type: 'scale_range',
      dtype: 'uint8',
      channels: [{ min: 0, max: 70 }],
    });
    expect(dark.facts.normalization).toBe(kept.notes.normalization);
    expect(dark.products.raw).toBe(images[0]);
    expect(heard).toContainEqual({ type: 'notice', message: 'Measured on all training images: min 0, max 70.' });
  });

  test('gives its numbers to the validation, which waits for them, and to the test', async () => {
    const kept = keeping();
    const validation = bench(kept).run(taking, [sampleOf(images[0])], 'train');
    await bench(kept).run(measuring, samples, 'train');
    expect([...(await validation)[0].image.data].at(-1)).toBe(Math.fround(30 / 70));
    const [tested] = await bench(kept).run(taking, [sampleOf(ramp([1, 1, 1], Uint16Array))], 'test');
    expect(tested.facts.normalization).toBe(kept.notes.normalization);
  });

  test('is not measured again by a training that goes on', async () => {
    const normalization = { type: 'scale_range', dtype: 'uint8', channels: [{ min: 0, max: 140 }] };
    const [dark] = await bench(keeping({ normalization })).run(measuring, samples, 'train');
    expect(dark.image.data[3]).toBe(Math.fround(30 / 140));
  });

  test('has targets of its own, whose numbers tell what a network gives', async () => {
    const kept = keeping();
    const targets = images.map((picture, index) => sampleOf(ramp([2, 2, 1]), { index, target: picture }));
    const ofTargets = node('t', 'normalizer/dataset', { type: 'scale_range', of: 'target', measures: true });
    const [first] = await bench(kept).run([measuring, ofTargets], targets, 'train');
    expect(first.target!.data[3]).toBe(Math.fround(30 / 70));
    expect(first.targetKinds).toEqual(['image']);
    const restorer = node('d', 'postprocessor/denormalize', { product: 'channels' });
    const halves = image(Float32Array.of(0, 0.5, 1, 0.25), [2, 2, 1]);
    const [restored] = await bench(kept).run(
      restorer,
      (await bench(kept).run(taking, [sampleOf(ramp([2, 2, 1]))])).map((sample) => ({
        ...sample,
        products: { ...sample.products, channels: halves },
      })),
    );
    expect([...restored.products.restored.data]).toEqual([0, 35, 70, 18]);
  });
});

test('without numbers a test tells what to do', async () => {
  const training = { kept: async () => undefined } as unknown as TrainingState;
  await expect(bench({ services: { training } }).run(taking, samples, 'test')).rejects.toThrow(
    /the checkpoint has none. Take one that was trained with DATA.NORMALIZATION.MEASURE_BY: dataset, or write image/,
  );
});

test('a volume in parts is measured as it is whole, and each block asked for once a pass', async () => {
  const shape = [70, 65, 66, 2];
  const data = Float32Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(i) * 100);
  const whole = image(data, shape);
  let read = 0;
  const inside = async (box: Parameters<typeof readPatch>[1]): Promise<Image> => {
    read += sizeOf(box.size);
    return readPatch(whole, box);
  };
  const source = { shape, dtype: 'float32', metadata: {}, file: 'a.zarr', inside } as const;
  const parameters = { lowerPercentile: 1, upperPercentile: 99, measures: true };
  const normalizer = node('n', 'normalizer/dataset', parameters);
  const [parts, all] = [keeping(), keeping()];
  const [lazy] = await bench(parts).run(normalizer, [sampleOf(deferred(boundedSource(source)))], 'train');
  expect(read).toBe(3 * sizeOf(shape.slice(0, 3)));
  const [eager] = await bench(all).run(normalizer, [sampleOf(whole)], 'train');
  expect(parts.notes).toEqual(all.notes);
  const box = { start: [3, 4, 5], size: [6, 7, 8] };
  expect((await readRegion(lazy.image, box)).data).toEqual(readPatch(eager.image, box).data);
});
