import { symmetricEigenvalues } from './symmetric-eigenvalues.js';

/**
 * Distance of two sets of feature vectors, taken as samples of normal distributions (Fréchet inception distance, Heusel et al. 2017):
 * `|m₁ − m₂|² + tr(S₁) + tr(S₂) − 2 tr(√(S₁S₂))` with means m and covariances S (n − 1).
 *
 * With the centred vectors as rows of A and B, the eigenvalues of S₁S₂ other than 0 are those of MMᵀ with
 * M = ABᵀ / √((n₁−1)(n₂−1)): as large as there are vectors, not as they are long.
 *
 * @param a two vectors or more, all of one length; `b` likewise.
 * @returns 0 for equal sets, at least 0.
 */
export function frechetDistance(a: readonly ArrayLike<number>[], b: readonly ArrayLike<number>[]): number {
  if (a.length < 2 || b.length < 2)
    throw new RangeError(
      `a distance of distributions needs two samples of each or more, came ${a.length} and ${b.length}`,
    );
  const [first, second] = [centred(a), centred(b)];
  let distance = 0;
  for (let i = 0; i < first.mean.length; i++) distance += (first.mean[i] - second.mean[i]) ** 2;
  const scale = Math.sqrt((a.length - 1) * (b.length - 1));
  const [few, many] = a.length <= b.length ? [first.rows, second.rows] : [second.rows, first.rows];
  const products = few.map((row) => Float64Array.from(many, (other) => dot(row, other) / scale));
  const n = few.length;
  const squared = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) squared[i * n + j] = squared[j * n + i] = dot(products[i], products[j]);
  // What rounding makes of zeros may be below zero.
  const shared = symmetricEigenvalues(squared, n).reduce((sum, value) => sum + Math.sqrt(Math.max(value, 0)), 0);
  return Math.max(distance + first.trace + second.trace - 2 * shared, 0);
}

function centred(vectors: readonly ArrayLike<number>[]): { mean: Float64Array; rows: Float64Array[]; trace: number } {
  const mean = new Float64Array(vectors[0].length);
  for (const vector of vectors) for (let i = 0; i < mean.length; i++) mean[i] += vector[i] / vectors.length;
  const rows = vectors.map((vector) => mean.map((value, i) => vector[i] - value));
  const trace = rows.reduce((sum, row) => sum + dot(row, row), 0) / (vectors.length - 1);
  return { mean, rows, trace };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
