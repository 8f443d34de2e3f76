import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isBiagraphError } from '../../../core/errors.js';
import { isAlive, removeLeftovers, writeAside, writeWhole } from '../../../core/job/write-aside.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'biagraph-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const failure = async (promise: Promise<unknown>): Promise<Error> => {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
};

describe('writeAside', () => {
  it('shows the file only when it is whole, and keeps the extension for the writer', async () => {
    const file = path.join(folder, 'deep', 'image.tif');
    await writeAside(file, async (temporary) => {
      expect(path.dirname(temporary)).toBe(path.dirname(file));
      expect(path.basename(temporary)).toMatch(/^\..*\.tif$/);
      await writeFile(temporary, 'whole');
      expect(existsSync(file)).toBe(false);
    });
    expect(await readFile(file, 'utf8')).toBe('whole');
    expect(await readdir(path.dirname(file))).toEqual(['image.tif']);
  });

  it('leaves the old file and no temporary when writing fails', async () => {
    const file = path.join(folder, 'a.txt');
    await writeWhole(file, 'old');
    const defect = new RangeError('a defect of the writer');
    expect(
      await failure(
        writeAside(file, async (temporary) => {
          await writeFile(temporary, 'half');
          throw defect;
        }),
      ),
    ).toBe(defect);
    expect(await readFile(file, 'utf8')).toBe('old');
    expect(await readdir(folder)).toEqual(['a.txt']);
  });

  it('many writers of one file at once leave one whole file', async () => {
    const file = path.join(folder, 'a.txt');
    const contents = Array.from({ length: 20 }, (_, i) => `${i} `.repeat(1000));
    await Promise.all(contents.map((content) => writeWhole(file, content)));
    expect(contents).toContain(await readFile(file, 'utf8'));
    expect(await readdir(folder)).toEqual(['a.txt']);
  });

  it('takes names of the greatest length', async () => {
    const name = `${'é'.repeat(120)}.tiff`;
    await writeWhole(path.join(folder, name), 'x');
    expect(await readdir(folder)).toEqual([name]);
  });

  it.runIf(existsSync('/dev/full'))('says that the disk is full', async () => {
    const error = await failure(writeAside(path.join(folder, 'a.bin'), () => writeFile('/dev/full', 'x')));
    expect(isBiagraphError(error, 'output')).toBe(true);
    expect(error.message).toContain(path.join(folder, 'a.bin'));
    expect(error.message).toMatch(/the disk is full \(ENOSPC\)\. Free some space/);
  });

  it('says that a file is in the way of a folder, and a folder in the way of a file', async () => {
    await writeFile(path.join(folder, 'file'), '');
    const below = await failure(writeWhole(path.join(folder, 'file', 'a.txt'), 'x'));
    expect(isBiagraphError(below, 'output')).toBe(true);
    expect(below.message).toMatch(/a part of its path is a file|something of that name is in the way/);

    await mkdir(path.join(folder, 'dir'));
    const over = await failure(writeWhole(path.join(folder, 'dir'), 'x'));
    expect(over.message).toMatch(/a folder of that name is in the way/);
    expect((await readdir(folder)).sort()).toEqual(['dir', 'file']);
  });
});

describe('removeLeftovers', () => {
  it('removes temporaries of dead processes of this machine only', async () => {
    // The name of a temporary of a process that ended right away.
    const dead = spawnSync(process.execPath, ['-e', '']).pid;
    let own = '';
    await writeAside(path.join(folder, 'x.tif'), async (temporary) => {
      own = path.basename(temporary);
      await writeFile(temporary, '');
      expect(await removeLeftovers(folder)).toEqual([]);
    });
    const [, host] = /^\.biagraph-([0-9a-f]+)-/.exec(own)!;
    const names = {
      dead: `.biagraph-${host}-${dead}-0-a.tif`,
      alive: `.biagraph-${host}-${process.ppid}-0-a.tif`,
      elsewhere: `.biagraph-00000000-${dead}-0-a.tif`,
      mine: '.hidden.tif',
    };
    await mkdir(path.join(folder, 'deep'));
    for (const name of Object.values(names)) await writeFile(path.join(folder, 'deep', name), '');
    expect(await removeLeftovers(folder)).toEqual([path.join(folder, 'deep', names.dead)]);
    expect((await readdir(path.join(folder, 'deep'))).sort()).toEqual(
      [names.alive, names.elsewhere, names.mine].sort(),
    );
  });

  it('knows the living from the dead', () => {
    expect(isAlive(process.pid)).toBe(true);
    expect(isAlive(spawnSync(process.execPath, ['-e', '']).pid)).toBe(false);
  });
});
