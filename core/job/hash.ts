/** SHA-256 of files, folders and configurations. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';

export interface Fingerprint {
  bytes: number;
  /** Lower-case hexadecimal. Absent where the content was larger than asked for. */
  sha256?: string;
}

/**
 * Size and hash of a file, read as a stream, or of a folder: the hash of the sorted list of its files, each with its own
 * hash and its path with `/` inside the folder, in the format of `sha256sum`.
 *
 * @param limit larger content is not read; only its size is told.
 * @throws NodeJS.ErrnoException when it cannot be read.
 */
export async function fingerprint(
  file: string,
  { limit = Number.POSITIVE_INFINITY, signal }: { limit?: number; signal?: AbortSignal } = {},
): Promise<Fingerprint> {
  const info = await stat(file);
  if (info.isDirectory()) return fingerprintFolder(file, limit, signal);
  if (info.size > limit) return { bytes: info.size };
  return { bytes: info.size, sha256: await sha256File(file, signal) };
}

/** Hash of a configuration: independent of the order of keys and of how the YAML was written. */
export function hashConfig(config: unknown): string {
  return createHash('sha256').update(canonicalJson(config)).digest('hex');
}

async function sha256File(file: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash, { signal });
  return hash.digest('hex');
}

async function fingerprintFolder(folder: string, limit: number, signal?: AbortSignal): Promise<Fingerprint> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const files: { name: string; file: string; bytes: number }[] = [];
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const name = path.relative(folder, file).split(path.sep).join('/');
    files.push({ name, file, bytes: (await stat(file)).size });
  }
  files.sort((a, b) => (a.name < b.name ? -1 : 1));
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  if (bytes > limit) return { bytes };
  const list = createHash('sha256');
  for (const { name, file } of files) list.update(`${await sha256File(file, signal)}  ${name}\n`);
  return { bytes, sha256: list.digest('hex') };
}

/** JSON with sorted keys; values that are undefined are left out. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
