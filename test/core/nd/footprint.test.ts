import { expect, test } from 'vitest';
import { ball, box, ellipse, neighbourhood, runsOf } from '../../../core/nd/footprint.js';

const drawn = (rows: string[]) => Uint8Array.from(rows.join(''), (letter) => (letter === '#' ? 1 : 0));

test('a disk, a cross and an ellipse', () => {
  expect(ball(2, 2).inside).toEqual(drawn(['..#..', '.###.', '#####', '.###.', '..#..']));
  expect(neighbourhood(2, 1).inside).toEqual(drawn(['.#.', '###', '.#.']));
  expect(ellipse([1, 2]).inside).toEqual(drawn(['..#..', '#####', '..#..']));
  expect(ellipse([0, 1])).toEqual({ sides: [1, 3], inside: Uint8Array.of(1, 1, 1) });
});

test('counts in 3D', () => {
  const count = ({ inside }: { inside: Uint8Array }) => inside.reduce((sum, value) => sum + value, 0);
  expect([ball(1, 3), ball(2, 3), neighbourhood(3, 2), neighbourhood(3, 3), box([3, 1, 5])].map(count)).toEqual([
    7, 33, 19, 27, 15,
  ]);
});

test('runs along x', () => {
  expect(runsOf(neighbourhood(2, 1))).toEqual([
    { z: 0, y: -1, first: 0, last: 0 },
    { z: 0, y: 0, first: -1, last: 1 },
    { z: 0, y: 1, first: 0, last: 0 },
  ]);
  expect(runsOf({ sides: [1, 1, 5], inside: drawn(['##.##']) })).toEqual([
    { z: 0, y: 0, first: -2, last: -1 },
    { z: 0, y: 0, first: 1, last: 2 },
  ]);
});

test('even sides are refused', () => expect(() => box([2, 3])).toThrow('odd sides, not 2'));
