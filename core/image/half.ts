/** Numbers of two bytes (IEEE 754 binary16): what a large prediction is kept as where memory is short. */

/** Largest number of two bytes. */
export const LARGEST_HALF = 65504;

const single = new Float32Array(1);
const bits = new Uint32Array(single.buffer);

/** Least magnitude with all eleven digits; below it steps are equal. */
const LEAST_NORMAL = 2 ** -14;
const STEP_BELOW = 2 ** -24;

/**
 * The nearest number of two bytes, ties to even, as its bits. Finite numbers beyond the range become the largest one
 * instead of infinite: a prediction must not turn infinite by being put away.
 */
export function toHalf(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (magnitude === Number.POSITIVE_INFINITY) return sign | 0x7c00;
  if (magnitude >= LARGEST_HALF) return sign | 0x7bff;
  if (magnitude < LEAST_NORMAL) return sign | nearestEven(magnitude / STEP_BELOW);
  single[0] = magnitude;
  // Thirteen digits are dropped; a carry goes into the exponent, as it should.
  const rounded = bits[0] + 0xfff + ((bits[0] >>> 13) & 1);
  return sign | ((rounded - 0x38000000) >>> 13);
}

let table: Float32Array | undefined;

/** Numbers from the bits of {@link toHalf}. */
export function fromHalves(words: Uint16Array): Float32Array {
  table ??= Float32Array.from({ length: 2 ** 16 }, (_, word) => widen(word));
  const known = table;
  const numbers = new Float32Array(words.length);
  for (let i = 0; i < words.length; i++) numbers[i] = known[words[i]];
  return numbers;
}

function widen(word: number): number {
  const sign = word & 0x8000 ? -1 : 1;
  const exponent = (word >>> 10) & 0x1f;
  const fraction = word & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * fraction * STEP_BELOW;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function nearestEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest === 0.5) return below % 2 === 0 ? below : below + 1;
  return rest > 0.5 ? below + 1 : below;
}
