/** Planes of one bit a pixel; each row begins with a byte of its own. */

/** Bytes of a row. */
export function rowBytes(width: number): number {
  return (width + 7) >> 3;
}

export function hasBit(bits: Uint8Array, width: number, y: number, x: number): boolean {
  return ((bits[y * rowBytes(width) + (x >> 3)] >> (x & 7)) & 1) === 1;
}

export function setBit(bits: Uint8Array, width: number, y: number, x: number): void {
  bits[y * rowBytes(width) + (x >> 3)] |= 1 << (x & 7);
}

/**
 * Removes, in place, what is joined to the border by side or corner, as scikit-image's `clear_border` does. What is to be looked at is
 * kept as one pixel of each run, so that large objects take little memory.
 */
export function clearBorder(bits: Uint8Array, height: number, width: number): void {
  const bytes = rowBytes(width);
  const open: number[] = [];
  const has = (y: number, x: number) => hasBit(bits, width, y, x);
  const look = (y: number, x: number): void => {
    if (has(y, x)) open.push(y * width + x);
  };
  for (let x = 0; x < width; x++) {
    look(0, x);
    look(height - 1, x);
  }
  for (let y = 0; y < height; y++) {
    look(y, 0);
    look(y, width - 1);
  }
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const [y, x] = [Math.floor(at / width), at % width];
    if (!has(y, x)) continue;
    let [first, last] = [x, x];
    while (first > 0 && has(y, first - 1)) first--;
    while (last < width - 1 && has(y, last + 1)) last++;
    for (let k = first; k <= last; k++) bits[y * bytes + (k >> 3)] &= ~(1 << (k & 7));
    for (const row of [y - 1, y + 1]) {
      if (row < 0 || row >= height) continue;
      const end = Math.min(last + 1, width - 1);
      for (let k = Math.max(first - 1, 0); k <= end; k++)
        // The last pixel of each run that touches this one.
        if (has(row, k) && (k === end || !has(row, k + 1))) open.push(row * width + k);
    }
  }
}
