/**
 * Decoding LZ4 blocks (https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md).
 */

/** Below this a loop is faster than a call. */
const SHORT = 32;

/**
 * Decodes the block at `from` ≤ i < `end` of `source` into `target` from `to` on.
 *
 * @param most values may be written up to here.
 * @returns the index behind the last byte that was written.
 * @throws Error when the block is damaged; nothing is written beyond `most`.
 */
export function decodeLz4(
  source: Uint8Array,
  from: number,
  end: number,
  target: Uint8Array,
  to: number,
  most: number,
): number {
  const first = to;
  let [at, out] = [from, to];
  while (at < end) {
    const token = source[at++];
    let literals = token >> 4;
    if (literals === 15) {
      let more = 255;
      while (more === 255 && at < end) {
        more = source[at++];
        literals += more;
      }
    }
    if (at + literals > end || out + literals > most) throw damaged();
    if (literals < SHORT) for (let i = 0; i < literals; i++) target[out++] = source[at++];
    else {
      target.set(source.subarray(at, at + literals), out);
      at += literals;
      out += literals;
    }
    // The last sequence has no match.
    if (at >= end) break;
    const distance = source[at] | (source[at + 1] << 8);
    at += 2;
    let length = (token & 15) + 4;
    if (length === 19) {
      let more = 255;
      while (more === 255 && at < end) {
        more = source[at++];
        length += more;
      }
    }
    let match = out - distance;
    if (at > end || distance === 0 || match < first || out + length > most) throw damaged();
    const stop = out + length;
    if (length < SHORT) while (out < stop) target[out++] = target[match++];
    else if (distance === 1) {
      target.fill(target[match], out, stop);
      out = stop;
    } else {
      // A match that reaches into itself repeats; each copy doubles what can be copied at once.
      while (out < stop) {
        const count = Math.min(out - match, stop - out);
        target.copyWithin(out, match, match + count);
        out += count;
      }
    }
  }
  return out;
}

function damaged(): Error {
  return new Error('its LZ4 block is damaged');
}
