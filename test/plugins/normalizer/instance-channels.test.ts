import { describe, expect, test } from 'vitest';
import { node } from '../../../core/graph/graph.js';
import { boundedSource, deferred } from '../../../core/image/deferred.js';
import { image } from '../../../core/image/image.js';
import { MEASURED_WHOLE } from '../../../core/image/normalize.js';
import { readPatch } from '../../../core/image/patch.js';
import { targetChannels } from '../../../core/instances/target-channels.js';
import type { TrainingState } from '../../../core/train/state.js';
import { golden } from '../../fixtures/regions/load.js';
import { bench, catalog, ramp, sampleOf } from '../nodes.js';

const labels = golden('flat');
const channels = ['P', 'F', 'Dc', 'I', 'We'];

test('targets become channels with their kinds, samples without one pass', async () => {
  const samples = [sampleOf(ramp([44, 52, 1]), { target: labels }), sampleOf(ramp([44, 52, 1]))];
  const [first, second] = await bench().run(node('channels', 'normalizer/instance-channels', { channels }), samples);
  expect(first.target).toEqual(targetChannels(labels, channels).target);
  expect(first.targetKinds).toEqual(['mask', 'heat', 'mask', 'heat', 'labels']);
  expect(second).toEqual(samples[1]);
});

test('classes come between what is predicted and what is carried', async () => {
  const data = Uint8Array.from({ length: 24 }, (_, i) => (i % 2 === 0 ? 3 : 2));
  const [{ target, targetKinds }] = await bench().run(
    node('channels', 'normalizer/instance-channels', { channels: ['F', 'I'], classes: 3 }),
    [sampleOf(ramp([3, 4, 1]), { target: image(data, [3, 4, 2]) })],
  );
  expect([...target!.data.slice(0, 3)]).toEqual([1, 2, 3]);
  expect(targetKinds).toEqual(['mask', 'mask', 'labels']);
});

test('what is no label image is refused, with its file', async () => {
  const run = (target: ReturnType<typeof image>, parameters: object) =>
    bench().run(node('channels', 'normalizer/instance-channels', { channels: ['F', 'Dc'], ...parameters }), [
      sampleOf(ramp([1, 2, 1]), { target, facts: { targetFile: 'y/a.tif' } }),
    ]);
  await expect(run(image(Float32Array.of(0, 0.5), [1, 2, 1]), {})).rejects.toMatchObject({
    message: expect.stringMatching(/^y\/a\.tif: labels are whole numbers from 0 on, found 0\.5\. A label image/),
    where: { file: 'y/a.tif', key: 'PROBLEM.INSTANCE_SEG.DATA_CHANNELS' },
  });
  await expect(run(image(Uint8Array.of(0, 1), [1, 2, 1]), { classes: 3 })).rejects.toThrow(
    'expected two channels, labels and the class of each pixel, found one',
  );
  // The foreground alone would be found of any numbers.
  await expect(run(image(Float32Array.of(0, 0.5), [1, 2, 1]), { channels: ['F'] })).rejects.toThrow('found 0.5');
  await expect(run(image(Int16Array.of(0, -1), [1, 2, 1]), { channels: ['F'] })).rejects.toThrow('found -1');
  await expect(run(image(Uint8Array.of(0, 0, 1, 3), [1, 2, 2]), { classes: 3 })).rejects.toThrow(
    'expected classes from 0, the background, to 2 in the second channel, found 3',
  );
});

test('labels stay as they were where they are to be kept', async () => {
  const [{ products }] = await bench().run(
    node('channels', 'normalizer/instance-channels', { channels: ['F'], keep: 'truth' }),
    [sampleOf(ramp([44, 52, 1]), { target: labels })],
  );
  expect(products.truth).toBe(labels);
});

test('a plan knows the channels of the target, and that labels are left out where they are not needed any more', async () => {
  const images = [{ file: 'a', shape: [8, 8, 8, 1], targetShape: [8, 8, 8, 2], bytes: 1 }];
  const parameters = { channels: ['F', 'Z', 'I', 'We'], options: {}, classes: 3, keep: '' };
  const plan = (id: string, main: object) => catalog.node(id).plan!(parameters, { main: main as never }, {} as never);
  const made = await plan('normalizer/instance-channels', { images, onlyImage: false });
  expect(made.images[0].targetShape).toEqual([8, 8, 8, 5]);
  expect((await plan('augmenter/remake-channels', made)).images[0].targetShape).toEqual([8, 8, 8, 4]);
});

describe('a volume that is read in parts', () => {
  const shape = [12, 20, 16, 1];
  const values = Uint16Array.from({ length: 12 * 20 * 16 }, (_, i) => {
    const [z, y, x] = [Math.floor(i / 320), Math.floor(i / 16) % 20, i % 16];
    // Boxes of three sizes, of which some touch.
    return z % 6 < 5 && y % 7 < 6 ? 1 + Math.floor(z / 6) + 2 * Math.floor(y / 7) + 6 * Math.floor(x / 9) : 0;
  });
  const [raw, whole] = [ramp(shape, Uint16Array), image(values, shape)];
  const lazy = (picture: typeof whole) => {
    const { shape, dtype, metadata } = picture;
    const inside = async (box: Parameters<typeof readPatch>[1]) => readPatch(picture, box);
    return deferred(boundedSource({ shape, dtype, metadata, file: 'labels.zarr', inside }));
  };
  const directed = ['Db', 'H', 'V', 'Z', 'A', 'I'];
  const graph = [
    node('normalizer', 'normalizer/intensity'),
    node('channels', 'normalizer/instance-channels', { channels: directed }),
    node('patches', 'stitcher/training-patches', { patch: [6, 8, 8], padding: [1, 1, 1], epochs: 2 }),
  ];
  const training = { startEpoch: 0 } as TrainingState;
  const samples = (image: typeof whole, target: typeof whole) =>
    bench({ services: { training } }).run(
      graph,
      [sampleOf(image, { target, facts: { [MEASURED_WHOLE]: true } })],
      'train',
    );

  test('gives the samples of one in memory, channels that mean a direction among them', async () => {
    const [expected, found] = [await samples(raw, whole), await samples(lazy(raw), lazy(whole))];
    expect(found.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
    expect(found.length).toBeGreaterThan(20);
    for (const [i, { image: picture, target, targetKinds }] of expected.entries()) {
      expect(found[i].target).toEqual(target);
      expect(found[i].targetKinds).toEqual(targetKinds);
      picture.data.forEach((value, at) => {
        expect(Math.abs(found[i].image.data[at] - value)).toBeLessThan(1e-6);
      });
    }
  });

  test('tells of labels that are none when it comes to them', async () => {
    const halves = image(
      Float32Array.from(values, (label) => label / 2),
      shape,
    );
    await expect(samples(raw, lazy(halves))).rejects.toThrow(
      /^data\/s0.tif: labels are whole numbers from 0 on, found/,
    );
  });
});
