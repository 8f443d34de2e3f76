/** The place, from 0, of the largest of `count` values from `first` on; of equal ones the first. */
export function indexOfLargest(values: ArrayLike<number>, first: number, count: number): number {
  let best = 0;
  for (let i = 1; i < count; i++) if (values[first + i] > values[first + best]) best = i;
  return best;
}
