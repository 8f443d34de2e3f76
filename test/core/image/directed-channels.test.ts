import { describe, expect, test } from 'vitest';
import { channelSources, type DirectedChannels, turnChannels } from '../../../core/image/directed-channels.js';
import { image } from '../../../core/image/image.js';
import { flip, identity, swapYX, symmetryGroup } from '../../../core/image/symmetry.js';
import { rayDirections } from '../../../core/instances/rays.js';

const row = image(Float32Array.of(1, 10, 2, 20, 3, 30), [1, 3, 2]);
const turned = (symmetry: Parameters<typeof turnChannels>[1], group: DirectedChannels) => {
  const { picture, untold } = turnChannels(row, symmetry, [group]);
  return { values: [...picture.data], untold };
};
const vector: DirectedChannels = { kind: 'vector', channels: [0, 1], signed: true };
const offsets = (axis: number): DirectedChannels => ({ kind: 'offsets', first: 1, offsets: [{ axis, step: 1 }] });

describe('turned', () => {
  test('components change places and signs', () => {
    expect(turned(flip(2, 1), vector).values).toEqual([3, -30, 2, -20, 1, -10]);
    expect(turned(flip(2, 0), vector).values).toEqual([-1, 10, -2, 20, -3, 30]);
    expect(turned(swapYX(2), vector).values).toEqual([10, 1, 20, 2, 30, 3]);
    expect(turned(swapYX(2), { ...vector, signed: false }).values).toEqual([10, 1, 20, 2, 30, 3]);
    expect(turned(flip(2, 1), { ...vector, signed: false }).values).toEqual([3, 30, 2, 20, 1, 10]);
  });

  test('an offset tells the other pixel of its pair where its axis runs backwards', () => {
    expect(turned(flip(2, 1), offsets(1))).toEqual({
      values: [3, 0, 2, 30, 1, 20],
      untold: [{ channel: 1, axis: 1, count: 1 }],
    });
    expect(turned(flip(2, 1), offsets(0))).toEqual({ values: [3, 30, 2, 20, 1, 10], untold: [] });
  });

  test('an offset longer than the image tells nothing', () => {
    const long: DirectedChannels = { kind: 'offsets', first: 1, offsets: [{ axis: 1, step: 9 }] };
    expect(turned(flip(2, 1), long)).toEqual({
      values: [3, 0, 2, 0, 1, 0],
      untold: [{ channel: 1, axis: 1, count: 3 }],
    });
  });

  test('nothing but places changes without groups, and nothing at all under the identity', () => {
    expect([...turnChannels(row, flip(2, 1), []).picture.data]).toEqual([3, 30, 2, 20, 1, 10]);
    expect(turnChannels(row, identity(2), [vector]).picture).toBe(row);
  });
});

describe('forms that can be followed', () => {
  const count = (axes: 2 | 3, ...groups: DirectedChannels[]) =>
    symmetryGroup(axes, 'full').filter((symmetry) => channelSources(symmetry, groups)).length;
  const rays = (many: number, axes: 2 | 3): DirectedChannels => ({
    ...{ kind: 'rays', first: 0, directions: rayDirections(many, axes) },
  });

  test('by rays are those that turn rays to rays', () => {
    expect(count(2, rays(32, 2))).toBe(8);
    // A half turn, but no quarter turn; no half turn; of a sphere none.
    expect(count(2, rays(6, 2))).toBe(4);
    expect(count(2, rays(5, 2))).toBe(2);
    expect(count(3, rays(96, 3))).toBe(1);
  });

  test('by vectors need a component for each one that changes places', () => {
    expect(count(2, vector)).toBe(8);
    expect(count(2, { kind: 'vector', channels: [null, 0], signed: true })).toBe(4);
    expect(count(3, { kind: 'vector', channels: [null, 0, 1], signed: true })).toBe(16);
  });

  test('by offsets need the same steps along y and x', () => {
    const along = (y: number, x: number): DirectedChannels => ({
      ...{
        kind: 'offsets',
        first: 0,
        offsets: [
          { axis: 0, step: y },
          { axis: 1, step: x },
        ],
      },
    });
    expect(count(2, along(3, 3))).toBe(8);
    expect(count(2, along(3, 1))).toBe(4);
    expect(() => turnChannels(row, swapYX(2), [along(3, 1)])).toThrow('cannot follow');
  });
});
