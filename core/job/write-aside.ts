/**
 * Files that are either whole or not there: written under a temporary name beside the target, then renamed.
 *
 * A temporary is called `.biagraph-<host>-<process>-<count>-<end of the target's name>`, so that one left by a killed
 * process can be told from one that another process, or another machine on a shared drive, is still writing.
 */
import { createHash } from 'node:crypto';
import { open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { makeFolder } from './make-folder.js';
import { outputFailure } from './output-failure.js';

/**
 * Writes `file` through a temporary path with the same extension, in the same folder, which is created when missing.
 * The target is replaced only after `write` has ended and the data are on the disk; on any failure it stays as it was
 * and the temporary is removed.
 *
 * @param write gets the temporary path and must create a file there.
 * @throws OutputError naming the file, the cause and what to do; what `write` throws on its own account passes through.
 */
export async function writeAside(file: string, write: (temporaryPath: string) => Promise<void>): Promise<void> {
  const temporary = path.join(path.dirname(file), temporaryName(path.basename(file)));
  ours.add(temporary);
  try {
    await makeFolder(path.dirname(file));
    await write(temporary);
    await flush(temporary, 'r+');
    await rename(temporary, file);
    await flushFolder(path.dirname(file));
  } catch (error) {
    await rm(temporary, { force: true, recursive: true }).catch(() => {});
    throw outputFailure(file, error);
  } finally {
    ours.delete(temporary);
  }
}

/** {@link writeAside} for content that is at hand. */
export function writeWhole(file: string, content: string | Uint8Array): Promise<void> {
  return writeAside(file, (temporary) => writeFile(temporary, content));
}

/**
 * Removes temporaries under `folder` whose process on this machine is gone, in all its subfolders but chunked stores
 * (`*.zarr`, `*.n5`), which may hold millions of files and are made whole again by whoever writes them.
 *
 * @returns the removed paths.
 */
export async function removeLeftovers(folder: string): Promise<string[]> {
  const removed: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const entryPath = path.join(folder, entry.name);
    const match = TEMPORARY.exec(entry.name);
    if (match) {
      if (match[1] !== HOST || ours.has(entryPath)) continue;
      const pid = Number(match[2]);
      // A container's first process always has the same id: one of ours that we do not know is from an earlier life.
      if (pid !== process.pid && isAlive(pid)) continue;
      await rm(entryPath, { force: true, recursive: true });
      removed.push(entryPath);
    } else if (entry.isDirectory() && !/\.(zarr|n5)$/i.test(entry.name)) {
      removed.push(...(await removeLeftovers(entryPath)));
    }
  }
  return removed;
}

/** Whether a process with this id runs on this machine. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Not allowed to signal it: it belongs to someone else, and lives.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

const HOST = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
const TEMPORARY = /^\.biagraph-([0-9a-f]{8})-(\d+)-\d+-/;
/** Temporaries that this process is writing now. */
const ours = new Set<string>();
let count = 0;

function temporaryName(name: string): string {
  // File systems allow 255 bytes a name, and a character takes up to four. The end keeps the extension.
  const end = Array.from(name).slice(-48).join('');
  return `.biagraph-${HOST}-${process.pid}-${count++}-${end}`;
}

async function flush(file: string, flags: string): Promise<void> {
  const handle = await open(file, flags);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes the rename itself durable, where the system can do that for folders. */
async function flushFolder(folder: string): Promise<void> {
  await flush(folder, 'r').catch(() => {});
}
