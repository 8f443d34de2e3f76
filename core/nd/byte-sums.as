/**
 * Sums over bytes in WebAssembly: sixteen at a time, where JavaScript takes one.
 *
 * AssemblyScript; `byte-sums-module.ts` holds what `scripts/compile-webassembly.sh` makes of it. Addresses are bytes of the module's
 * memory.
 */

/** Sum of the `count` bytes from `from` on, at most 65536 of them. */
export function sum(from: usize, count: usize): u32 {
  let sums = i32x4.splat(0);
  const wide = count & ~15;
  for (let i: usize = 0; i < wide; i += 16)
    sums = i32x4.add(sums, i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(v128.load(from + i))));
  let total = i32x4.extract_lane(sums, 0) + i32x4.extract_lane(sums, 1) + i32x4.extract_lane(sums, 2) + i32x4.extract_lane(sums, 3);
  for (let i = wide; i < count; i++) total += load<u8>(from + i);
  return total;
}

/** Sum of the squares of the `count` bytes from `from` on, at most 65536 of them: below 2^32. */
export function squares(from: usize, count: usize): u32 {
  let sums = i32x4.splat(0);
  const wide = count & ~15;
  for (let i: usize = 0; i < wide; i += 16) {
    const bytes = v128.load(from + i);
    const low = i16x8.extend_low_i8x16_u(bytes);
    const high = i16x8.extend_high_i8x16_u(bytes);
    sums = i32x4.add(sums, i32x4.add(i32x4.dot_i16x8_s(low, low), i32x4.dot_i16x8_s(high, high)));
  }
  let total = <u32>(i32x4.extract_lane(sums, 0) + i32x4.extract_lane(sums, 1) + i32x4.extract_lane(sums, 2) + i32x4.extract_lane(sums, 3));
  for (let i = wide; i < count; i++) {
    const byte: u32 = load<u8>(from + i);
    total += byte * byte;
  }
  return total;
}
