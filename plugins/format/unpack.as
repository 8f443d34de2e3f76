/**
 * LZ4 blocks and byte orders of Blosc in WebAssembly: copies of 16 bytes at any place, which JavaScript has not.
 *
 * AssemblyScript; `unpack-module.ts` holds what `scripts/compile-webassembly.sh` makes of it. Addresses are bytes of the module's memory,
 * in which up to 32 bytes behind every source and target may be read or overwritten.
 */

/**
 * Decodes an LZ4 block (https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md) at `from` ≤ i < `end` to `to` and
 * further; the end of what was written, or 0 when the block is damaged or would go beyond `most`.
 */
export function lz4(from: usize, end: usize, to: usize, most: usize): usize {
  let at = from;
  let out = to;
  while (at < end) {
    const token = load<u8>(at++);
    let literals: usize = token >> 4;
    if (literals != 15) {
      if (literals > end - at || literals > most - out) return 0;
      v128.store(out, v128.load(at));
    } else {
      let more: usize = 255;
      while (more == 255) {
        if (at >= end) return 0;
        more = load<u8>(at++);
        literals += more;
      }
      if (literals > end - at || literals > most - out) return 0;
      memory.copy(out, at, literals);
    }
    at += literals;
    out += literals;
    // The last sequence has no match.
    if (at >= end) break;
    if (end - at < 2) return 0;
    const distance: usize = load<u16>(at);
    at += 2;
    let length: usize = (token & 15) + 4;
    // Most are as short, and do not reach into themselves.
    if (length != 19 && distance >= 16) {
      if (distance > out - to || length > most - out) return 0;
      v128.store(out, v128.load(out - distance));
      store<u16>(out + 16, load<u16>(out + 16 - distance));
      out += length;
      continue;
    }
    if (length == 19) {
      let more: usize = 255;
      while (more == 255) {
        if (at >= end) return 0;
        more = load<u8>(at++);
        length += more;
      }
    }
    if (distance == 0 || distance > out - to || length > most - out) return 0;
    const stop = out + length;
    let match = out - distance;
    if (distance >= 16) {
      do {
        v128.store(out, v128.load(match));
        out += 16;
        match += 16;
      } while (out < stop);
    } else if (distance == 2) repeat(i16x8.splat(load<i16>(match)), out, stop);
    else if (distance == 1) repeat(i8x16.splat(load<i8>(match)), out, stop);
    else if (distance == 4) repeat(i32x4.splat(load<i32>(match)), out, stop);
    else {
      // A match that reaches into itself repeats: the piece is doubled until eight bytes can be copied at once.
      let piece = distance;
      while (piece < 8 && out < stop) {
        for (let i: usize = 0; i < piece; i++) store<u8>(out + i, load<u8>(match + i));
        out += piece;
        piece += piece;
      }
      while (out < stop) {
        store<u64>(out, load<u64>(match));
        out += 8;
        match += 8;
      }
    }
    out = stop;
  }
  return out;
}

/** Fills from `out` on until `stop`, or up to 15 bytes further. */
@inline
function repeat(piece: v128, out: usize, stop: usize): void {
  do {
    v128.store(out, piece);
    out += 16;
  } while (out < stop);
}

/** Values of `size` bytes from all first bytes, all second bytes, and so on, `values` of each. */
export function join(source: usize, values: usize, size: usize, target: usize): void {
  if (size == 2) join2(source, values, target);
  else if (size == 4) join4(source, values, target);
  else joinAny(source, 0, values, values, size, target);
}

function join2(source: usize, values: usize, target: usize): void {
  const whole = values & ~15;
  for (let i: usize = 0; i < whole; i += 16) {
    const a = v128.load(source + i);
    const b = v128.load(source + values + i);
    v128.store(target + 2 * i, v128.shuffle<u8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
    v128.store(target + 2 * i + 16, v128.shuffle<u8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31));
  }
  joinAny(source, whole, values, values, 2, target);
}

function join4(source: usize, values: usize, target: usize): void {
  const whole = values & ~15;
  for (let i: usize = 0; i < whole; i += 16) {
    const a = v128.load(source + i);
    const b = v128.load(source + values + i);
    const c = v128.load(source + 2 * values + i);
    const d = v128.load(source + 3 * values + i);
    const low = v128.shuffle<u8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    const high = v128.shuffle<u8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    const low2 = v128.shuffle<u8>(c, d, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    const high2 = v128.shuffle<u8>(c, d, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    const out = target + 4 * i;
    v128.store(out, v128.shuffle<u16>(low, low2, 0, 8, 1, 9, 2, 10, 3, 11));
    v128.store(out + 16, v128.shuffle<u16>(low, low2, 4, 12, 5, 13, 6, 14, 7, 15));
    v128.store(out + 32, v128.shuffle<u16>(high, high2, 0, 8, 1, 9, 2, 10, 3, 11));
    v128.store(out + 48, v128.shuffle<u16>(high, high2, 4, 12, 5, 13, 6, 14, 7, 15));
  }
  joinAny(source, whole, values, values, 4, target);
}

function joinAny(source: usize, first: usize, end: usize, values: usize, size: usize, target: usize): void {
  for (let byte: usize = 0; byte < size; byte++)
    for (let i = first; i < end; i++) store<u8>(target + i * size + byte, load<u8>(source + byte * values + i));
}
