/** Structural similarity. */
import { Type } from 'typebox';
import { type Image, spatialShape } from '../../core/image/image.js';
import type { PartMeasure } from '../../core/image/part-measure.js';
import { ExtentInParts, extent } from '../../core/nd/image-error.js';
import { structuralSimilarity, windowSide } from '../../core/nd/ssim.js';
import { defineMetric } from '../../core/plugin/define.js';
import { type Tensor, tf } from '../../core/tensor/index.js';
import { imagesOf } from '../../core/tensor/measure/difference.js';
import { structuralSimilarity as similarityOfTensors } from '../../core/tensor/measure/ssim.js';

/** Against flat images. */
const LEAST_RANGE = 1e-6;

/** The range of the values is the larger of those of prediction and target, as in the library that BiaPy measures with. */
export const ssim = defineMetric({
  id: 'ssim',
  name: 'SSIM',
  summary: 'Structural similarity (Wang et al. 2004), 1 for equal images.',
  higherIsBetter: true,
  parameters: Type.Object({}, { additionalProperties: false }),
  onTensors: () => (output, target) => {
    const [prediction, wanted] = imagesOf(output, target);
    const range = (x: Tensor) => tf.sub(tf.max(x), tf.min(x));
    const widest = tf.maximum(tf.maximum(range(prediction), range(wanted)), LEAST_RANGE);
    return similarityOfTensors(prediction, wanted, widest);
  },
  onImages: () => (prediction, target) => {
    const ranges = [prediction, target].map((picture) => {
      const [least, greatest] = extent(picture);
      return greatest - least;
    });
    return structuralSimilarity(prediction, target, Math.max(...ranges, LEAST_RANGE));
  },
  onParts: () => new SimilarityInParts(),
});

/** The range first, then the windows of each part. */
class SimilarityInParts implements PartMeasure {
  private readonly ranges = [new ExtentInParts(), new ExtentInParts()];
  private range: number | undefined;
  private sum = 0;
  private windows = 0;

  window(sides: readonly number[]): readonly number[] | undefined {
    return this.range === undefined ? undefined : sides.map(windowSide);
  }

  add(prediction: Image, target: Image): void {
    if (this.range === undefined) {
      this.ranges[0].add(prediction);
      this.ranges[1].add(target);
      return;
    }
    const places = spatialShape(target).reduce((product, side) => product * (side - windowSide(side) + 1), 1);
    this.sum += structuralSimilarity(prediction, target, this.range) * places;
    this.windows += places;
  }

  again(): boolean {
    if (this.range !== undefined) return false;
    this.range = Math.max(...this.ranges.map(({ least, greatest }) => greatest - least), LEAST_RANGE);
    return true;
  }

  result(): number {
    return this.sum / this.windows;
  }
}
