/** A lock file: one process at a time works on a job. */
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname, uptime } from 'node:os';
import path from 'node:path';
import { OutputError } from '../errors.js';
import { makeFolder } from './make-folder.js';
import { outputFailure } from './output-failure.js';
import { isAlive } from './write-aside.js';

export interface Lock {
  readonly file: string;
  /** Removes the lock file; more calls do nothing. */
  release(): Promise<void>;
}

interface Holder {
  pid: number;
  host: string;
  /** Milliseconds since 1970. */
  since: number;
}

/**
 * Takes the lock, also from a process of this machine that has died, or that ran before the machine was started.
 *
 * @param what names the locked thing in the error, such as `The job cells_1`.
 * @param now milliseconds since 1970.
 * @throws OutputError when another process holds it, or when the file cannot be written.
 */
export async function takeLock(file: string, what: string, now: () => number = Date.now): Promise<Lock> {
  const holder: Holder = { pid: process.pid, host: hostname(), since: now() };
  const resolved = path.resolve(file);
  if (held.has(resolved)) throw occupied(file, what, holder);
  // Noted before it is taken: in between, a second caller in this process would see our own lock as a dead one's.
  held.add(resolved);
  try {
    await makeFolder(path.dirname(file));
    for (let attempt = 0; attempt < 5; attempt++) {
      if (await create(file, holder)) return { file, release: () => release(file) };
      const found = await readHolder(file);
      if (found === undefined) continue;
      if (!isStale(found.holder)) throw occupied(file, what, found.holder);
      await discard(file, found.text);
    }
    throw new OutputError(`${what} is being taken by several processes at once. Run it again.`, { where: { file } });
  } catch (error) {
    held.delete(resolved);
    throw outputFailure(file, error);
  }
}

/** Lock files that this process has or is about to take. */
const held = new Set<string>();

/** Creates the file with its content in one step, so that nobody reads half a lock; false when there is one. */
async function create(file: string, holder: Holder): Promise<boolean> {
  const text = JSON.stringify(holder);
  const aside = `${file}.${process.pid}`;
  try {
    await writeFile(aside, text);
    try {
      await link(aside, file);
    } finally {
      await rm(aside, { force: true });
    }
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EEXIST') return false;
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS' && code !== 'EOPNOTSUPP') throw error;
  }
  // Some drives (FAT, some network ones) have no hard links.
  try {
    await writeFile(file, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function readHolder(file: string): Promise<{ text: string; holder: Holder | undefined } | undefined> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    return { text, holder: JSON.parse(text) as Holder };
  } catch {
    // Cut off by a crash.
    return { text, holder: undefined };
  }
}

function isStale(holder: Holder | undefined): boolean {
  if (holder === undefined) return true;
  if (holder.host !== hostname()) return false;
  if (holder.since < Date.now() - uptime() * 1000 - 60_000) return true;
  // In a restarted container the dead holder had our own process id: a lock of ours would not have been read.
  return holder.pid === process.pid || !isAlive(holder.pid);
}

/** Removes the stale lock, but not a new one that another process put there since it was read. */
async function discard(file: string, text: string): Promise<void> {
  const aside = `${file}.${process.pid}.stale`;
  try {
    await rename(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if ((await readFile(aside, 'utf8')) !== text) await link(aside, file).catch(() => {});
  await rm(aside, { force: true });
}

function occupied(file: string, what: string, holder: Holder | undefined): OutputError {
  const elsewhere = holder && holder.host !== hostname();
  return new OutputError(
    `${what} is already running (process ${holder?.pid}${elsewhere ? ` on ${holder.host}` : ''}). ` +
      `Wait for it, stop it, or use another run id.${elsewhere ? ` If it is gone for certain, delete ${file}.` : ''}`,
    { where: { file } },
  );
}

async function release(file: string): Promise<void> {
  if (!held.delete(path.resolve(file))) return;
  await rm(file, { force: true });
}
