import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type DType, image } from '../../../core/image/image.js';
import { gridBoxes } from '../../../core/image/parts.js';
import { readPatch } from '../../../core/image/patch.js';
import { equalizeAdaptive } from '../../../core/nd/equalize-adaptive.js';
import { EqualizationInParts } from '../../../core/nd/equalize-in-parts.js';

const TYPES = {
  uint8: (values: number[]) => Uint8Array.from(values),
  uint16: (values: number[]) => Uint16Array.from(values, (value) => value * 201),
  int16: (values: number[]) => Int16Array.from(values, (value) => value * 7 - 900),
  float32: (values: number[]) => Float32Array.from(values, (value) => value / 300),
  float64: (values: number[]) => Float64Array.from(values, (value) => value * 3.7 - 90),
};

test('parts of any size are equalised as in the whole', () => {
  const side = fc.integer({ min: 1, max: 9 });
  const sides = fc.oneof(fc.tuple(side, side, side), fc.tuple(side, side));
  const cases = fc.tuple(sides, fc.integer({ min: 1, max: 3 })).chain(([inner, channels]) => {
    const length = inner.reduce((product, next) => product * next, channels);
    return fc.record({
      shape: fc.constant([...inner, channels]),
      values: fc.array(fc.integer({ min: 0, max: 255 }), { minLength: length, maxLength: length }),
      step: fc.tuple(...inner.map(() => fc.integer({ min: 1, max: 5 }))),
      region: fc.option(fc.tuple(...inner.map(() => fc.integer({ min: 1, max: 12 }))), { nil: undefined }),
      clipLimit: fc.constantFrom(0.01, 0.3, 0),
      type: fc.constantFrom(...(Object.keys(TYPES) as (keyof typeof TYPES)[])),
    });
  });
  fc.assert(
    fc.property(cases, ({ shape, values, step, region, clipLimit, type }) => {
      const whole = image(TYPES[type](values), shape);
      const options = { clipLimit, ...(region && { region }) };
      const wanted = equalizeAdaptive(whole, options);
      const boxes = [...gridBoxes(shape.slice(0, -1), step)];
      const equalization = new EqualizationInParts(shape, type as DType, options);
      do for (const box of boxes) equalization.add(readPatch(whole, box), box);
      while (equalization.again());
      for (const box of boxes) {
        const part = equalization.equalize(readPatch(whole, box), box);
        expect(part.dtype).toBe(wanted.dtype);
        expect(part.data).toEqual(readPatch(wanted, box).data);
      }
    }),
    { numRuns: 300 },
  );
});
