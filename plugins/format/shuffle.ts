/**
 * Undoing the orders in which Blosc puts the bytes or bits of values before it compresses them.
 */
import { MARGIN, unpacker } from './unpack.js';

/**
 * Byte order: all first bytes of the values, then all second bytes, and so on; what is left behind the last whole value is
 * as it was. Writes `source` in the order of values to `target` from `to` on.
 */
export function unshuffleBytes(source: Uint8Array, size: number, target: Uint8Array, to: number): void {
  const { length } = source;
  const values = Math.floor(length / size);
  const joined = 2 * MARGIN + length;
  const { bytes, join } = unpacker(joined + length + MARGIN);
  bytes.set(source, MARGIN);
  join(MARGIN, values, size, joined);
  target.set(bytes.subarray(joined, joined + values * size), to);
  target.set(source.subarray(values * size), to + values * size);
}

/**
 * Bit order: the lowest bits of the first bytes of all values, then the next bits, and so on, eight values to a byte.
 * Blocks whose number of values is no multiple of eight are as they were (Blosc 1).
 */
export function unshuffleBits(source: Uint8Array, size: number, target: Uint8Array, to: number): void {
  const { length } = source;
  const values = Math.floor(length / size);
  if (values % 8 !== 0) {
    target.set(source, to);
    return;
  }
  const row = values / 8;
  for (let byte = 0; byte < size; byte++) {
    const first = 8 * byte * row;
    for (let i = 0; i < row; i++) {
      const at = first + i;
      // Rows of an 8 × 8 matrix of bits in two words, which is transposed (Hacker's Delight, 2nd edition, section 7-3).
      let low = source[at] | (source[at + row] << 8) | (source[at + 2 * row] << 16) | (source[at + 3 * row] << 24);
      let high =
        source[at + 4 * row] |
        (source[at + 5 * row] << 8) |
        (source[at + 6 * row] << 16) |
        (source[at + 7 * row] << 24);
      let swap = (low ^ (low >>> 7)) & 0x00aa00aa;
      low ^= swap ^ (swap << 7);
      swap = (high ^ (high >>> 7)) & 0x00aa00aa;
      high ^= swap ^ (swap << 7);
      swap = (low ^ (low >>> 14)) & 0x0000cccc;
      low ^= swap ^ (swap << 14);
      swap = (high ^ (high >>> 14)) & 0x0000cccc;
      high ^= swap ^ (swap << 14);
      const even = (low & 0x0f0f0f0f) | ((high & 0x0f0f0f0f) << 4);
      const odd = ((low >>> 4) & 0x0f0f0f0f) | (high & 0xf0f0f0f0);
      let out = to + 8 * i * size + byte;
      for (let shift = 0; shift < 32; shift += 8, out += size) target[out] = even >>> shift;
      for (let shift = 0; shift < 32; shift += 8, out += size) target[out] = odd >>> shift;
    }
  }
  target.set(source.subarray(values * size), to + values * size);
}
