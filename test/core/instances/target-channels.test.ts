import { describe, expect, test } from 'vitest';
import { image } from '../../../core/image/image.js';
import { targetChannels } from '../../../core/instances/target-channels.js';
import { golden } from '../../fixtures/regions/load.js';
import { cases, values } from '../../fixtures/targets/load.js';

test.each(cases)('$channel of $source, $options', ({ channel, source, expected, options }) => {
  const { data } = targetChannels(golden(source), [channel], { [channel]: options }).target;
  const wanted = values(expected);
  expect(data.length).toBe(wanted.length);
  let most = 0;
  for (let at = 0; at < data.length; at++) most = Math.max(most, Math.abs(data[at] - wanted[at]));
  expect(most).toBeLessThan(1e-4);
});

describe('a target', () => {
  const labels = image(Uint8Array.of(0, 1, 1, 2, 2, 0), [2, 3, 1]);

  test('has its channels in the order of BiaPy, each with its kind', () => {
    const { target, kinds } = targetChannels(labels, ['Db', 'F', 'A']);
    expect(target.shape).toEqual([2, 3, 4]);
    expect(kinds).toEqual(['mask', 'heat', 'mask', 'mask']);
    expect([...target.data].filter((_, i) => i % 4 === 0)).toEqual([0, 1, 1, 1, 1, 0]);
  });

  test('of an image without objects is background', () => {
    const empty = image(new Uint8Array(6), [2, 3, 1]);
    const { target } = targetChannels(empty, ['F', 'B', 'D', 'Gv', 'Gh', 'R']);
    expect(new Set([...target.data].filter((_, i) => i % 37 === 1))).toEqual(new Set([1]));
    expect(target.data.every(Number.isFinite)).toBe(true);
  });

  test('cannot have what there is not', () => {
    expect(() => targetChannels(labels, ['Q'])).toThrow("no target channel 'Q'");
    expect(() => targetChannels(labels, ['Z'])).toThrow('needs 3D images');
    expect(() => targetChannels(labels, ['Gv'], { Gv: { gradient_type: 'omnipose' } })).toThrow('Omnipose');
  });
});
