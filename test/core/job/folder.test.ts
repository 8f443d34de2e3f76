import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isBiagraphError } from '../../../core/errors.js';
import { checkFolder, jobPaths, openJobFolder } from '../../../core/job/folder.js';
import { writeAside } from '../../../core/job/write-aside.js';

let resultDir: string;
beforeEach(async () => {
  resultDir = await mkdtemp(path.join(tmpdir(), 'biagraph-'));
});
afterEach(() => rm(resultDir, { recursive: true, force: true }));

describe('jobPaths', () => {
  it("is BiaPy's tree", () => {
    const paths = jobPaths({ resultDir, name: 'cells', runId: 2 });
    const shown = (file: string) => path.relative(resultDir, file).split(path.sep).join('/');
    expect(
      [
        paths.configFiles,
        paths.checkpoint('best', '.safetensors'),
        paths.checkpoint(40, '.safetensors'),
        paths.textLog('2026_01_02_03_04_05'),
        paths.trainingLog('2026_01_02_03_04_05'),
        paths.trainingCsv,
        paths.charts,
        paths.tensorboard,
        paths.perImage('per_image_instances'),
        paths.testCsv,
        paths.report,
        paths.manifest,
        paths.state,
      ].map(shown),
    ).toEqual([
      'cells/config_files',
      'cells/checkpoints/cells_2-checkpoint-best.safetensors',
      'cells/checkpoints/cells_2-checkpoint-40.safetensors',
      'cells/logs/cells_2_log_2026_01_02_03_04_05.txt',
      'cells/logs/cells_2_log_2026_01_02_03_04_05_training_log.json',
      'cells/logs/cells_2_training.csv',
      'cells/results/cells_2/charts',
      'cells/results/cells_2/tensorboard',
      'cells/results/cells_2/per_image_instances',
      'cells/results/cells_2/test_results_metrics.csv',
      'cells/results/cells_2/report.html',
      'cells/results/cells_2/manifest.json',
      'cells/state/cells_2',
    ]);
  });

  it('follows the folders that the configuration moves', () => {
    const moved = { logs: path.join(resultDir, 'my logs'), results: path.join(resultDir, 'out') };
    const paths = jobPaths({ resultDir, name: 'cells', runId: 1, moved, logPrefix: 'run' });
    expect(paths.trainingCsv).toBe(path.join(resultDir, 'my logs', 'run_training.csv'));
    expect(paths.charts).toBe(path.join(resultDir, 'out', 'charts'));
  });

  it.each(['', ' ', 'a/b', 'a\\b', '..', 'a\0'])('refuses the job name %j', (name) => {
    expect(() => jobPaths({ resultDir, name, runId: 1 })).toThrow(/cannot be a folder name/);
  });

  it('refuses a run id that is no whole number', () => {
    expect(() => jobPaths({ resultDir, name: 'a', runId: 1.5 })).toThrow(/run id must be a whole number/);
  });
});

describe('openJobFolder', () => {
  it('makes the tree and keeps others out until released', async () => {
    const folder = await openJobFolder({ resultDir, name: 'cells', runId: 1 });
    expect((await readdir(folder.job)).sort()).toEqual(
      ['.cells_1.lock', 'checkpoints', 'config_files', 'logs', 'results', 'state'].sort(),
    );
    await expect(openJobFolder({ resultDir, name: 'cells', runId: 1 })).rejects.toThrow(/already running/);
    // Another run of the same job is another matter.
    await (await openJobFolder({ resultDir, name: 'cells', runId: 2 })).release();
    await folder.release();
    await (await openJobFolder({ resultDir, name: 'cells', runId: 1 })).release();
  });

  it('clears what a killed process left, also in folders that were moved', async () => {
    const logs = path.join(resultDir, 'elsewhere');
    let name = '';
    await writeAside(path.join(logs, 'a.csv'), async (temporary) => {
      name = path.basename(temporary);
      await writeFile(temporary, '');
    });
    const dead = spawnSync(process.execPath, ['-e', '']).pid;
    const left = name.replace(`-${process.pid}-`, `-${dead}-`);
    const checkpoints = path.join(resultDir, 'cells', 'checkpoints');
    await mkdir(checkpoints, { recursive: true });
    for (const folder of [logs, checkpoints]) await writeFile(path.join(folder, left), '');
    await (await openJobFolder({ resultDir, name: 'cells', runId: 1, moved: { logs } })).release();
    expect([await readdir(logs), await readdir(checkpoints)]).toEqual([['a.csv'], []]);
  });

  it('keeps a copy of the configuration, also when started from that copy', async () => {
    const file = path.join(resultDir, 'job.yaml');
    await writeFile(file, 'TRAIN:\n  ENABLE: True\n');
    const folder = await openJobFolder({ resultDir, name: 'cells', runId: 1 });
    const copy = await folder.saveConfig(file);
    expect(await folder.saveConfig(copy)).toBe(copy);
    expect(await readFile(copy, 'utf8')).toBe(await readFile(file, 'utf8'));
    await folder.release();
  });

  it('says early and clearly that a folder cannot be written, and gives the lock back', async () => {
    await writeFile(path.join(resultDir, 'file'), '');
    const options = { resultDir, name: 'cells', runId: 1, moved: { logs: path.join(resultDir, 'file', 'logs') } };
    const error = await openJobFolder(options).catch((thrown: unknown) => thrown as Error);
    expect(isBiagraphError(error, 'output')).toBe(true);
    expect((error as Error).message).toContain(`Cannot write ${options.moved.logs}`);
    expect(await readdir(path.join(resultDir, 'cells'))).not.toContain('.cells_1.lock');
    const below = openJobFolder({ resultDir: path.join(resultDir, 'file'), name: 'cells', runId: 1 });
    await expect(below).rejects.toThrow(/a part of its path is a file/);
  });
});

it('checkFolder asks for free space', async () => {
  await checkFolder(resultDir, 1);
  await expect(checkFolder(resultDir, 2 ** 60)).rejects.toThrow(/free, and a job needs at least .* TB/);
  expect(await readdir(resultDir)).toEqual([]);
});
