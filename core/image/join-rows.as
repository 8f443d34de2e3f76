/**
 * Copies of many short rows in WebAssembly: sixteen bytes at a time, where JavaScript takes eight.
 *
 * AssemblyScript; `join-rows-module.ts` holds what `scripts/compile-webassembly.sh` makes of it. Addresses are bytes of the module's
 * memory.
 */

/** Copies `rows` rows of `length` bytes; they begin `across` bytes after each other, and then `down` bytes. */
export function copyRows(source: usize, across: usize, target: usize, down: usize, rows: usize, length: usize): void {
  for (let row: usize = 0; row < rows; row++) {
    let from = source + row * across;
    let to = target + row * down;
    const end = to + (length & ~15);
    while (to < end) {
      v128.store(to, v128.load(from));
      to += 16;
      from += 16;
    }
    if (length & 8) {
      store<u64>(to, load<u64>(from));
      to += 8;
      from += 8;
    }
    for (let rest = length & 7; rest > 0; rest--) store<u8>(to++, load<u8>(from++));
  }
}
