import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EventBus, type JobEvent } from '../../../core/job/events.js';
import { jobPaths } from '../../../core/job/folder.js';
import { loadHistory } from '../../../core/job/history.js';
import { readManifest } from '../../../core/job/manifest.js';
import { type RecordOptions, recordJob } from '../../../core/job/record.js';
import { jobEvents, START, trainingEvents } from './a-run.js';

let resultDir: string;
beforeEach(async () => {
  resultDir = await mkdtemp(path.join(tmpdir(), 'biagraph-'));
});
afterEach(() => rm(resultDir, { recursive: true, force: true }));

async function record(events: JobEvent[], changes: Partial<RecordOptions> = {}) {
  const paths = jobPaths({ resultDir, name: 'cells', runId: 1 });
  const bus = new EventBus();
  const made = await recordJob(bus.events$, {
    paths,
    now: () => START,
    config: { PROBLEM: { TYPE: 'SEMANTIC_SEG' } },
    chartFrequency: 5,
    versions: { biagraph: '0.1.0' },
    ...changes,
  });
  for (const event of events) bus.emit(event);
  await made.close();
  return { paths, made };
}

const filesUnder = async (folder: string) =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .sort();

describe('recordJob', () => {
  it('leaves all that a job is to leave', async () => {
    const { paths } = await record(jobEvents());
    expect((await filesUnder(paths.job)).map((file) => file.replace(/tfevents\..*/, 'tfevents'))).toEqual([
      'logs/cells_1_log_2026_01_02_03_04_05.txt',
      'logs/cells_1_log_2026_01_02_03_04_05_training_log.json',
      'logs/cells_1_training.csv',
      'results/cells_1/charts/cells_1_IoU.png',
      'results/cells_1/charts/cells_1_loss.png',
      'results/cells_1/manifest.json',
      'results/cells_1/report.html',
      'results/cells_1/tensorboard/events.out.tfevents',
      'results/cells_1/test_results_metrics.csv',
    ]);
    const log = await readFile(paths.textLog('2026_01_02_03_04_05'), 'utf8');
    expect(log).toContain('[2026-01-02 03:04:05] ~~~ Epoch 2/2 ~~~\n');
    expect(log).toMatch(/FINISHED JOB cells_1 !!\n$/);
    const losses = (await readFile(paths.trainingLog('2026_01_02_03_04_05'), 'utf8')).trimEnd().split('\n');
    expect(losses.map((line) => JSON.parse(line).epoch)).toEqual([0, 1]);
    const manifest = await readManifest(paths.manifest);
    expect(manifest.status).toBe('finished');
    expect(manifest.outputs.filter((file) => file.sha256).map((file) => file.path)).toEqual(
      expect.arrayContaining(['report.html', 'test_results_metrics.csv', '../../logs/cells_1_training.csv']),
    );
  });

  it('a stopped job, gone on with, leaves the same losses as one that was not stopped', async () => {
    const [start] = jobEvents();
    // Killed in the fourth epoch, when the last checkpoint was that of the second.
    const events = trainingEvents({ epochs: 4 });
    const cut = events.findIndex((event) => event.type === 'epoch.started' && event.epoch === 3);
    const { paths } = await record([start, ...events.slice(0, cut + 3)]);
    expect((await readManifest(paths.manifest)).status).toBe('aborted');
    expect(await readFile(paths.report, 'utf8')).toContain('<span class="status aborted">');
    // The third epoch is done again.
    const { made } = await record([start, ...trainingEvents({ epochs: 4, from: 2 })], { resume: true });
    expect(made.history.records.map((row) => row.epoch)).toEqual([0, 1, 2, 3]);
    const whole = jobPaths({ resultDir, name: 'whole', runId: 1 });
    await record([start, ...events], { paths: whole });
    expect(await readFile(paths.trainingCsv, 'utf8')).toBe(await readFile(whole.trainingCsv, 'utf8'));
    expect((await loadHistory(paths.trainingCsv)).records).toHaveLength(4);
  });

  it('keeps what a test had measured before it failed', async () => {
    const events = jobEvents();
    const cut = events.findIndex((event) => event.type === 'progress.step');
    const { paths } = await record([...events.slice(0, cut), { type: 'job.failed', job: 'cells_1', message: 'no' }]);
    expect(await readFile(paths.testCsv, 'utf8')).toBe(
      'file,IoU (per patch),IoU (merge patches)\r\nb.tif,0.7,0.75\r\n',
    );
  });

  it('tells at once that it cannot write, and in the end again', async () => {
    const paths = jobPaths({ resultDir, name: 'cells', runId: 1 });
    await mkdir(paths.job, { recursive: true });
    await writeFile(paths.logs, 'a file where the folder of logs should be');
    const heard: unknown[] = [];
    await expect(record(jobEvents(), { onError: (error) => heard.push(error) })).rejects.toThrow(
      /Cannot write .*cells_1_log_.*\.txt: /,
    );
    expect(heard).toHaveLength(1);
    expect((await readManifest(paths.manifest)).status).toBe('finished');
  });
});
