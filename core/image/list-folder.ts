import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { DataError } from '../errors.js';

/**
 * Paths of all entries of a folder but hidden ones, sorted by name as plain strings.
 *
 * @param key the key of the configuration that names the folder, for errors; left out where it is one of several of DATA.
 * @throws DataError for a folder that is missing, empty or a file, and for names that are no text.
 */
export async function listFolder(folder: string, key?: string): Promise<string[]> {
  const where = { file: folder, ...(key !== undefined && { key }) };
  const setting = key ?? 'the path in DATA';
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    const reason = code === 'ENOENT' ? 'does not exist' : code === 'ENOTDIR' ? 'is a file' : `cannot be read (${code})`;
    throw new DataError(`${folder}: expected a folder of images, but it ${reason}. Correct ${setting}.`, {
      where,
      cause,
    });
  }
  const kept = names.filter((name) => !name.startsWith('.')).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  if (kept.length === 0)
    throw new DataError(`${folder}: the folder is empty. Put the images there, or correct ${setting}.`, { where });
  // Node shows bytes that are no UTF-8 as this sign, and cannot open the file under the name that it shows.
  const unreadable = kept.filter((name) => name.includes('\uFFFD'));
  if (unreadable.length > 0)
    throw new DataError(
      `${folder}: the names of ${unreadable.length} files are not UTF-8 text: ${unreadable.slice(0, 3).join(', ')}. Rename them.`,
      { where },
    );
  return kept.map((name) => path.join(folder, name));
}
