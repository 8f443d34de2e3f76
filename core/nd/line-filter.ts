/** Smoothing of lines, and their peaks. */

/**
 * Savitzky-Golay filter of the second degree: each value becomes that of the parabola through it and its neighbours, at both ends of the
 * parabola through the first and the last `window` values, as `scipy.signal.savgol_filter` (A. Savitzky, M. J. E. Golay,
 * Analytical Chemistry 36, 1964).
 *
 * @param window odd, from 3 to the length of the line.
 * @throws RangeError for another window.
 */
export function smoothLine(line: ArrayLike<number>, window: number): Float64Array {
  if (!(Number.isInteger(window) && window % 2 === 1 && window >= 3 && window <= line.length))
    throw new RangeError(`a window of ${window} values is not odd and from 3 to the ${line.length} of the line`);
  const radius = window >> 1;
  // Sums of x² and x⁴ over the window, in which sums of odd powers vanish.
  let [second, fourth] = [0, 0];
  for (let x = -radius; x <= radius; x++) {
    second += x ** 2;
    fourth += x ** 4;
  }
  const norm = window * fourth - second ** 2;
  return Float64Array.from({ length: line.length }, (_, at) => {
    const middle = Math.min(Math.max(at, radius), line.length - 1 - radius);
    let [plain, linear, squared] = [0, 0, 0];
    for (let x = -radius; x <= radius; x++) {
      const value = line[middle + x];
      plain += value;
      linear += x * value;
      squared += x * x * value;
    }
    const constant = (fourth * plain - second * squared) / norm;
    const curvature = (window * squared - second * plain) / norm;
    const x = at - middle;
    return constant + (linear / second) * x + curvature * x * x;
  });
}

/** Places where a line is higher than on both sides; of a level stretch the middle, rounded down. The ends are none. */
export function linePeaks(line: ArrayLike<number>): number[] {
  const found: number[] = [];
  for (let at = 1; at + 1 < line.length; at++) {
    if (!(line[at - 1] < line[at])) continue;
    let end = at;
    while (end + 1 < line.length && line[end + 1] === line[at]) end++;
    if (end + 1 < line.length && line[end + 1] < line[at]) found.push(Math.floor((at + end) / 2));
    at = end;
  }
  return found;
}
