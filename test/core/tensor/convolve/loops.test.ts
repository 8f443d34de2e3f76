import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { convolvedSides, type Geometry } from '../../../../core/tensor/convolve/geometry.js';
import { addConvolution, addFilterGradient, addInputGradient } from '../../../../core/tensor/convolve/loops.js';
import { sizeOf } from '../../../../core/tensor/layout.js';
import { pattern } from '../run.js';

const list = (min: number, max: number) => fc.array(fc.integer({ min, max }), { minLength: 3, maxLength: 3 });
const setting = fc.record({
  ndim: fc.integer({ min: 2, max: 3 }),
  kernel: list(1, 3),
  strides: list(1, 3),
  dilations: list(1, 2),
  before: list(0, 2),
  after: list(0, 2),
  sides: list(5, 8),
  groups: fc.integer({ min: 1, max: 3 }),
  inputs: fc.integer({ min: 1, max: 2 }),
  outputs: fc.integer({ min: 1, max: 2 }),
});

const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i], 0);

describe('convolution by loops', () => {
  it('adds up what a convolution by hand does', () => {
    const geometry: Geometry = { strides: [2, 1], dilations: [1, 2], before: [0, 1], after: [0, 1], groups: 1 };
    const image = Float32Array.of(1, 2, 3, 4, 5, 6);
    const filter = Float32Array.of(1, 10);
    const result = new Float32Array(3);
    addConvolution(
      image,
      filter,
      result,
      { image: [1, 2, 3, 1], filter: [1, 1, 1, 2], result: [1, 1, 3, 1] },
      geometry,
    );
    // Columns −1 and 1, 0 and 2, 1 and 3 of the first line.
    expect([...result]).toEqual([20, 31, 2]);
    expect(convolvedSides([2, 3], [1, 2], geometry)).toEqual([1, 3]);
  });

  it('has gradients that are its adjoints: one product of three tensors, whichever two meet first', () => {
    fc.assert(
      fc.property(setting, ({ ndim, groups, inputs, outputs, ...lists }) => {
        const [kernel, strides, dilations, before, after, sides] = [
          ...[lists.kernel, lists.strides, lists.dilations, lists.before, lists.after, lists.sides],
        ].map((values) => values.slice(0, ndim));
        const geometry: Geometry = { strides, dilations, before, after, groups };
        const shapes = {
          image: [2, ...sides, groups * inputs],
          filter: [groups * outputs, inputs, ...kernel],
          result: [2, ...convolvedSides(sides, kernel, geometry), groups * outputs],
        };
        const image = pattern(shapes.image).data;
        const filter = pattern(shapes.filter, 1).data;
        const slope = pattern(shapes.result, 2).data;
        const [value, imageSlope, filterSlope] = [shapes.result, shapes.image, shapes.filter].map(
          (shape) => new Float32Array(sizeOf(shape)),
        );
        addConvolution(image, filter, value, shapes, geometry);
        addInputGradient(slope, filter, imageSlope, shapes, geometry);
        addFilterGradient(image, slope, filterSlope, shapes, geometry);
        const wanted = dot(value, slope);
        const scale = 1e-5 * (1 + Math.sqrt(dot(value, value) * dot(slope, slope)));
        expect(Math.abs(dot(imageSlope, image) - wanted)).toBeLessThan(scale);
        expect(Math.abs(dot(filterSlope, filter) - wanted)).toBeLessThan(scale);
      }),
      { numRuns: 50, seed: 45 },
    );
  });
});
