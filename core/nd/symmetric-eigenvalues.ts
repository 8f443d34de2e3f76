/**
 * Eigenvalues of a real symmetric matrix: Householder reflections to a tridiagonal one, then the implicit QL method (Wilkinson &
 * Reinsch 1971, Handbook for Automatic Computation II). Without eigenvectors, 4/3 n³ operations.
 *
 * @param matrix `n × n`, row by row; it is overwritten.
 * @returns n values in no particular order.
 */
export function symmetricEigenvalues(matrix: Float64Array, n: number): Float64Array {
  const { diagonal, beside } = tridiagonal(matrix, n);
  for (let first = 0; first < n; first++) {
    // A QL step needs two or three turns for each value; many more say that numbers are not finite.
    for (let turns = 0; turns < MOST_TURNS; turns++) {
      let last = first;
      while (last < n - 1) {
        const size = Math.abs(diagonal[last]) + Math.abs(diagonal[last + 1]);
        if (Math.abs(beside[last]) <= Number.EPSILON * size) break;
        last++;
      }
      if (last === first) break;
      rotate(diagonal, beside, first, last);
    }
  }
  return diagonal;
}

const MOST_TURNS = 60;

/** Diagonal, and the values beside it from row 0, of a similar tridiagonal matrix. */
function tridiagonal(a: Float64Array, n: number): { diagonal: Float64Array; beside: Float64Array } {
  const diagonal = new Float64Array(n);
  const beside = new Float64Array(n);
  const v = new Float64Array(n);
  const p = new Float64Array(n);
  for (let k = n - 1; k >= 1; k--) {
    // The reflection that leaves of row k nothing before its last value below the diagonal.
    const row = k * n;
    let scale = 0;
    for (let j = 0; j < k; j++) scale += Math.abs(a[row + j]);
    if (k === 1 || scale === 0) {
      beside[k - 1] = a[row + k - 1];
      diagonal[k] = a[row + k];
      continue;
    }
    let sum = 0;
    for (let j = 0; j < k; j++) {
      v[j] = a[row + j] / scale;
      sum += v[j] * v[j];
    }
    const root = v[k - 1] >= 0 ? -Math.sqrt(sum) : Math.sqrt(sum);
    beside[k - 1] = scale * root;
    diagonal[k] = a[row + k];
    const h = sum - v[k - 1] * root;
    v[k - 1] -= root;
    let along = 0;
    for (let i = 0; i < k; i++) {
      let dot = 0;
      for (let j = 0; j < k; j++) dot += a[i * n + j] * v[j];
      p[i] = dot / h;
      along += p[i] * v[i];
    }
    const half = along / (2 * h);
    for (let i = 0; i < k; i++) p[i] -= half * v[i];
    for (let i = 0; i < k; i++) for (let j = 0; j < k; j++) a[i * n + j] -= v[i] * p[j] + p[i] * v[j];
  }
  if (n > 0) diagonal[0] = a[0];
  return { diagonal, beside };
}

/** One implicit QL step on the rows from `first` to `last`. */
function rotate(d: Float64Array, e: Float64Array, first: number, last: number): void {
  let g = (d[first + 1] - d[first]) / (2 * e[first]);
  let r = Math.hypot(g, 1);
  g = d[last] - d[first] + e[first] / (g + (g >= 0 ? r : -r));
  let [s, c, p] = [1, 1, 0];
  for (let i = last - 1; i >= first; i--) {
    const f = s * e[i];
    const b = c * e[i];
    r = Math.hypot(f, g);
    e[i + 1] = r;
    if (r === 0) {
      d[i + 1] -= p;
      e[last] = 0;
      return;
    }
    s = f / r;
    c = g / r;
    g = d[i + 1] - p;
    r = (d[i] - g) * s + 2 * c * b;
    p = s * r;
    d[i + 1] = g + p;
    g = c * r - b;
  }
  d[first] -= p;
  e[first] = g;
  e[last] = 0;
}
