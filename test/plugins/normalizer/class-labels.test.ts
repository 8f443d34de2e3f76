import { describe, expect, test } from 'vitest';
import { DataError } from '../../../core/errors.js';
import { node } from '../../../core/graph/graph.js';
import { image, type PixelArray } from '../../../core/image/image.js';
import { toClassIds } from '../../../plugins/normalizer/class-labels.js';
import { bench, ramp, sampleOf } from '../nodes.js';

function mask(values: PixelArray | number[]) {
  const data = Array.isArray(values) ? Uint8Array.from(values) : values;
  return image(data, [1, data.length, 1]);
}

const ids = (values: PixelArray | number[], classes = 2, ignore = -1) =>
  toClassIds(mask(values), classes, ignore, 'mask.tif').data;

describe('masks', () => {
  test('of class ids stay as they are, as float32', () => {
    expect(ids([0, 1, 1, 0])).toEqual(Float32Array.of(0, 1, 1, 0));
    expect(ids([0, 3, 2, 1], 4)).toEqual(Float32Array.of(0, 3, 2, 1));
  });
  test('of 0 and 255 become 0 and 1', () => {
    expect(ids([0, 255, 0])).toEqual(Float32Array.of(0, 1, 0));
    expect(ids([255, 255])).toEqual(Float32Array.of(1, 1));
  });
  test('of nothing are nothing', () => expect(ids([0, 0])).toEqual(Float32Array.of(0, 0)));
  test('keep the id that is to be ignored', () => {
    expect(ids([0, 1, 255], 2, 255)).toEqual(Float32Array.of(0, 1, 255));
    expect(ids([0, 2, 9], 3, 9)).toEqual(Float32Array.of(0, 2, 9));
    expect(ids(Int16Array.of(0, 1, -1), 2, -1)).toEqual(Float32Array.of(0, 1, -1));
  });
});

describe('refuses, naming file, values and the way out', () => {
  test.each([
    ['an id above the number of classes', [0, 1, 2], 2, /ids from 0 to 1 \(or 0 and 255\), found 0, 1, 2\./],
    ['an id above more classes', [0, 4, 2], 4, /ids from 0 to 3, found 0, 2, 4\./],
    ['grey values beside 255', [0, 128, 255], 2, /found 0, 128, 255\./],
    ['fractions', Float32Array.of(0, 0.5, 1), 2, /found 0, 0\.5, 1\./],
    ['negative ids', Int8Array.of(-2, 0, 1), 2, /found -2, 0, 1\./],
  ])('%s', (_, values, classes, message) => {
    expect(() => ids(values, classes)).toThrow(DataError);
    expect(() => ids(values, classes)).toThrow(message);
    expect(() => ids(values, classes)).toThrow(/^mask\.tif: .*DATA\.N_CLASSES/);
  });

  test('an image in the place of a mask, without listing all its values', () => {
    const values = Float32Array.from({ length: 5000 }, (_, i) => i / 7);
    expect(() => ids(values)).toThrow(/, \.\.\. \(1001 or more values\)/);
    expect(() => ids(Uint8Array.from({ length: 30 }, (_, i) => i))).toThrow(/found 0, 1, .*, 11, \.\.\. \(30 values\)/);
  });
});

describe('the node', () => {
  const labels = node('labels', 'normalizer/class-labels', { classes: 2 });

  test('changes targets, leaves images and samples without target alone', async () => {
    const picture = ramp([1, 2, 1]);
    const samples = [sampleOf(picture, { target: mask([0, 255]) }), sampleOf(picture)];
    const [first, second] = await bench().run(labels, samples);
    expect(first.target?.data).toEqual(Float32Array.of(0, 1));
    expect(first.image).toBe(picture);
    expect(second).toEqual(samples[1]);
  });

  test('names the file of the target', async () => {
    const facts = { targetFile: 'label/x.tif' };
    const failing = bench().run(labels, [sampleOf(ramp([1, 3, 1]), { target: mask([0, 1, 2]), facts })]);
    await expect(failing).rejects.toMatchObject({
      message: expect.stringMatching(/^label\/x\.tif: /),
      where: { file: 'label/x.tif', key: 'DATA.N_CLASSES', node: 'labels' },
    });
  });
});
