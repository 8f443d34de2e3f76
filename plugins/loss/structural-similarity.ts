/** Structural similarity as a loss (LOSS.TYPE SSIM). */
import { type Static, Type } from 'typebox';
import { defineLoss } from '../../core/plugin/define.js';
import { type Measure, type Scalar, tf } from '../../core/tensor/index.js';
import { imagesOf } from '../../core/tensor/measure/difference.js';
import { structuralSimilarity } from '../../core/tensor/measure/ssim.js';

const Parameters = Type.Object(
  { range: Type.Number({ default: 1, exclusiveMinimum: 0, description: 'Range of the values, 1 for BiaPy.' }) },
  { additionalProperties: false },
);

/** `1 − SSIM`, which is 0 for equal images. */
export function dissimilarity({ range }: Static<typeof Parameters>): Measure {
  return (output, target) => {
    const [prediction, wanted] = imagesOf(output, target);
    return tf.sub(1, structuralSimilarity(prediction, wanted, range)) as Scalar;
  };
}

export const structuralSimilarityLoss = defineLoss({
  id: 'SSIM',
  summary: 'One minus the structural similarity (Wang et al. 2004), for values from 0 to 1.',
  parameters: Parameters,
  build: dissimilarity,
});
