/** How the pixels of an object are spread about its middle. */

import { symmetricEigenvalues } from './symmetric-eigenvalues.js';

/** Eigenvalues of the inertia tensor for unit mass, the greatest first. @param covariance of the positions of the pixels, `[z,] y, x`. */
export function inertia(covariance: readonly (readonly number[])[]): number[] {
  if (covariance.length === 2) {
    const [[yy, xy], [, xx]] = covariance;
    const middle = (yy + xx) / 2;
    const spread = Math.hypot((yy - xx) / 2, xy);
    return [middle + spread, Math.max(middle - spread, 0)];
  }
  const trace = covariance[0][0] + covariance[1][1] + covariance[2][2];
  const spreads = symmetricEigenvalues(Float64Array.from(covariance.flat()), 3);
  return [...spreads].map((value) => Math.max(trace - value, 0)).sort((a, b) => b - a);
}

/** Length of the longest and the shortest axis of an ellipse, or ellipsoid, with the same moments. */
export function axisLengths(covariance: readonly (readonly number[])[]): [number, number] {
  const [first, second, third] = inertia(covariance);
  if (third === undefined) return [4 * Math.sqrt(first), 4 * Math.sqrt(second)];
  const length = (sum: number) => Math.sqrt(10 * Math.max(sum, 0));
  return [length(first + second - third), length(-first + second + third)];
}
