import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { image } from '../../../core/image/image.js';
import type { TensorData } from '../../../core/tensor/index.js';
import { asTarget, draw, previewOf } from '../../../plugins/trainer/preview.js';
import { bench, sampleOf } from '../nodes.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'biagraph-training-preview-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Two patches of 2×2 pixels; the network gives back what it gets. */
const batch = () =>
  sampleOf(image(Float32Array.of(0, 1, 2, 3, 3, 2, 1, 0), [2, 2, 2, 1]), {
    target: image(Float32Array.of(0, 0, 1, 1, 1, 1, 0, 0), [2, 2, 2, 1]),
  });
const identity = { predict: async (input: TensorData) => [input] };

describe('previews of a training', () => {
  it('show the same patches every few epochs, as many as are asked for', async () => {
    const { services } = bench();
    const written: string[] = [];
    services.events!.events$.subscribe((event) => event.type === 'file.written' && written.push(event.file));
    const watch = previewOf({ folder, every: 2, count: 3, activations: ['linear'] }, identity, {
      ...{ epochs: 10, files: services.files!, events: services.events! },
    });
    for (let epoch = 0; epoch < 4; epoch++) {
      const look = watch(epoch);
      expect(look !== undefined).toBe(epoch % 2 === 1);
      for (let i = 0; look && i < 2; i++) await look(batch());
    }
    const names = [2, 4].flatMap((epoch) => [1, 2, 3].map((sample) => `epoch_0${epoch}_sample_${sample}.png`));
    expect((await readdir(folder)).sort()).toEqual(names);
    expect(written.map((file) => path.basename(file)).sort()).toEqual(names);
    const first = await services.files!.read(path.join(folder, names[0]), '2D');
    const second = await services.files!.read(path.join(folder, names[1]), '2D');
    // Input, target and prediction, with gaps of four pixels.
    expect(first.shape.slice(0, 2)).toEqual([2, 14]);
    expect([first.data[0], second.data[0]]).toEqual([0, 255]);
  });

  it('are left out where a prediction is a table of scores', async () => {
    const { services } = bench();
    const scores = { predict: async () => [{ data: Float32Array.of(1, 2, 3, 4), shape: [2, 2] }] };
    const nowhere = path.join(folder, 'nowhere');
    const watch = previewOf({ folder: nowhere, every: 1, count: 1, activations: ['softmax'] }, scores, {
      ...{ epochs: 1, files: services.files!, events: services.events! },
    });
    await watch(0)!(batch());
    await expect(readdir(nowhere)).rejects.toThrow('ENOENT');
  });

  it('show classes by their numbers', () => {
    const logits = image(Float32Array.of(0, 1, 5, 2, 2, -3, 9, 0), [1, 2, 4]);
    const shown = asTarget(logits, ['sigmoid', 'softmax']);
    expect(shown.shape).toEqual([1, 2, 2]);
    expect([...shown.data]).toEqual([0.5, 1, expect.closeTo(0.8808, 4), 1]);
  });

  it('show target and prediction in the same grey values, those of the target', () => {
    const input = image(Float32Array.of(0, 1), [1, 2, 1]);
    const target = image(Float32Array.of(0, 2), [1, 2, 1]);
    const prediction = image(Float32Array.of(1, 4), [1, 2, 1]);
    const { data, shape } = draw({ input, target, prediction });
    expect(shape).toEqual([1, 14, 1]);
    expect([...data.subarray(6, 8), ...data.subarray(12)]).toEqual([0, 255, 128, 255]);
  });

  it('show three channels of an image as colours, and a small input in the size of its result', () => {
    const input = image(Float32Array.of(0, 1), [1, 2, 1]);
    const colours = image(new Float32Array(2 * 4 * 3), [2, 4, 3]);
    const { shape } = draw({ input, target: colours, kinds: ['image', 'image', 'image'], prediction: colours });
    expect(shape).toEqual([2, 20, 3]);
    expect(draw({ input, target: colours, prediction: colours }).shape).toEqual([14, 20, 1]);
  });

  it('show the plane in the middle of a volume', () => {
    const volume = image(Float32Array.from({ length: 12 }), [3, 2, 2, 1]);
    expect(draw({ input: volume, prediction: volume }).shape).toEqual([2, 8, 1]);
  });
});
