/** Numbers in the order of values, equal for equal values. */

/** Bits of a digit of the sort. */
const DIGIT = 11;

export interface Ranks {
  /** Rank of each value, from 0. */
  readonly ranks: Uint32Array;
  /** How many there are. */
  readonly count: number;
}

/**
 * Ranks of values, the least 0; −0 equals 0, NaN comes last. Bits are sorted digit by digit from the last one on (radix sort), so that
 * the time grows with the number of values alone; digits that are the same for all, as the last ones of float32 are, are
 * skipped.
 */
export function rankValues(values: Float64Array): Ranks {
  const { length } = values;
  const bits = new Uint32Array(values.buffer, values.byteOffset, 2 * length);
  const [low, high] = [new Uint32Array(length), new Uint32Array(length)];
  for (let i = 0; i < length; i++) {
    if (values[i] === 0) {
      high[i] = 0x80000000;
      continue;
    }
    // Bits of a float order as whole numbers do when those of negative ones are turned over. The low word comes first.
    const turned = bits[2 * i + 1] >>> 31 === 1 ? 0xffffffff : 0;
    low[i] = bits[2 * i] ^ turned;
    high[i] = bits[2 * i + 1] ^ (turned | 0x80000000);
  }
  let order: Uint32Array = Uint32Array.from({ length }, (_, i) => i);
  let next: Uint32Array = new Uint32Array(length);
  const counts = new Uint32Array(1 << DIGIT);
  for (const word of [low, high])
    for (let shift = 0; shift < 32; shift += DIGIT) {
      counts.fill(0);
      const mask = (1 << DIGIT) - 1;
      for (let i = 0; i < length; i++) counts[(word[i] >>> shift) & mask]++;
      if (length > 0 && counts[(word[0] >>> shift) & mask] === length) continue;
      for (let digit = 0, sum = 0; digit <= mask; digit++) {
        const count = counts[digit];
        counts[digit] = sum;
        sum += count;
      }
      for (let i = 0; i < length; i++) {
        const at = order[i];
        next[counts[(word[at] >>> shift) & mask]++] = at;
      }
      [order, next] = [next, order];
    }
  let rank = -1;
  let [lastLow, lastHigh] = [-1, -1];
  const ranks = next;
  for (let i = 0; i < length; i++) {
    const at = order[i];
    if (low[at] !== lastLow || high[at] !== lastHigh) {
      rank++;
      [lastLow, lastHigh] = [low[at], high[at]];
    }
    ranks[at] = rank;
  }
  return { ranks, count: rank + 1 };
}
