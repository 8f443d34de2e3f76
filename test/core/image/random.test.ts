import fc from 'fast-check';
import { expect, test } from 'vitest';
import { philox, type RandomKey, randomStream } from '../../../core/image/random.js';

test.each<[[number, number, number, number], [number, number], number[]]>([
  [
    [0, 0, 0, 0],
    [0, 0],
    [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
  ],
  [
    [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    [0xffffffff, 0xffffffff],
    [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  ],
  [
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    [0xa4093822, 0x299f31d0],
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  ],
])('the published vectors of Philox4x32-10: %j %j', (counter, key, expected) => {
  expect(philox(counter, key)).toEqual(expected);
});

const draw = (key: RandomKey) => {
  const stream = randomStream(key);
  return Array.from({ length: 9 }, () => stream.uniform());
};

test('a stream is a function of its key, and each part of the key matters', () => {
  const key: RandomKey = { seed: 3, epoch: 2, sample: 5, node: 'flip' };
  expect(draw(key)).toEqual(draw({ ...key }));
  const others = [{ seed: 4 }, { epoch: 3 }, { sample: 6 }, { node: 'rotate' }, { seed: -3 }, { seed: 3 + 2 ** 32 }];
  const streams = [key, ...others.map((change) => ({ ...key, ...change }))].map((each) => draw(each).join());
  expect(new Set(streams).size).toBe(streams.length);
});

test('integers are in range and reach both ends', () => {
  fc.assert(
    fc.property(
      fc.integer(),
      fc.integer({ min: -1000, max: 1000 }),
      fc.integer({ min: 1, max: 9 }),
      (seed, low, span) => {
        const stream = randomStream({ seed });
        const values = Array.from({ length: 300 }, () => stream.integer(low, low + span));
        expect(Math.min(...values)).toBe(low);
        expect(Math.max(...values)).toBe(low + span - 1);
        expect(values.every(Number.isInteger)).toBe(true);
      },
    ),
    { numRuns: 30, seed: 1 },
  );
  expect(() => randomStream({ seed: 1 }).integer(4, 4)).toThrow(RangeError);
});

test('uniform and normal numbers have their moments', () => {
  const stream = randomStream({ seed: 11, node: 'moments' });
  const count = 200_000;
  let [sum, squares, normalSum, normalSquares, outside] = [0, 0, 0, 0, 0];
  for (let i = 0; i < count; i++) {
    const u = stream.uniform(-1, 3);
    outside += u >= -1 && u < 3 ? 0 : 1;
    const n = stream.normal(5, 2);
    [sum, squares, normalSum, normalSquares] = [
      sum + u,
      squares + (u - 1) ** 2,
      normalSum + n,
      normalSquares + (n - 5) ** 2,
    ];
  }
  expect(outside).toBe(0);
  expect(sum / count).toBeCloseTo(1, 1);
  expect(squares / count).toBeCloseTo(16 / 12, 1);
  expect(normalSum / count).toBeCloseTo(5, 1);
  expect(normalSquares / count).toBeCloseTo(4, 1);
});

test('permutations hold every number once, and all orders come up alike', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 60 }), fc.integer(), (n, seed) => {
      const order = randomStream({ seed }).permutation(n);
      expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
    }),
  );
  const counts = new Map<string, number>();
  for (let sample = 0; sample < 6000; sample++) {
    const order = randomStream({ seed: 0, sample }).permutation(3).join();
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  expect(counts.size).toBe(6);
  for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
});

test('chance comes true about as often as it says', () => {
  const stream = randomStream({ seed: 2 });
  const hits = Array.from({ length: 20_000 }, () => stream.chance(0.3)).filter(Boolean).length;
  expect(hits / 20_000).toBeCloseTo(0.3, 1);
});
