/**
 * Decoding LZF (M. Lehmann, http://oldhome.schmorp.de/marc/liblzf.html), the compression of h5py.
 *
 * @param most bytes that the result can have.
 * @throws Error when the data are damaged.
 */
export function decodeLzf(source: Uint8Array, most: number): Uint8Array<ArrayBuffer> {
  const target = new Uint8Array(most);
  let [from, to] = [0, 0];
  while (from < source.length) {
    const control = source[from++];
    if (control < 32) {
      const end = from + control + 1;
      if (end > source.length || to + end - from > most) throw damaged();
      target.set(source.subarray(from, end), to);
      to += end - from;
      from = end;
      continue;
    }
    let length = control >> 5;
    if (length === 7) length += source[from++];
    let back = to - ((control & 0x1f) << 8) - 1 - source[from++];
    length += 2;
    // A byte behind the end is not there, and makes one of these not a number.
    if (!(back >= 0 && to + length <= most)) throw damaged();
    // Byte by byte, as the end of what is copied may be its own beginning.
    for (const end = to + length; to < end; ) target[to++] = target[back++];
  }
  return target.subarray(0, to);
}

function damaged(): Error {
  return new Error('its LZF data are damaged');
}
