/**
 * Which samples a data set leaves out, by what is measured on them (DATA.*.FILTER_SAMPLES).
 */
import { type Static, Type } from 'typebox';
import { FILTER_PROPERTIES } from '../config/schema/filter-properties.js';
import { DataError } from '../errors.js';
import { ExactSum } from '../nd/exact-sum.js';
import { readRegion } from './deferred.js';
import { type Image, sizeOf, spatialShape } from './image.js';
import { partBoxes, partsOf } from './parts.js';

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
  return holds(groups, (property) => {
    const value = values.get(property) ?? measureProperty(property, measured);
    values.set(property, value);
    return value;
  });
}

/** As {@link isLeftOut}, for images and targets that are read in parts, too: each is read once, and `whole` once more. */
export async function isLeftOutInParts(
  groups: FilterGroups,
  measured: Measured,
  signal?: AbortSignal,
): Promise<boolean> {
  const { image: picture, target, whole } = measured;
  if (![picture, target, whole].some((each) => each?.source)) return isLeftOut(groups, measured);
  const properties = [...new Set(groups.flat().map(({ property }) => property))];
  const gatherers = properties.map((property) => gathererOf(property, measured));
  const scaled = properties.includes('diff_by_min_max_ratio');
  const ranged = scaled ? await rangeOfParts(whole ?? picture, signal) : undefined;
  await gather(gatherers, measured, signal);
  const values = gatherers.map((gatherer) => gatherer.result(ranged));
  return holds(groups, (property) => values[properties.indexOf(property)]);
}

function holds(groups: FilterGroups, measured: (property: Property) => number): boolean {
  return groups.some((group) =>
    group.every(({ property, sign, value }) => {
      const found = measured(property);
      return { gt: found > value, ge: found >= value, lt: found < value, le: found <= value }[sign];
    }),
  );
}

/**
 * One property as BiaPy defines it: `foreground` is the share of target values above 0, over all channels; `diff` the sum
 * of |image − target|; the two `ratio` properties are that sum times max − min of the whole raw image, or of the target
 * (its manual calls this a ratio, its code takes the difference). Sums are exact, so that they are the same of images in parts.
 *
 * @throws DataError as {@link isLeftOut}.
 */
export function measureProperty(property: Property, measured: Measured): number {
  const { image: picture, target = picture, whole = picture } = measured;
  const gatherer = gathererOf(property, measured);
  gatherer.add(picture, target);
  if (property !== 'diff_by_min_max_ratio') return gatherer.result();
  const range = new Extent('max');
  range.add(whole);
  return gatherer.result(range);
}

/** Gathers one property over the parts of a sample. */
interface Gatherer {
  /** What it looks at. */
  of: 'image' | 'target' | 'both';
  add(image: Image, target: Image): void;
  /** @param range least and greatest value of the whole raw image, where it is asked for. */
  result(range?: Range): number;
}

interface Range {
  readonly least: number;
  readonly greatest: number;
}

/** @throws DataError as {@link isLeftOut}. */
function gathererOf(property: Property, { image: picture, target, file = 'the sample' }: Measured): Gatherer {
  if (property === 'mean') return new Mean('image');
  if (property === 'min' || property === 'max') return new Extent(property);
  if (!target)
    throw new DataError(
      `${file}: the filter property ${property} needs a target, and there is none. Filter by another.`,
      { where: { file } },
    );
  if (property === 'foreground') return new Foreground();
  if (property === 'target_mean') return new Mean('target');
  if (property === 'target_min') return new Extent('min', 'target');
  if (property === 'target_max') return new Extent('max', 'target');
  if (sizeOf(target.shape) !== sizeOf(picture.shape))
    throw new DataError(
      `${file}: the filter property ${property} compares image and target value by value, but they are ` +
        `${picture.shape.join('×')} and ${target.shape.join('×')}. Filter by another.`,
      { where: { file } },
    );
  return new Difference(property);
}

class Mean implements Gatherer {
  readonly #sum = new ExactSum();
  #count = 0;

  constructor(readonly of: 'image' | 'target') {}

  add(picture: Image, target: Image): void {
    const { data } = this.of === 'image' ? picture : target;
    this.#sum.add(data);
    this.#count += data.length;
  }

  result(): number {
    return this.#sum.value() / this.#count;
  }
}

class Extent implements Gatherer, Range {
  least = Number.POSITIVE_INFINITY;
  greatest = Number.NEGATIVE_INFINITY;

  constructor(
    readonly end: 'min' | 'max',
    readonly of: 'image' | 'target' = 'image',
  ) {}

  add(picture: Image, target = picture): void {
    const { data } = this.of === 'image' ? picture : target;
    let { least, greatest } = this;
    for (let i = 0; i < data.length; i++) {
      if (data[i] < least) least = data[i];
      if (data[i] > greatest) greatest = data[i];
    }
    this.least = least;
    this.greatest = greatest;
  }

  result(): number {
    return this.end === 'min' ? this.least : this.greatest;
  }
}

class Foreground implements Gatherer {
  readonly of = 'target';
  #found = 0;
  #count = 0;

  add(_: Image, { data }: Image): void {
    for (let i = 0; i < data.length; i++) if (data[i] > 0) this.#found++;
    this.#count += data.length;
  }

  result(): number {
    return this.#found / this.#count;
  }
}

class Difference implements Gatherer {
  readonly of = 'both';
  readonly #sum = new ExactSum();
  readonly #target = new Extent('max', 'target');

  constructor(readonly property: Property) {}

  add(picture: Image, target: Image): void {
    for (let i = 0; i < picture.data.length; i++) this.#sum.addOne(Math.abs(picture.data[i] - target.data[i]));
    if (this.property === 'diff_by_target_min_max_ratio') this.#target.add(picture, target);
  }

  result(range: Range = this.#target): number {
    const sum = this.#sum.value();
    if (this.property === 'diff') return sum;
    const { least, greatest } = this.property === 'diff_by_min_max_ratio' ? range : this.#target;
    return sum * (greatest - least);
  }
}

async function rangeOfParts(picture: Image, signal?: AbortSignal): Promise<Range> {
  const range = new Extent('max');
  for await (const part of partsOf(picture, signal)) range.add(part);
  return range;
}

/** Shows gatherers all parts of what they look at; image and target side by side where one looks at both. */
async function gather(gatherers: readonly Gatherer[], { image: picture, target }: Measured, signal?: AbortSignal) {
  if (target && gatherers.some(({ of }) => of === 'both')) {
    const boxes = [...partBoxes(spatialShape(picture))];
    for (const { source } of [picture, target]) source?.expect?.(boxes);
    for (const box of boxes) {
      const [part, wanted] = [await readRegion(picture, box, signal), await readRegion(target, box, signal)];
      for (const gatherer of gatherers) gatherer.add(part, wanted);
    }
    return;
  }
  for (const [of, each] of Object.entries({ image: picture, target })) {
    const some = gatherers.filter((gatherer) => gatherer.of === of);
    if (each && some.length > 0)
      for await (const part of partsOf(each, signal)) for (const gatherer of some) gatherer.add(part, part);
  }
}
