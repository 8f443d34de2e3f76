/** The WebAssembly of `byte-sums.as`: sums over bytes that are brought into its memory piece by piece. */
import { type ModuleMemory, PAGE, workplaceOf } from '../compute/web-assembly.js';
import { BYTE_SUMS } from './byte-sums-module.js';

interface Exports {
  readonly memory: ModuleMemory;
  sum(from: number, count: number): number;
  squares(from: number, count: number): number;
}

/** A piece of the bytes has a page. */
const workplace = workplaceOf<Exports>(BYTE_SUMS, PAGE);

/** Sum, and sum of the squares, of bytes; both exact below 2^53, that is for up to 1.3e11 of them. */
export function byteSums(values: Uint8Array): { sum: number; squares: number } {
  const { exports, bytes, place } = workplace();
  let sum = 0;
  let squares = 0;
  for (let from = 0; from < values.length; from += PAGE) {
    const piece = values.subarray(from, from + PAGE);
    bytes.set(piece, place);
    sum += exports.sum(place, piece.length) >>> 0;
    squares += exports.squares(place, piece.length) >>> 0;
  }
  return { sum, squares };
}
