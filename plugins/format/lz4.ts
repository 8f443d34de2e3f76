/**
 * Decoding LZ4 blocks (https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md).
 */
import { MARGIN, unpacker } from './unpack.js';

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
  const first = 2 * MARGIN + end - from;
  const { bytes, lz4 } = unpacker(first + most - to + MARGIN);
  bytes.set(source.subarray(from, end), MARGIN);
  const stop = lz4(MARGIN, MARGIN + end - from, first, first + most - to);
  if (stop === 0) throw new Error('its LZ4 block is damaged');
  target.set(bytes.subarray(first, stop), to);
  return to + stop - first;
}
