/** Moments of the brightness of an image, up to the third order, as `skimage.measure.moments` has them. */

/** Powers of each axis: 0, 1, 2 and 3. */
const POWERS = 4;

/** Moments, one for each combination of powers of the axes, the last axis fastest: 16 of a plane, 64 of a volume. */
export type Moments = Float64Array;

/** Powers of the axes that a place in {@link Moments} stands for. */
export function powersOf(place: number, axes: number): number[] {
  return Array.from({ length: axes }, (_, axis) => Math.floor(place / POWERS ** (axes - 1 - axis)) % POWERS);
}

/**
 * `Σ v · Π (x − c)^p` over all pixels.
 *
 * @param values C order.
 * @param centre c of each axis; the first pixel where left out.
 */
export function moments(values: ArrayLike<number>, sides: readonly number[], centre?: readonly number[]): Moments {
  const axes = sides.length;
  const found = new Float64Array(POWERS ** axes);
  const [depth, height, width] = axes === 3 ? sides : [1, ...sides];
  const [cz, cy, cx] = axes === 3 ? (centre ?? [0, 0, 0]) : [0, ...(centre ?? [0, 0])];
  const row = new Float64Array(POWERS);
  for (let z = 0, at = 0; z < depth; z++)
    for (let y = 0; y < height; y++) {
      row.fill(0);
      for (let x = 0; x < width; x++, at++) {
        let term = values[at];
        if (term === 0) continue;
        for (let p = 0; p < POWERS; p++, term *= x - cx) row[p] += term;
      }
      for (let i = 0, ofZ = 1; i < (axes === 3 ? POWERS : 1); i++, ofZ *= z - cz)
        for (let j = 0, ofY = ofZ; j < POWERS; j++, ofY *= y - cy)
          for (let p = 0; p < POWERS; p++) found[(i * POWERS + j) * POWERS + p] += ofY * row[p];
    }
  return found;
}

/** Mean of each axis, weighted by the values. */
export function centroidOf(raw: Moments, axes: number): number[] {
  return Array.from({ length: axes }, (_, axis) => raw[POWERS ** (axes - 1 - axis)] / raw[0]);
}

/** `μ / μ₀^(1 + order / axes)`, independent of the size; NaN below the second order, for which there is no such number. */
export function normalizedMoments(central: Moments, axes: number): Moments {
  return central.map((value, place) => {
    const order = powersOf(place, axes).reduce((sum, power) => sum + power, 0);
    return order < 2 ? NaN : value / central[0] ** (1 + order / axes);
  });
}

/** Seven numbers that stay when a flat object turns (M.-K. Hu, IRE Trans. Information Theory 8, 1962). */
export function huMoments(normalized: Moments): number[] {
  const nu = (y: number, x: number) => normalized[POWERS * y + x];
  const [a, b] = [nu(3, 0) + nu(1, 2), nu(2, 1) + nu(0, 3)];
  const [c, d] = [nu(3, 0) - 3 * nu(1, 2), 3 * nu(2, 1) - nu(0, 3)];
  const sum = nu(2, 0) + nu(0, 2);
  const difference = nu(2, 0) - nu(0, 2);
  const [straight, crosswise] = [a * a - 3 * b * b, 3 * a * a - b * b];
  return [
    sum,
    difference ** 2 + 4 * nu(1, 1) ** 2,
    c * c + d * d,
    a * a + b * b,
    c * a * straight + d * b * crosswise,
    difference * (a * a - b * b) + 4 * nu(1, 1) * a * b,
    d * a * straight - c * b * crosswise,
  ];
}
