import { expect, test } from 'vitest';
import { eulerNumber } from '../../../core/nd/euler-number.js';

const mask = (...rows: string[]) => Uint8Array.from(rows.join(''), (sign) => Number(sign === '#'));

test('parts less holes in a plane; pixels that touch in a corner are one part', () => {
  expect(eulerNumber(mask('#.#'), [1, 1, 3], 2)).toBe(2);
  expect(eulerNumber(mask('#.', '.#'), [1, 2, 2], 2)).toBe(1);
  expect(eulerNumber(mask('###', '#.#', '###'), [1, 3, 3], 2)).toBe(0);
  expect(eulerNumber(mask('#####', '#.#.#', '#####'), [1, 3, 5], 2)).toBe(-1);
});

test('parts less tunnels, with cavities, in a volume', () => {
  const ring = mask('###', '#.#', '###');
  const full = mask('###', '###', '###');
  expect(eulerNumber(ring, [1, 3, 3], 3)).toBe(0);
  expect(eulerNumber(Uint8Array.from([...full, ...ring, ...full]), [3, 3, 3], 3)).toBe(2);
  expect(eulerNumber(full, [1, 3, 3], 3)).toBe(1);
});
