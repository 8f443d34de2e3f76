/** A checkpoint of PyTorch whose fourth step is known: test/fixtures/checkpoints. */
import { beforeAll, describe, expect, it } from 'vitest';
import {
  loadSafetensors,
  type NamedTensors,
  type OptimizerSpec,
  type TensorRuntime,
} from '../../../core/tensor/index.js';
import { fitCheckpoint } from '../../../core/train/fit-checkpoint.js';
import { fitOptimizer } from '../../../core/train/fit-optimizer.js';
import { CheckpointStore, type StartingPoint } from '../../../core/train/state.js';
import { crossEntropy } from '../../../plugins/loss/cross-entropy.js';
import { buildUNet } from '../../../plugins/model/unet.js';
import { channelsLast, relativeError } from '../tensor/run.js';
import { sharedRuntime } from '../tensor/shared-runtime.js';

const FOLDER = 'test/fixtures/checkpoints';
const optimizer: OptimizerSpec = { name: 'ADAMW', weightDecay: 0.02 };

function network(featureMaps = [4, 8]) {
  return buildUNet({
    ndim: 2,
    inputChannels: 1,
    featureMaps,
    dropout: [0, 0],
    normalization: 'in',
    instanceNormAffine: true,
    kernelSize: 3,
    activation: 'elu',
    upsampleLayer: 'convtranspose',
    heads: [{ channels: 1, kind: 'prediction' }],
    separatedDecoders: false,
    upscalingPosition: 'pre',
  });
}

async function storeOf(items: ('weights' | 'optimizer' | 'epoch')[], trains = true): Promise<CheckpointStore> {
  const options = { folder: 'nowhere', jobId: 'job', fingerprint: '', trains, workflow: 'SEMANTIC_SEG' };
  return CheckpointStore.open({ ...options, items, file: `${FOLDER}/unet.pth` }, { resume: false });
}

describe('the optimizer of a checkpoint of BiaPy', () => {
  let runtime: TensorRuntime;
  let expected: NamedTensors;
  let start: StartingPoint;
  beforeAll(async () => {
    runtime = await sharedRuntime('cpu');
    expected = (await loadSafetensors(`${FOLDER}/expected.safetensors`)).tensors;
    start = (await (await storeOf(['weights', 'optimizer', 'epoch'])).initial())!;
  });

  it('goes on as PyTorch does: prediction, loss and the next step are its own', async () => {
    const unet = network();
    const { tensors, names, unmatched } = fitCheckpoint(unet, start.weights!, { network: 'unet' });
    expect(unmatched).toEqual([]);
    expect(start.transfer).toBe(false);
    const program = await runtime.train({
      network: unet,
      loss: crossEntropy({ classes: 2 }),
      metrics: {},
      optimizer,
      seed: 0,
    });
    await program.restore(new Map([...tensors, ...fitOptimizer(unet, optimizer, start, names)]));
    const [input, target, wanted] = ['image', 'target', 'prediction'].map((name) => channelsLast(expected.get(name)!));
    expect(relativeError((await program.predict(input))[0].data, wanted.data)).toBeLessThan(1e-4);
    const { loss } = await program.step(input, target, { learningRate: 1e-2 }, { epoch: 3, step: 0 });
    expect(loss).toBeCloseTo(expected.get('loss')!.data[0], 5);
    const state = await program.state();
    expect(state.get('optimizer.step')!.data[0]).toBe(4);
    // A bias in front of a normalisation has no gradient but rounding errors, which Adam makes as large as any other.
    const told = [...names].filter(([, own]) => !/\.(block|up)\.0\.bias$/.test(own));
    for (const [name, own] of told)
      expect(
        relativeError(state.get(`model.${own}`)!.data, expected.get(`after/${name}`)!.data, 0.1),
        name,
      ).toBeLessThan(1e-3);
  });

  it('without the state of the moments would go elsewhere', async () => {
    const unet = network();
    const { tensors } = fitCheckpoint(unet, start.weights!, { network: 'unet' });
    const program = await runtime.train({
      network: unet,
      loss: crossEntropy({ classes: 2 }),
      metrics: {},
      optimizer,
      seed: 0,
    });
    await program.restore(tensors);
    const [input, target] = ['image', 'target'].map((name) => channelsLast(expected.get(name)!));
    await program.step(input, target, { learningRate: 1e-2 }, { epoch: 3, step: 0 });
    const head = (await program.state()).get('model.heads.0.weight')!.data;
    expect(relativeError(head, expected.get('after/last_block.weight')!.data, 0.1)).toBeGreaterThan(1e-2);
  });

  it('is refused where it is another one, or of another network', () => {
    const names = new Map<string, string>();
    expect(() => fitOptimizer(network(), { name: 'SGD' }, start, names)).toThrow(/is another one than SGD/);
    expect(() => fitOptimizer(network([4, 6]), optimizer, start, names)).toThrow(/other parameters than this network/);
  });

  it('comes with its epoch, and is not read where it is not wanted', async () => {
    expect((await storeOf(['weights', 'epoch'])).startEpoch).toBe(3);
    const store = await storeOf(['weights']);
    expect(store.startEpoch).toBe(0);
    expect((await store.initial())!.optimizer).toBeUndefined();
    expect((await storeOf(['epoch'], false)).startEpoch).toBe(0);
  });
});
