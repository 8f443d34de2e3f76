import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { DataError } from '../errors.js';

/**
 * Everything in a folder but hidden files, in the order of their names as plain strings.
 *
 * @param key the key of the configuration that names the folder, for errors.
 * @throws DataError for a missing or empty folder.
 */
export async function listFolder(folder: string, key: string): Promise<string[]> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    const reason = code === 'ENOENT' ? 'does not exist' : code === 'ENOTDIR' ? 'is a file' : `cannot be read (${code})`;
    throw new DataError(`${folder}: expected a folder of images, but it ${reason}. Correct ${key}.`, {
      where: { file: folder, key },
      cause,
    });
  }
  const kept = names.filter((name) => !name.startsWith('.')).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  if (kept.length === 0)
    throw new DataError(`${folder}: the folder is empty. Put the images there, or correct ${key}.`, {
      where: { file: folder, key },
    });
  return kept.map((name) => path.join(folder, name));
}
