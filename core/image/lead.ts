/**
 * Bytes left free before memory to which files are read.
 *
 * AMD's Zen processors copy at a tenth of their speed (2 instead of 10 to 30 GB/s) to an address that lies 1 to 31 bytes behind that of
 * the source, counted within pages of 4 KB. Files lie in the kernel from the beginning of a page on; large pieces of
 * memory begin 16 bytes behind one, where malloc's header ends. So reading a file to the beginning of a new array is the slow case. Behind
 * this lead values begin at a multiple of 64 bytes.
 */
export const LEAD = 48;

/** Zeros to which a file can be read quickly. */
export function bytesBehindLead(length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new ArrayBuffer(LEAD + length), LEAD);
}
