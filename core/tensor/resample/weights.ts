/** Weights of resampling along one axis, as PyTorch has them. */

/** Free parameter of cubic convolution; PyTorch's. */
const SHARPNESS = -0.75;

/** Where pixel i of the result lies in the source. */
function sourcePosition(i: number, from: number, to: number, alignCorners: boolean): number {
  if (!alignCorners) return ((i + 0.5) * from) / to - 0.5;
  return to > 1 ? (i * (from - 1)) / (to - 1) : 0;
}

/** Weights `[to, from]` of linear interpolation along one axis; PyTorch's two conventions. */
export function linearWeights(from: number, to: number, alignCorners: boolean): Float32Array {
  const weights = new Float32Array(to * from);
  for (let i = 0; i < to; i++) {
    const position = Math.max(0, sourcePosition(i, from, to, alignCorners));
    const low = Math.min(Math.floor(position), from - 1);
    const high = Math.min(low + 1, from - 1);
    const part = position - low;
    weights[i * from + low] += 1 - part;
    weights[i * from + high] += part;
  }
  return weights;
}

/**
 * Weights `[to, from]` of cubic convolution along one axis, edges repeated; PyTorch's two conventions.
 * R. G. Keys, IEEE Trans. ASSP 1981, with a = −0.75.
 */
export function cubicWeights(from: number, to: number, alignCorners: boolean): Float32Array {
  const weights = new Float32Array(to * from);
  for (let i = 0; i < to; i++) {
    const position = sourcePosition(i, from, to, alignCorners);
    const low = Math.floor(position);
    for (let at = low - 1; at <= low + 2; at++) {
      const inside = Math.min(Math.max(at, 0), from - 1);
      weights[i * from + inside] += cubic(Math.abs(position - at));
    }
  }
  return weights;
}

function cubic(x: number): number {
  const a = SHARPNESS;
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
}

/** Weights `[to, from]` of PyTorch's `nearest`: pixel ⌊i · from/to⌋. */
export function nearestWeights(from: number, to: number): Float32Array {
  const weights = new Float32Array(to * from);
  for (let i = 0; i < to; i++) weights[i * from + Math.min(Math.floor((i * from) / to), from - 1)] = 1;
  return weights;
}
