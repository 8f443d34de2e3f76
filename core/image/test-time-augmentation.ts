/**
 * Predicting an image in all its mirrored and turned forms and combining the answers (TEST.AUGMENTATION).
 */
import { stridesOf } from './c-order.js';
import { channelSources, type DirectedChannels, type TurnedChannels, turnChannels } from './directed-channels.js';
import { type Image, image, sizeOf, spatialShape } from './image.js';
import { dropStart } from './patch.js';
import { scaleBetween, scaleSides } from './scale.js';
import {
  applySymmetry,
  inverse,
  padToSquare,
  type Symmetry,
  type SymmetryGroup,
  swaps,
  symmetryGroup,
} from './symmetry.js';

export type Reduction = 'mean' | 'min' | 'max';

export interface AugmentedPrediction {
  /** Forms that the directed channels can follow, the identity among them: {@link formsOf}. */
  readonly symmetries: readonly Symmetry[];
  /** How answers are combined, pixel by pixel; components of vectors always by their mean. */
  readonly reduction: Reduction;
  /** Pictures that are predicted at once, at most. */
  readonly batchSize: number;
  /** Channels of the prediction that are not scalars. */
  readonly directed?: readonly DirectedChannels[];
}

/** Forms of a group in which channels of these meanings can be predicted; the identity is the first. */
export function formsOf(ndim: 2 | 3, group: SymmetryGroup, directed: readonly DirectedChannels[] = []): Symmetry[] {
  return symmetryGroup(ndim, group).filter((symmetry) => channelSources(symmetry, directed));
}

/**
 * The combined prediction. Pictures are handed to `predict` in groups of at most `batchSize`, all of one shape. Where a turned form
 * does not tell a channel of a pixel (the partner of an offset lies outside of it) only the other forms count.
 *
 * @param predict gives `[[z,] y, x, c]` of the same sides, or whole multiples of them, or a single pixel, for each picture.
 */
export async function predictAugmented(
  picture: Image,
  { symmetries, reduction, batchSize, directed = [] }: AugmentedPrediction,
  predict: (pictures: Image[]) => Promise<Image[]>,
): Promise<Image> {
  const { picture: square, added } = symmetries.some(swaps)
    ? padToSquare(picture, directed.length > 0)
    : { picture, added: picture.shape.slice(1).map(() => 0) };
  const vectors = directed.flatMap((group) =>
    group.kind === 'vector' ? group.channels.filter((channel) => channel !== null) : [],
  );
  let answers: Answers | undefined;
  for (let first = 0; first < symmetries.length; first += batchSize) {
    const group = symmetries.slice(first, first + batchSize);
    const predictions = await predict(group.map((symmetry) => applySymmetry(square, symmetry)));
    for (const [i, prediction] of predictions.entries()) {
      const back = turnChannels(prediction, inverse(group[i]), directed);
      answers ??= new Answers(back.picture.shape, reduction, vectors);
      answers.add(back);
    }
  }
  const reduced = answers!.combined(picture.metadata);
  const scale = scaleBetween(square.shape, reduced.shape);
  return scale ? dropStart(reduced, scaleSides(added, scale)) : reduced;
}

/** What all forms say, added up or compared. */
class Answers {
  private readonly reductions: Reduction[];
  private readonly total: Float64Array;
  /** Forms that say nothing of a value; made when there is such a value. */
  private silent?: Uint8Array;
  private forms = 0;

  constructor(
    private readonly shape: readonly number[],
    reduction: Reduction,
    vectors: readonly number[],
  ) {
    const channels = shape[shape.length - 1];
    this.reductions = Array.from({ length: channels }, (_, c) => (vectors.includes(c) ? 'mean' : reduction));
    const start = { mean: 0, min: Infinity, max: -Infinity };
    this.total = new Float64Array(sizeOf(shape));
    for (let i = 0; i < this.total.length; i++) this.total[i] = start[this.reductions[i % channels]];
  }

  add({ picture, untold }: TurnedChannels): void {
    const skipped = untold.length > 0 ? this.silence(picture, untold) : undefined;
    const { total, reductions } = this;
    const { data } = picture;
    const channels = reductions.length;
    for (let i = 0, c = 0; i < total.length; i++, c = c + 1 < channels ? c + 1 : 0) {
      if (skipped?.[i]) continue;
      const value = data[i];
      if (reductions[c] === 'mean') total[i] += value;
      // A value that is no number must not be lost in a comparison.
      else if (reductions[c] === 'min') total[i] = Math.min(total[i], value);
      else total[i] = Math.max(total[i], value);
    }
    this.forms++;
  }

  combined(metadata: Image['metadata']): Image {
    const { total, reductions, forms, silent, shape } = this;
    const channels = reductions.length;
    const data = Float32Array.from(total, (value, i) =>
      reductions[i % channels] === 'mean' ? value / (forms - (silent?.[i] ?? 0)) : value,
    );
    return image(data, shape, metadata);
  }

  /** 1 where a form does not tell a value. */
  private silence(picture: Image, untold: TurnedChannels['untold']): Uint8Array {
    const sides = spatialShape(picture);
    const strides = stridesOf(sides);
    const channels = this.reductions.length;
    const skipped = new Uint8Array(this.total.length);
    this.silent ??= new Uint8Array(this.total.length);
    for (const { channel, axis, count } of untold)
      for (let at = 0, to = channel; to < skipped.length; at++, to += channels)
        if (Math.floor(at / strides[axis]) % sides[axis] < count) {
          skipped[to] = 1;
          this.silent[to]++;
        }
    return skipped;
  }
}
