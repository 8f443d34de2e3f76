import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Image, image } from '../../../core/image/image.js';
import { tf } from '../../../core/tensor/index.js';
import { iou, iouOfImages, iouOfTensors } from '../../../plugins/metric/iou.js';

const two = { classes: 2, ignore: -1 };

function row(values: number[], channels = 1): Image {
  return image(Float32Array.from(values), [1, values.length / channels, channels]);
}

function onTensors(logits: Image, target: Image, parameters = two): number {
  const tensor = ({ data, shape }: Image) => tf.tensor(data as Float32Array, [1, ...shape]);
  return tf.tidy(() => iouOfTensors([tensor(logits)], tensor(target), parameters).dataSync()[0]);
}

describe('two classes', () => {
  // Probabilities above 0.5 are foreground: TP 2, FP 1, FN 1.
  test('are measured on the foreground', () => {
    expect(iouOfImages(row([0.9, 0.6, 0.7, 0.1, 0.5]), row([1, 1, 0, 0, 1]), two)).toBe(2 / 4);
    expect(onTensors(row([3, 0.1, 2, -1, 0]), row([1, 1, 0, 0, 1]))).toBe(2 / 4);
  });
  test('a perfect prediction is 1, a disjoint one 0, an empty one 0', () => {
    expect(iouOfImages(row([1, 0]), row([1, 0]), two)).toBe(1);
    expect(iouOfImages(row([1, 0]), row([0, 1]), two)).toBe(0);
    expect(iouOfImages(row([0, 0]), row([0, 0]), two)).toBe(0);
    expect(onTensors(row([-1, -1]), row([0, 0]))).toBe(0);
  });
  test('pixels that are to be ignored are left out', () => {
    const target = row([1, 255, 255, 255, 1]);
    expect(iouOfImages(row([1, 1, 1, 0, 0]), target, { classes: 2, ignore: 255 })).toBe(1 / 2);
    expect(onTensors(row([9, 9, 9, -9, -9]), target, { classes: 2, ignore: 255 })).toBe(1 / 2);
  });
});

describe('more classes', () => {
  // Predicted 0 0 1 2, wanted 0 1 1 0: class 0 has 1 of 3, class 1 has 1 of 2, class 2 has 0 of 1.
  const scores = row([9, 0, 0, 9, 1, 2, 0, 9, 0, 0, 0, 9], 3);
  const target = row([0, 1, 1, 0]);
  test('are averaged over those that occur', () => {
    const wanted = (1 / 3 + 1 / 2 + 0) / 3;
    expect(iouOfImages(scores, target, { classes: 3, ignore: -1 })).toBeCloseTo(wanted, 12);
    expect(onTensors(scores, target, { classes: 3, ignore: -1 })).toBeCloseTo(wanted, 6);
  });
  test('a class that neither predicts nor wants is no part of the mean', () => {
    const four = image(
      Float32Array.from({ length: 16 }, (_, i) => Number(i % 5 === 0 && i < 12)),
      [1, 4, 4],
    );
    const wanted = row([0, 1, 2, 0]);
    expect(iouOfImages(four, wanted, { classes: 4, ignore: -1 })).toBe(1);
    expect(onTensors(four, wanted, { classes: 4, ignore: -1 })).toBe(1);
  });
  test('pixels that are to be ignored are left out', () => {
    const ignoring = { classes: 3, ignore: 7 };
    expect(iouOfImages(scores, row([0, 7, 1, 7]), ignoring)).toBe(1);
    expect(onTensors(scores, row([0, 7, 1, 7]), ignoring)).toBe(1);
  });
  test('a class that is to be ignored is no part of the mean, even where it is predicted', () => {
    // Without class 2: class 0 has 1 of 3, class 1 has 1 of 2.
    const ignoring = { classes: 3, ignore: 2 };
    expect(iouOfImages(scores, target, ignoring)).toBeCloseTo((1 / 3 + 1 / 2) / 2, 12);
    expect(onTensors(scores, target, ignoring)).toBeCloseTo((1 / 3 + 1 / 2) / 2, 6);
  });
});

test('tensors and images give the same', () => {
  const cases = fc.integer({ min: 2, max: 4 }).chain((classes) =>
    fc.record({
      classes: fc.constant(classes),
      ignore: fc.constantFrom(-1, 9),
      pixels: fc.array(
        fc.record({
          scores: fc.array(fc.integer({ min: -8, max: 8 }), { minLength: classes, maxLength: classes }),
          wanted: fc.integer({ min: 0, max: classes }),
        }),
        { minLength: 1, maxLength: 30 },
      ),
    }),
  );
  fc.assert(
    fc.property(cases, ({ classes, ignore, pixels }) => {
      const channels = classes === 2 ? 1 : classes;
      const logits = row(
        pixels.flatMap(({ scores }) => scores.slice(0, channels).map((score) => score + 0.25)),
        channels,
      );
      const ids = pixels.map(({ wanted }) => (wanted === classes ? (ignore === -1 ? 0 : ignore) : wanted));
      const probabilities = { ...logits, data: Float32Array.from(logits.data, (logit) => 1 / (1 + Math.exp(-logit))) };
      const parameters = { classes, ignore };
      const onImages = iouOfImages(channels === 1 ? probabilities : logits, row(ids), parameters);
      expect(onTensors(logits, row(ids), parameters)).toBeCloseTo(onImages, 5);
    }),
    { numRuns: 60 },
  );
});

test('several masks of one letter are measured together', () => {
  const part = { output: 0, before: 0, first: 1, count: 2, target: 0 };
  const given = { classes: 2, ignore: -1, part };
  const prediction = row([9, 0.9, 0.1, 9, 0.8, 0.9], 3);
  const target = row([1, 1, 1, 0], 2);
  // Of three wanted and three predicted two agree.
  expect(iou.onImages!(given)(prediction, target)).toBe(2 / 4);
  const tensor = ({ data, shape }: Image) => tf.tensor(data as Float32Array, [1, ...shape]);
  const logits = row([9, 5, -5, 9, 3, 4], 3);
  expect(tf.tidy(() => iou.onTensors!(given)([tensor(logits)], tensor(target)).dataSync()[0])).toBe(2 / 4);
});
