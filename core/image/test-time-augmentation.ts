/**
 * Predicting an image in all its mirrored and turned forms and combining the answers (TEST.AUGMENTATION).
 */
import { type Image, image } from './image.js';
import { dropStart } from './patch.js';
import { scaleBetween, scaleSides } from './scale.js';
import { applySymmetry, inverse, padToSquare, type Symmetry, swaps } from './symmetry.js';

export type Reduction = 'mean' | 'min' | 'max';

/**
 * The combined prediction. Pictures are handed to `predict` in groups of at most `batchSize`, all of one shape.
 *
 * @param predict gives `[[z,] y, x, c]` of the same sides, or whole multiples of them, or a single pixel, for each picture; its channels are
 *   scalars, not directions.
 */
export async function predictAugmented(
  picture: Image,
  symmetries: readonly Symmetry[],
  reduction: Reduction,
  batchSize: number,
  predict: (pictures: Image[]) => Promise<Image[]>,
): Promise<Image> {
  const { picture: square, added } = symmetries.some(swaps)
    ? padToSquare(picture)
    : { picture, added: picture.shape.slice(1).map(() => 0) };
  let total: Float64Array | undefined;
  let shape: readonly number[] = [];
  for (let first = 0; first < symmetries.length; first += batchSize) {
    const group = symmetries.slice(first, first + batchSize);
    const predictions = await predict(group.map((symmetry) => applySymmetry(square, symmetry)));
    predictions.forEach((prediction, i) => {
      const back = applySymmetry(prediction, inverse(group[i]));
      shape = back.shape;
      if (total) combine(total, back.data, reduction);
      else total = Float64Array.from(back.data);
    });
  }
  const divisor = reduction === 'mean' ? symmetries.length : 1;
  const data = Float32Array.from(total!, (value) => value / divisor);
  const scale = scaleBetween(square.shape, shape);
  const reduced = image(data, shape, picture.metadata);
  return scale ? dropStart(reduced, scaleSides(added, scale)) : reduced;
}

function combine(total: Float64Array, values: Image['data'], reduction: Reduction): void {
  if (reduction === 'mean') for (let i = 0; i < total.length; i++) total[i] += values[i];
  else {
    const pick = reduction === 'min' ? Math.min : Math.max;
    for (let i = 0; i < total.length; i++) total[i] = pick(total[i], values[i]);
  }
}
