import { expect, test } from 'vitest';
import { image } from '../../../core/image/image.js';
import { targetChannels } from '../../../core/instances/target-channels.js';
import { golden } from '../../fixtures/regions/load.js';
import { cases, values } from '../../fixtures/targets/load.js';

test.each(cases)(
  '$channel of $source with $options is what the formula gives',
  ({ channel, source, expected, options }) => {
    const { target } = targetChannels(golden(source), [channel], { [channel]: options });
    const wanted = values(expected);
    expect(target.data).toHaveLength(wanted.length);
    let farthest = 0;
    for (let at = 0; at < wanted.length; at++) farthest = Math.max(farthest, Math.abs(target.data[at] - wanted[at]));
    expect(farthest).toBeLessThan(channel.startsWith('G') ? 1e-3 : 1e-4);
  },
);

test('channels come in the order of the layout, each with its kind', () => {
  const labels = golden('flat');
  const { target, kinds } = targetChannels(labels, ['P', 'Db', 'We', 'I', 'F', 'C']);
  expect(target.shape).toEqual([44, 52, 6]);
  expect(kinds).toEqual(['mask', 'mask', 'heat', 'mask', 'heat', 'labels']);
  expect(target.data.filter((_, i) => i % 6 === 0)).toEqual(
    Float32Array.from(labels.data, (label) => Number(label > 0)),
  );
  expect(target.data.filter((_, i) => i % 6 === 5)).toEqual(Float32Array.from(labels.data));
});

test('the three parts of an embedding share the labels', () => {
  const { target, kinds } = targetChannels(golden('ring'), ['E_offset', 'E_sigma', 'E_seediness']);
  expect(kinds).toEqual(['labels']);
  expect(target.data).toEqual(Float32Array.from(golden('ring').data));
});

test('without objects there is background only, and nothing that is not finite', () => {
  const channels = ['F', 'B', 'P', 'C', 'T', 'M', 'Db', 'Dc', 'Dn', 'D', 'H', 'V', 'Gh', 'Gv', 'R', 'A', 'We', 'I'];
  const empty = targetChannels(image(new Uint8Array(30), [5, 6, 1]), channels, { R: { nrays: 4 } });
  const width = empty.kinds.length;
  const places = [...empty.target.data.slice(0, width)];
  expect(places.filter((value) => value !== 0)).toEqual([1, -1]);
  // One object that fills the image has no boundary and no neighbour.
  const full = targetChannels(image(new Uint8Array(30).fill(2), [5, 6, 1]), channels, { R: { nrays: 4 } });
  expect(full.target.data.every(Number.isFinite)).toBe(true);
});

test('what cannot be made is refused', () => {
  const labels = golden('ring');
  expect(() => targetChannels(labels, ['X'])).toThrow("there is no target channel 'X'");
  expect(() => targetChannels(labels, ['Z'])).toThrow('channel Z is along z: it needs 3D images');
  expect(() => targetChannels(labels, ['Db'], { Db: { val_type: 'omnipose' } })).toThrow('Omnipose');
  expect(() => targetChannels(image(Float32Array.of(0.5), [1, 1, 1]), ['Dc'])).toThrow('whole numbers');
});
