/** Undoing filters of HDF5 without the library (https://github.com/HDFGroup/hdf5_plugins/blob/master/docs/RegisteredFilterPlugins.md). */
import { roomFor, type Scratch } from '../../core/image/scratch.js';
import { decodeBlosc } from './blosc.js';
import { decodeLz4 } from './lz4.js';
import { decodeLzf } from './lzf.js';
import { unshuffleBytes } from './shuffle.js';
import { byteCodec, limitsOfBytes, unzlib, unzstd } from './zarr-codec.js';

type Undo = (
  stored: Uint8Array,
  chunk: { bytes: number; size: number; scratch: Scratch | undefined },
) => Uint8Array | Promise<Uint8Array>;

/** By their numbers. */
const UNDO: Readonly<Record<number, Undo>> = {
  1: (stored, { bytes, scratch }) => unzlib(stored, bytes, scratch),
  2(stored, { size, scratch }) {
    const result = roomFor('unshuffled', scratch)(stored.length);
    unshuffleBytes(stored, size, result, 0);
    return result;
  },
  32000: (stored, { bytes }) => decodeLzf(stored, bytes),
  32001(stored, { bytes, scratch }) {
    const rare = async (container: Uint8Array) =>
      (await byteCodec('blosc', {}, { dataType: 'uint8', shape: [bytes] })).decode(container);
    return decodeBlosc(stored, bytes, rare, roomFor('decoded', scratch));
  },
  32004: (stored, { bytes }) => decodeLz4Blocks(stored, bytes),
  32015: (stored, { bytes, scratch }) => unzstd(stored, limitsOfBytes(bytes), scratch),
};

export function isKnownFilter(id: number): boolean {
  return id in UNDO;
}

/** @param size bytes of a value. @throws Error for damaged data. */
export function undoFilter(
  id: number,
  stored: Uint8Array,
  chunk: { bytes: number; size: number; scratch: Scratch | undefined },
): Uint8Array | Promise<Uint8Array> {
  return UNDO[id](stored, chunk);
}

/** LZ4 of the HDF Group: bytes in all, bytes of a block, then each block with its length; one that did not shrink is stored as it is. */
function decodeLz4Blocks(stored: Uint8Array, most: number): Uint8Array {
  const view = new DataView(stored.buffer, stored.byteOffset, stored.byteLength);
  const cut = () => new Error('its LZ4 blocks are damaged');
  if (stored.length < 12) throw cut();
  const [total, side] = [view.getBigUint64(0), view.getUint32(8)];
  if (total > BigInt(most) || side === 0) throw cut();
  const result = new Uint8Array(Number(total));
  let from = 12;
  for (let to = 0; to < result.length; to += side) {
    if (from + 4 > stored.length) throw cut();
    const length = view.getUint32(from);
    const size = Math.min(side, result.length - to);
    from += 4;
    if (from + length > stored.length) throw cut();
    if (length === size) result.set(stored.subarray(from, from + length), to);
    else if (decodeLz4(stored, from, from + length, result, to, to + size) !== to + size) throw cut();
    from += length;
  }
  return result;
}
