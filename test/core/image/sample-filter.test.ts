import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FILTER_PROPERTIES } from '../../../core/config/schema/filter-properties.js';
import { image } from '../../../core/image/image.js';
import { type FilterGroups, isLeftOut, isLeftOutInParts, measureProperty } from '../../../core/image/sample-filter.js';
import { formula, golden } from '../../fixtures/data/load.js';
import { inChunks, sidesUpTo, volumes } from './chunked-volume.js';

const picture = image(Float32Array.of(1, 2, 3, 6), [2, 2, 1]);
const target = image(Uint8Array.of(0, 5, 0, 2), [2, 2, 1]);
const whole = image(Uint16Array.of(0, 100), [1, 2, 1]);
const measured = { image: picture, target, whole, file: 'a.tif' };

describe('properties', () => {
  // Σ|x − y| = 1 + 3 + 3 + 4 = 11.
  test.each([
    ['foreground', 0.5],
    ['mean', 3],
    ['min', 1],
    ['max', 6],
    ['target_mean', 1.75],
    ['target_min', 0],
    ['target_max', 5],
    ['diff', 11],
    ['diff_by_min_max_ratio', 1100],
    ['diff_by_target_min_max_ratio', 55],
  ] as const)('%s is %d', (property, value) => expect(measureProperty(property, measured)).toBe(value));

  test('that need a target say so, with the file', () => {
    expect(() => measureProperty('foreground', { image: picture, file: 'a.tif' })).toThrow(/a\.tif: .*foreground/);
  });

  test('that compare sizes say what came', () => {
    const other = { image: picture, target: image(new Uint8Array(16), [4, 4, 1]), file: 'a.tif' };
    expect(() => measureProperty('diff', other)).toThrow(/2×2×1 and 4×4×1/);
  });
});

describe('a sample is left out', () => {
  const groups = (...given: [string, string, number][][]) =>
    given.map((group) => group.map(([property, sign, value]) => ({ property, sign, value }))) as FilterGroups;

  test.each<[string, FilterGroups, boolean]>([
    ['when a condition holds', groups([['mean', 'gt', 2]]), true],
    ['not when it does not', groups([['mean', 'gt', 3]]), false],
    ['at the limit itself for ge', groups([['mean', 'ge', 3]]), true],
    ['at the limit itself for le', groups([['mean', 'le', 3]]), true],
    ['not at the limit itself for lt', groups([['mean', 'lt', 3]]), false],
    [
      'only when all of a group hold',
      groups([
        ['mean', 'gt', 2],
        ['max', 'gt', 6],
      ]),
      false,
    ],
    [
      'when any group holds',
      groups(
        [['max', 'gt', 6]],
        [
          ['foreground', 'lt', 0.6],
          ['min', 'lt', 2],
        ],
      ),
      true,
    ],
  ])('%s', (_, given, wanted) => expect(isLeftOut(given, measured)).toBe(wanted));

  test('by a rule that equals its negation turned round', () => {
    const limit = fc.double({ min: -10, max: 10, noNaN: true });
    fc.assert(
      fc.property(limit, fc.constantFrom('mean', 'min', 'max', 'foreground'), (value, property) => {
        expect(isLeftOut(groups([[property, 'gt', value]]), measured)).toBe(
          !isLeftOut(groups([[property, 'le', value]]), measured),
        );
      }),
    );
  });
});

describe('volumes in parts', () => {
  const whole = image(Uint16Array.of(3, 70), [1, 2, 1]);

  test('have each property to the last bit, whatever their chunks', async () => {
    await fc.assert(
      fc.asyncProperty(
        volumes(6, Float32Array as never),
        fc.integer({ min: 1, max: 50 }),
        sidesUpTo(4),
        sidesUpTo(4),
        fc.constantFrom(...FILTER_PROPERTIES),
        async (picture, factor, chunk, other, property) => {
          const target = image(
            Float64Array.from(picture.data, (value, i) => Math.fround(value / factor) - (i % 3) / 7),
            picture.shape,
          );
          const value = measureProperty(property, { image: picture, target, whole });
          const exactly = [
            { property, sign: 'ge', value },
            { property, sign: 'le', value },
          ] as const;
          for (const parts of [
            { image: inChunks(picture, chunk), target: inChunks(target, other), whole },
            {
              image: inChunks(picture, chunk),
              target,
              whole: inChunks(image(Uint8Array.of(3, 70), [1, 1, 2, 1]), other),
            },
          ])
            expect(await isLeftOutInParts([[...exactly]], parts)).toBe(true);
        },
      ),
      { numRuns: 80 },
    );
  });

  test('larger than a part are read to their end, each chunk once', async () => {
    const picture = image(new Uint8Array(70 * 3 * 130), [70, 3, 130, 1]);
    picture.data[picture.data.length - 1] = 9;
    const groups = [
      [
        { property: 'max', sign: 'ge', value: 9 },
        { property: 'mean', sign: 'le', value: 9 / 27300 },
      ],
    ];
    expect(await isLeftOutInParts(groups as FilterGroups, { image: inChunks(picture, [64, 3, 64]) })).toBe(true);
  });

  test('need a target as others do', async () => {
    const parts = { image: inChunks(image(new Uint8Array(8), [2, 2, 2, 1]), [1, 2, 2]), file: 'a.zarr' };
    const groups: FilterGroups = [[{ property: 'foreground', sign: 'lt', value: 1 }]];
    await expect(isLeftOutInParts(groups, parts)).rejects.toThrow(/a\.zarr: .*foreground needs a target/);
  });
});

test.each(golden.measured)('properties of $shape are those of numpy', ({ shape, values }) => {
  const raw = formula([...shape, 2], 'uint16');
  const drawn = formula([...shape, 2], 'uint8');
  const target = { ...drawn, data: drawn.data.map((value) => (value > 120 ? 7 : 0)) };
  for (const [property, value] of Object.entries(values)) {
    const found = measureProperty(property as Parameters<typeof measureProperty>[0], { image: raw, target });
    expect(Math.abs(found - value)).toBeLessThanOrEqual(1e-12 * Math.abs(value));
  }
});
