import { expect, test } from 'vitest';
import { node } from '../../../core/graph/graph.js';
import { image } from '../../../core/image/image.js';
import { targetChannels } from '../../../core/instances/target-channels.js';
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
