/** Reading the small files of containers that are folders. */
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { FormatError } from '../../core/errors.js';

export type Json = Record<string, unknown>;

/** Metadata of an array is a few kilobytes; consolidated metadata of a whole container are some megabytes at most. */
const MOST_JSON = 32 * 2 ** 20;

/**
 * A JSON file as an object; undefined when there is none.
 *
 * @throws FormatError when it cannot be read or is no object.
 */
export async function readJson(file: string): Promise<Json | undefined> {
  let text: string;
  try {
    const found = await stat(file);
    const { size } = found;
    if (!found.isFile())
      throw new Error(`expected a file of metadata, found ${found.isDirectory() ? 'a folder' : 'a device or a pipe'}`);
    if (size > MOST_JSON) throw new Error(`${size} bytes are too many for metadata`);
    text = await readFile(file, 'utf8');
  } catch (cause) {
    if (isMissing(cause)) return undefined;
    throw damaged(file, reasonOf(cause), cause);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw damaged(file, `expected JSON, but ${reasonOf(cause)}`, cause);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw damaged(file, 'expected a JSON object with the metadata of an array or group');
  return value as Json;
}

/** Names of the folders in a folder, sorted as plain strings, without hidden ones. */
export async function subfolders(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause) => {
    throw damaged(folder, reasonOf(cause), cause);
  });
  return entries
    .filter((entry) => !entry.isFile() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/** `volumes/raw` from `volumes.raw`, `/volumes/raw/` or itself. @throws FormatError for a path that leaves the container. */
export function innerPath(container: string, inner: string): string {
  const parts = (inner.includes('/') ? inner.split('/') : inner.split('.')).filter((part) => part !== '');
  if (parts.some((part) => part === '..' || part === '.' || part.includes('\\')))
    throw damaged(container, `'${inner}' is no path inside a container`);
  return parts.join('/');
}

export async function isFolder(name: string): Promise<boolean> {
  return stat(name).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** What is deeper is taken for a loop of links. */
export const MOST_DEPTH = 16;

export function isMissing(cause: unknown): boolean {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** @param reason one that ends with a full stop says itself what to do. */
export function damaged(file: string, reason: string, cause?: unknown): FormatError {
  const advice = reason.endsWith('.') ? '' : '. Copy it again from its source, or move it out of the data folder.';
  return new FormatError(`${file}: ${reason}${advice}`, {
    where: { file },
    cause,
  });
}

/** Of what is right and cannot be read. @param more what could be. */
export function unsupported(file: string, what: string, more = ''): FormatError {
  return new FormatError(
    `${file}: ${what} cannot be read by this version. Save the array with another setting.${more}`,
    {
      where: { file },
    },
  );
}

export function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const inner = cause.cause instanceof Error ? `: ${cause.cause.message}` : '';
  return (cause.message + inner).replace(/\s+/g, ' ');
}

/** Joins a path inside a container to it. */
export function inside(container: string, inner: string): string {
  return inner === '' ? container : path.join(container, ...inner.split('/'));
}
