import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canInsert, canJoin, insertRows, joinRows } from '../../../core/image/join-rows.js';

const found = fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 2, maxLength: 5 });

test('rows of several arrays lie next to each other, and nothing else is written', () => {
  fc.assert(
    fc.property(found, fc.nat(40), fc.nat(40), fc.nat(50), fc.nat(9), (lengths, apart, between, rows, first) => {
      const parts = lengths.map((length, part) => {
        const step = length + Math.min(apart, length);
        const bytes = Uint8Array.from({ length: first + step * rows + length }, (_, i) => 1 + ((i * 7 + part) % 250));
        return { bytes, start: first, step, length };
      });
      const width = parts.reduce((sum, { length }) => sum + length, 0);
      const step = width + between;
      const bytes = new Uint8Array(first + rows * step + 8);
      const expected = bytes.slice();
      for (let row = 0; row < rows; row++) {
        let column = first + row * step;
        for (const part of parts) {
          const from = part.start + row * part.step;
          expected.set(part.bytes.subarray(from, from + part.length), column);
          column += part.length;
        }
      }
      expect(canJoin(parts)).toBe(true);
      joinRows({ bytes, start: first, step }, parts, rows);
      expect(bytes).toEqual(expected);
    }),
  );
});

test('many long rows are joined piece by piece', () => {
  const parts = [3, 4].map((value) => ({
    bytes: new Uint8Array(300 * 4096).fill(value),
    start: 0,
    step: 4096,
    length: 4096,
  }));
  const bytes = new Uint8Array(300 * 8192);
  joinRows({ bytes, start: 0, step: 8192 }, parts, 300);
  expect(bytes.every((value, i) => value === (i % 8192 < 4096 ? 3 : 4))).toBe(true);
});

test('rows far from each other, or longer than what is put together, are left to others', () => {
  const part = { bytes: new Uint8Array(), start: 0, step: 64, length: 64 };
  expect(canJoin([part])).toBe(false);
  expect(canJoin([part, { ...part, step: 136 }])).toBe(false);
  expect(canJoin([part, { ...part, step: 2 ** 17, length: 2 ** 17 }])).toBe(false);
});

test('rows are inserted between what was there', () => {
  fc.assert(
    fc.property(
      ...[fc.integer({ min: 1, max: 70 }), fc.nat(90), fc.nat(90), fc.integer({ min: 2, max: 50 }), fc.nat(9)],
      (length, down, across, rows, first) => {
        const of = (apart: number, seed: number) => {
          const step = length + Math.min(apart, 3 * length);
          const bytes = Uint8Array.from({ length: first + step * rows }, (_, i) => (i * seed) % 251);
          return { bytes, start: first, step, length };
        };
        const [to, from] = [of(down, 3), of(across, 7)];
        const expected = to.bytes.slice();
        for (let row = 0; row < rows; row++) {
          const start = first + row * from.step;
          expected.set(from.bytes.subarray(start, start + length), first + row * to.step);
        }
        expect(canInsert(to, from, rows)).toBe(true);
        insertRows(to, from, rows);
        expect(to.bytes).toEqual(expected);
      },
    ),
  );
});

test('rows are not inserted in shared memory, where others write between them', () => {
  const rows = (bytes: Uint8Array) => ({ bytes, start: 0, step: 16, length: 8 });
  const [own, shared] = [rows(new Uint8Array(64)), rows(new Uint8Array(new SharedArrayBuffer(64)))];
  expect([canInsert(own, shared, 4), canInsert(shared, own, 4)]).toEqual([true, false]);
});
