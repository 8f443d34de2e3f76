/** PATHS.CHECKPOINT_FILE may be a file of any format. */
import path from 'node:path';
import { expect, it } from 'vitest';
import { loadSafetensors, type NamedTensors, saveSafetensors } from '../../../../core/tensor/index.js';
import { CheckpointStore } from '../../../../core/train/state.js';
import { expectedOf, expectSame, fixture, made, usesFolder } from './files.js';

usesFolder();

async function storeOf(file: string, trains: boolean): Promise<CheckpointStore> {
  const folder = path.dirname(await made('here', ''));
  return CheckpointStore.open({ folder, jobId: 'job', fingerprint: '', file, trains }, { resume: false });
}

it('a checkpoint of BiaPy gives its weights', async () => {
  const all = await expectedOf('biapy.pth');
  const expected = new Map([...all].filter(([name]) => !name.startsWith('optimizer/')));
  const weights = await (await storeOf(fixture('biapy.pth'), false)).weights();
  expectSame(weights, expected);
  expectSame((await (await storeOf(fixture('biapy-legacy.pth'), true)).initial())!.weights!, weights);
});

it('a checkpoint of Biagraph gives its weights, even of a network whose names start with the prefix', async () => {
  const tensors: NamedTensors = new Map([
    ['model.model.a', { data: Float32Array.of(1), shape: [1] }],
    ['model.head', { data: Float32Array.of(2), shape: [1] }],
    ['optimizer.m.head', { data: Float32Array.of(3), shape: [1] }],
  ]);
  const file = await made('own.anything', '');
  await saveSafetensors(file, tensors, { format: 'biagraph' });
  const weights = await (await storeOf(file, false)).weights();
  expect([...weights.keys()].sort()).toEqual(['head', 'model.a']);
  expect(weights.get('model.a')).toEqual((await loadSafetensors(file)).tensors.get('model.model.a'));
});

it('a file that is no checkpoint is named', async () => {
  const file = await made('notes.pth', 'hello, hello');
  await expect((await storeOf(file, false)).weights()).rejects.toThrow(/notes\.pth: it is no file of weights/);
  await expect((await storeOf('none.pth', false)).weights()).rejects.toThrow(/none\.pth does not exist/);
});
