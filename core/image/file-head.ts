/** The first bytes of a file, by which its kind is known. */
import { open, stat } from 'node:fs/promises';

/** Enough for the signature of HDF5, which may follow a block of the user's of up to 2048 bytes. */
const HEAD_BYTES = 2056;

export type FileHead =
  | { readonly kind: 'file'; readonly size: number; readonly bytes: Uint8Array }
  | { readonly kind: 'folder' }
  /** A device or a pipe, which nobody opens: opening a pipe waits for somebody who writes. */
  | { readonly kind: 'device' }
  | { readonly kind: 'closed'; readonly cause: unknown };

/** Reads it; what is not there or may not be read is `closed`, with the system's error. */
export async function readHead(file: string): Promise<FileHead> {
  try {
    const found = await stat(file);
    if (found.isDirectory()) return { kind: 'folder' };
    if (!found.isFile()) return { kind: 'device' };
    const handle = await open(file, 'r');
    try {
      const { buffer, bytesRead } = await handle.read(new Uint8Array(HEAD_BYTES), 0, HEAD_BYTES, 0);
      return { kind: 'file', size: found.size, bytes: buffer.subarray(0, bytesRead) };
    } finally {
      await handle.close();
    }
  } catch (cause) {
    return { kind: 'closed', cause };
  }
}
