/** Objects removed by their measures (MEASURE_PROPERTIES.REMOVE_BY_PROPERTIES). */

import type { Image } from '../image/image.js';
import type { MeasuredRegion } from '../nd/region-properties.js';
import { removeObjects } from '../nd/remove-objects.js';

export interface MeasureCondition {
  /** A measure by BiaPy's name; `area` is the volume, and `perimeter` the surface, of objects in a volume. */
  readonly property: string;
  readonly sign: 'gt' | 'ge' | 'lt' | 'le';
  readonly value: number;
}

export interface Judgement {
  readonly removed: boolean;
  /** The conditions that hold all together, such as `circularity lt 0.4, npixels gt 20`; empty for an object that stays. */
  readonly conditions: string;
}

/** Measures that BiaPy always takes, in the order of its tables. */
export function commonMeasures(axes: 2 | 3): readonly string[] {
  return axes === 2
    ? ['npixels', 'area', 'circularity', 'diameter', 'perimeter', 'elongation']
    : ['npixels', 'volume', 'sphericity', 'diameter', 'surface_area'];
}

/** The name under which a measure of BiaPy's conditions is found. */
export function measureOf(property: string, axes: 2 | 3): string {
  if (axes === 3 && property === 'area') return 'volume';
  return axes === 3 && property === 'perimeter' ? 'surface_area' : property;
}

/**
 * An object is removed where every condition of any group holds.
 *
 * @throws RangeError for a measure that was not taken.
 */
export function judge(region: MeasuredRegion, groups: readonly (readonly MeasureCondition[])[]): Judgement {
  const axes = region.start.length as 2 | 3;
  const holds = ({ property, sign, value }: MeasureCondition) => {
    const measured = region.values[measureOf(property, axes)];
    if (measured === undefined) throw new RangeError(`'${property}' of object ${region.label} was not measured`);
    switch (sign) {
      case 'gt':
        return measured > value;
      case 'ge':
        return measured >= value;
      case 'lt':
        return measured < value;
      case 'le':
        return measured <= value;
    }
  };
  const group = groups.find((conditions) => conditions.length > 0 && conditions.every(holds));
  const conditions = group?.map(({ property, sign, value }) => `${property} ${sign} ${value}`).join(', ') ?? '';
  return { removed: group !== undefined, conditions };
}

/** Labels without the objects that were judged to go; `judgements` belong to `regions` one by one. */
export function removeJudged(
  labels: Image,
  regions: readonly MeasuredRegion[],
  judgements: readonly Judgement[],
): Image {
  const gone = new Set(regions.filter((_, i) => judgements[i].removed).map(({ label }) => label));
  return removeObjects(labels, ({ label }) => gone.has(label));
}
