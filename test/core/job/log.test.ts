import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { EpochDone } from '../../../core/job/history.js';
import { appendLog, timestamped, trainingLogLine } from '../../../core/job/log.js';
import { START, trainingEvents } from './a-run.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'biagraph-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('appends to a log and says clearly when it cannot', async () => {
  const file = path.join(folder, 'logs', 'a.txt');
  await appendLog(file, timestamped('one\n\nthree', START));
  await appendLog(file, 'four\n');
  expect(await readFile(file, 'utf8')).toBe(
    '[2026-01-02 03:04:05] one\n[2026-01-02 03:04:05]\n[2026-01-02 03:04:05] three\nfour\n',
  );
  await writeFile(path.join(folder, 'file'), '');
  await expect(appendLog(path.join(folder, 'file', 'a.txt'), '')).rejects.toThrow(/Cannot write .*a\.txt: /);
});

it("the training log has BiaPy's keys", () => {
  const [event] = trainingEvents().filter((found): found is EpochDone => found.type === 'epoch.done');
  expect(trainingLogLine(event)).toBe(
    '{"train_loss":0.4,"train_IoU":0.6,"train_lr":0.0001,' +
      '"test_loss":0.5,"test_IoU":0.5,"test_lr":0.0001,"epoch":0}\n',
  );
  const { validation: _, ...without } = event;
  expect(JSON.parse(trainingLogLine({ ...without, train: { loss: Number.NaN } }))).toEqual({
    train_loss: null,
    train_lr: 1e-4,
    epoch: 0,
  });
});
