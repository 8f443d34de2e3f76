/**
 * How sure a classifier is of each image, and how many classes it finds among them (Salimans et al. 2016):
 * `exp(mean of KL(p(class | image) ‖ p(class)))`, from 1 to the number of classes.
 *
 * @param logits one vector for each image.
 * @param splits parts of `ceil(n / splits)` images that are measured one by one; the mean of them is given.
 */
export function inceptionScore(logits: readonly ArrayLike<number>[], splits: number): number {
  if (logits.length === 0) throw new RangeError('a score needs an image or more');
  const size = Math.ceil(logits.length / splits);
  const scores: number[] = [];
  for (let from = 0; from < logits.length; from += size) scores.push(scoreOf(logits.slice(from, from + size)));
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

function scoreOf(logits: readonly ArrayLike<number>[]): number {
  const logs = logits.map(logSoftmax);
  const classes = logs[0].length;
  const marginal = new Float64Array(classes);
  for (const row of logs) for (let c = 0; c < classes; c++) marginal[c] += Math.exp(row[c]) / logs.length;
  let sum = 0;
  for (const row of logs)
    for (let c = 0; c < classes; c++) {
      const p = Math.exp(row[c]);
      if (p > 0) sum += p * (row[c] - Math.log(marginal[c]));
    }
  return Math.exp(sum / logs.length);
}

function logSoftmax(values: ArrayLike<number>): Float64Array {
  const row = Float64Array.from(values);
  const most = row.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const total = Math.log(row.reduce((sum, value) => sum + Math.exp(value - most), 0)) + most;
  return row.map((value) => value - total);
}
