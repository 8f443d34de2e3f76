import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DataError } from '../../../core/errors.js';
import { type NamedTensors, saveSafetensors } from '../../../core/tensor/index.js';
import { CheckpointStore, type CheckpointStoreOptions, type LoopState } from '../../../core/train/state.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'biagraph-state-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const loop: LoopState = {
  epoch: 2,
  finished: false,
  history: [{ epoch: 0, train: { loss: 1 }, learningRate: 0.1 }],
  schedule: {},
  stopping: { best: 1, counter: 0 },
  best: { epoch: 0, loss: 1, metrics: {} },
};

function tensors(value: number): NamedTensors {
  return new Map([
    ['model.w', { data: Float32Array.of(value), shape: [1] }],
    ['optimizer.exp_avg.w', { data: Float32Array.of(-value), shape: [1] }],
  ]);
}

function open(changes: Partial<CheckpointStoreOptions> = {}, resume = true): Promise<CheckpointStore> {
  const options = { folder, jobId: 'job_1', fingerprint: 'a', trains: true, ...changes };
  return CheckpointStore.open(options, { resume });
}

it('gives back for a resume all that was saved, to the bit', async () => {
  await (await open()).save('last', tensors(1 / 3), loop);
  const again = await open();
  expect(again.startEpoch).toBe(2);
  const resumed = (await again.resume())!;
  expect(resumed.loop).toEqual(loop);
  expect(resumed.tensors).toEqual(tensors(1 / 3));
});

it('starts anew when asked to, or when configuration or inputs are others', async () => {
  await (await open()).save('last', tensors(1), loop);
  for (const store of [await open({}, false), await open({ fingerprint: 'b' }), await open({ jobId: 'job_2' })]) {
    expect(store.startEpoch).toBe(0);
    expect(await store.resume()).toBeUndefined();
  }
});

it('starts anew beside a damaged state instead of failing for ever', async () => {
  await (await open()).save('last', tensors(1), loop);
  await writeFile(path.join(folder, 'job_1-checkpoint-last.safetensors'), 'half a file');
  expect((await open()).startEpoch).toBe(0);
});

it('predicts with the best epoch, the last one where there is none, and without the optimizer', async () => {
  const store = await open();
  await store.save('last', tensors(1), loop);
  expect([...(await store.weights())]).toEqual([['w', { data: Float32Array.of(1), shape: [1] }]]);
  await store.save('best', tensors(2), loop);
  expect((await store.weights()).get('w')!.data[0]).toBe(2);
  expect((await readdir(folder)).sort()).toEqual([
    'job_1-checkpoint-best.safetensors',
    'job_1-checkpoint-last.safetensors',
  ]);
});

it("takes a checkpoint of the user's for a test, and to start a training from", async () => {
  const file = path.join(folder, 'elsewhere.safetensors');
  await saveSafetensors(file, new Map([['w', { data: Float32Array.of(7), shape: [1] }]]), {});
  const testing = await open({ file, trains: false });
  await testing.save('best', tensors(1), loop);
  expect((await testing.weights()).get('w')!.data[0]).toBe(7);
  const training = await open({ file });
  expect((await training.initial())!.weights!.get('w')!.data[0]).toBe(7);
  // What was trained counts more than what it started from.
  expect((await training.weights()).get('w')!.data[0]).toBe(1);
});

it('names the file that is missing, and what there is', async () => {
  await expect((await open()).weights()).rejects.toThrow(/job_1-checkpoint-best\.safetensors.*no checkpoint/);
  await expect((await open({ file: 'nowhere.pth', trains: false })).weights()).rejects.toThrow(DataError);
});

it('keeps notes with the weights, for a resume, a test, and another job', async () => {
  const store = await open();
  const waited = store.kept('normalization', { wait: true });
  expect(await store.kept('normalization', { wait: false })).toBeUndefined();
  store.keep('normalization', { mean: 1 / 3 });
  expect(await waited).toEqual({ mean: 1 / 3 });
  for (const name of ['last', 'best'] as const) await store.save(name, tensors(1), loop);
  const file = path.join(folder, 'job_1-checkpoint-best.safetensors');
  for (const changes of [{}, { trains: false }, { trains: false, jobId: 'other', file }]) {
    const again = await open(changes);
    expect(await again.kept('normalization', { wait: true })).toEqual({ mean: 1 / 3 });
    expect(await again.kept('other', { wait: true })).toBeUndefined();
  }
  // A training that starts from a checkpoint has images of its own.
  const fresh = await open({ jobId: 'other', file });
  expect(await fresh.kept('normalization', { wait: false })).toBeUndefined();
});

it('finds no notes in files of other programs', async () => {
  const file = path.join(folder, 'other.safetensors');
  await saveSafetensors(file, tensors(1), { format: 'biagraph', notes: 'not JSON', loop: '{}' });
  expect(await (await open({ trains: false, file })).kept('normalization', { wait: true })).toBeUndefined();
  await saveSafetensors(file, tensors(1), {});
  expect(await (await open({ trains: false, file })).kept('normalization', { wait: true })).toBeUndefined();
});
