import { mkdir } from 'node:fs/promises';
import path from 'node:path';

/**
 * Creates a folder and those above it; one that is there is left as it is.
 *
 * Node's recursive form answers ENOENT where the file system is read-only, which would be told as a folder that does
 * not exist. Creating them one by one brings out the true reason.
 *
 * @throws the system's error.
 */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    await makeEach(path.resolve(folder));
  }
}

async function makeEach(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    const above = path.dirname(folder);
    if (codeOf(error) === 'EEXIST') return;
    if (codeOf(error) !== 'ENOENT' || above === folder) throw error;
    await makeEach(above);
    await mkdir(folder);
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
