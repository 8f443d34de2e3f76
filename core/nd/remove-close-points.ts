/** Keeps one of several points that lie close together. */

/**
 * Indices of the points that stay: each point, in their order, drops all later ones at most `radius` away from it that have not
 * been dropped before; BiaPy's `remove_close_points`.
 *
 * @param points positions in pixels, all of as many axes.
 * @param radius in the unit of `spacing`.
 * @param spacing size of a pixel along each axis; default 1.
 */
export function removeClosePoints(
  points: readonly (readonly number[])[],
  radius: number,
  spacing: readonly number[] = (points[0] ?? []).map(() => 1),
): number[] {
  const accepted = new SpacedPoints(spacing.length, radius);
  return [...points.keys()].filter((index) => {
    const place = points[index].map((step, axis) => step * spacing[axis]);
    const close = accepted.some(
      place,
      (other) => Math.hypot(...other.map((step, axis) => step - place[axis])) <= radius,
    );
    if (!close) accepted.add(place);
    return !close;
  });
}

/** Points by cells of a grid, so that those near a place are found without looking at all. */
export class SpacedPoints {
  private readonly cells = new Map<string, (readonly number[])[]>();
  private readonly offsets: readonly (readonly number[])[];
  private readonly cell: number;

  /** @param reach no one asks for points farther away than this along an axis. */
  constructor(axes: number, reach: number) {
    this.cell = reach > 0 ? reach : 1;
    let offsets: number[][] = [[]];
    for (let axis = 0; axis < axes; axis++)
      offsets = offsets.flatMap((one) => [-1, 0, 1].map((step) => [...one, step]));
    this.offsets = offsets;
  }

  add(point: readonly number[]): void {
    const key = this.cellOf(point).join();
    const cell = this.cells.get(key);
    if (cell) cell.push(point);
    else this.cells.set(key, [point]);
  }

  /** Whether the test is true for a point within reach. */
  some(place: readonly number[], test: (other: readonly number[]) => boolean): boolean {
    const cell = this.cellOf(place);
    return this.offsets.some((offset) =>
      this.cells.get(cell.map((step, axis) => step + offset[axis]).join())?.some(test),
    );
  }

  private cellOf(place: readonly number[]): number[] {
    return place.map((step) => Math.floor(step / this.cell));
  }
}
