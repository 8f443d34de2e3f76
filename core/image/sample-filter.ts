/**
 * Which samples a data set leaves out, by what is measured on them (DATA.*.FILTER_SAMPLES).
 */
import { type Static, Type } from 'typebox';
import { FILTER_PROPERTIES } from '../config/schema/filter-properties.js';
import { DataError } from '../errors.js';
import type { Image } from './image.js';

const Condition = Type.Object(
  {
    property: Type.Enum(FILTER_PROPERTIES, { description: 'What is measured.' }),
    sign: Type.Enum(['gt', 'ge', 'lt', 'le'] as const, { description: 'How it is compared.' }),
    value: Type.Number({ description: 'With what it is compared.' }),
  },
  { additionalProperties: false },
);

/** A sample is left out when all conditions of any group hold. */
export const FilterGroups = Type.Array(Type.Array(Condition, { minItems: 1 }), {
  minItems: 1,
  description: 'Groups of conditions; a sample for which all of one group hold is left out.',
});
export type FilterGroups = Static<typeof FilterGroups>;

type Property = (typeof FILTER_PROPERTIES)[number];

/** What the properties are measured on. */
export interface Measured {
  image: Image;
  target?: Image;
  /** The whole raw image that the sample is a part of; default `image`. */
  whole?: Image;
  /** For errors. */
  file?: string;
}

/**
 * Whether a sample is left out.
 *
 * @throws DataError when a property needs a target, or one of the same size, and there is none.
 */
export function isLeftOut(groups: FilterGroups, measured: Measured): boolean {
  const values = new Map<Property, number>();
  const once = (property: Property): number => {
    const value = values.get(property) ?? measureProperty(property, measured);
    values.set(property, value);
    return value;
  };
  return groups.some((group) =>
    group.every(({ property, sign, value }) => {
      const found = once(property);
      return { gt: found > value, ge: found >= value, lt: found < value, le: found <= value }[sign];
    }),
  );
}

/**
 * One property as BiaPy defines it: `foreground` is the share of target values above 0, over all channels; `diff` the sum
 * of |image − target|; the two `ratio` properties are that sum times max − min of the whole raw image, or of the target
 * (its manual calls this a ratio, its code takes the difference).
 *
 * @throws DataError as {@link isLeftOut}.
 */
export function measureProperty(property: Property, measured: Measured): number {
  const { image } = measured;
  if (property === 'mean') return mean(image);
  if (property === 'min') return range(image).min;
  if (property === 'max') return range(image).max;
  const target = targetOf(property, measured);
  if (property === 'foreground') return count(target, (value) => value > 0) / target.data.length;
  if (property === 'target_mean') return mean(target);
  if (property === 'target_min') return range(target).min;
  if (property === 'target_max') return range(target).max;
  const diff = difference(property, measured, target);
  if (property === 'diff') return diff;
  const { min, max } = range(property === 'diff_by_min_max_ratio' ? (measured.whole ?? image) : target);
  return diff * (max - min);
}

function targetOf(property: Property, { target, file = 'the sample' }: Measured): Image {
  if (target) return target;
  throw new DataError(
    `${file}: the filter property ${property} needs a target, and there is none. Filter by another.`,
    {
      where: { file },
    },
  );
}

function difference(property: Property, { image, file = 'the sample' }: Measured, target: Image): number {
  if (target.data.length !== image.data.length)
    throw new DataError(
      `${file}: the filter property ${property} compares image and target value by value, but they are ` +
        `${image.shape.join('×')} and ${target.shape.join('×')}. Filter by another.`,
      { where: { file } },
    );
  let sum = 0;
  for (let i = 0; i < image.data.length; i++) sum += Math.abs(image.data[i] - target.data[i]);
  return sum;
}

function mean({ data }: Image): number {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i];
  return sum / data.length;
}

function range({ data }: Image): { min: number; max: number } {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < data.length; i++) {
    if (data[i] < min) min = data[i];
    if (data[i] > max) max = data[i];
  }
  return { min, max };
}

function count({ data }: Image, wanted: (value: number) => boolean): number {
  let found = 0;
  for (let i = 0; i < data.length; i++) if (wanted(data[i])) found++;
  return found;
}
