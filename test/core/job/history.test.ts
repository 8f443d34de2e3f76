import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isBiagraphError } from '../../../core/errors.js';
import { type EpochDone, formatHistory, loadHistory, saveHistory, TrainingHistory } from '../../../core/job/history.js';
import { trainingEvents } from './a-run.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'biagraph-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const epochs = (options?: Parameters<typeof trainingEvents>[0]) =>
  trainingEvents(options).filter((event): event is EpochDone => event.type === 'epoch.done');

const historyOf = (events: EpochDone[]) => {
  const history = new TrainingHistory();
  for (const event of events) history.add(event);
  return history;
};

describe('TrainingHistory', () => {
  it('repeats of a resumed training replace what came after the checkpoint', () => {
    const history = historyOf([...epochs({ epochs: 5 }), ...epochs({ from: 3, epochs: 4 })]);
    expect(history.records.map((record) => record.epoch)).toEqual([0, 1, 2, 3]);
    expect(history.seconds).toBe(32);
  });

  it('names loss first', () => {
    const history = historyOf(epochs());
    expect(history.names).toEqual(['loss', 'IoU']);
    expect(history.values('validation', 'IoU')).toEqual([0.5, 0.75]);
  });
});

describe('the table of losses', () => {
  it('is one row per epoch', () => {
    expect(formatHistory(historyOf(epochs()))).toBe(
      'epoch,learning_rate,seconds,waiting,improved,train_loss,train_IoU,validation_loss,validation_IoU\r\n' +
        '0,0.0001,8,1.5,true,0.4,0.6,0.5,0.5\r\n1,0.0001,8,1.5,true,0.2,0.8,0.25,0.75\r\n',
    );
  });

  it('comes back the same, with NaN and gaps', async () => {
    const events = epochs({ epochs: 3 });
    events[1].train.loss = Number.NaN;
    events[2].train['L1 (Db, Dn)'] = 0.1 + 0.2;
    delete events[0].validation;
    const history = historyOf(events);
    const file = path.join(folder, 'logs', 'training.csv');
    await saveHistory(file, history);
    expect((await loadHistory(file)).records).toEqual(history.records);
  });

  it('is empty when there is no file, and refuses a file of another kind', async () => {
    expect((await loadHistory(path.join(folder, 'none.csv'))).records).toEqual([]);
    for (const [text, words] of [
      ['epoch,loss\n1,2\n', /no column 'learning_rate'/],
      ['epoch,learning_rate,seconds,waiting,improved\n0,x,1,1,true\n', /'learning_rate' in row 2 is no number/],
      ['epoch,learning_rate,seconds,waiting,improved\n0,1\n', /row 2 has 2 fields, not 5/],
    ] as const) {
      const file = path.join(folder, 'training.csv');
      await writeFile(file, text);
      const error = await loadHistory(file).catch((thrown: unknown) => thrown as Error);
      expect(isBiagraphError(error, 'format')).toBe(true);
      expect((error as Error).message).toMatch(words);
    }
  });
});
