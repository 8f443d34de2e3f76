import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeLock } from '../../../core/job/lock.js';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'biagraph-'));
  file = path.join(folder, '.job.lock');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const holder = (pid: number, changes = {}) =>
  writeFile(file, JSON.stringify({ pid, host: hostname(), since: Date.now(), ...changes }));

describe('takeLock', () => {
  it('lets one in at a time', async () => {
    const lock = await takeLock(file, 'The job');
    await expect(takeLock(file, 'The job')).rejects.toThrow(/The job is already running \(process \d+\)/);
    await lock.release();
    await lock.release();
    const again = await takeLock(file, 'The job');
    expect(JSON.parse(await readFile(file, 'utf8')).pid).toBe(process.pid);
    await again.release();
    expect(await readdir(folder)).toEqual([]);
  });

  it('gives the lock to exactly one of many', async () => {
    await holder(spawnSync(process.execPath, ['-e', '']).pid);
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => takeLock(file, 'The job')));
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
  });

  it('refuses while another process lives, and takes over when it has died', async () => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    await once(other, 'spawn');
    await holder(other.pid!);
    await expect(takeLock(file, 'The job')).rejects.toThrow(`process ${other.pid}`);
    other.kill('SIGKILL');
    await once(other, 'exit');
    await (await takeLock(file, 'The job')).release();
  });

  it('leaves a lock of another machine alone and says how to get rid of it', async () => {
    await holder(1, { host: 'node17' });
    await expect(takeLock(file, 'The job')).rejects.toThrow(
      `on node17). Wait for it, stop it, or use another run id. If`,
    );
  });

  it('takes over a lock from before the machine was started, one of an earlier life with our id, and a torn one', async () => {
    await holder(process.ppid, { since: 0 });
    await (await takeLock(file, 'The job')).release();
    await holder(process.pid);
    await (await takeLock(file, 'The job')).release();
    await writeFile(file, '{"pid": 1');
    await (await takeLock(file, 'The job')).release();
  });
});
