import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { assembly } from '../../assembly.js';
import { AbortedError } from '../../core/errors.js';
import { EventBus } from '../../core/job/events.js';
import { prepareJob } from '../../core/job/prepare.js';
import { runJob } from '../../core/job/run.js';
import { adversaryOf } from '../../graphs/adversary.js';
import { lossesOf, networkOf } from '../../graphs/network-parts.js';
import { sharedRuntime } from '../core/tensor/shared-runtime.js';
import { catalog } from '../plugins/nodes.js';
import { Data, textured, treeOf } from './bad-input/attempt.js';
import { configOf } from './config.js';

const NAFNET = {
  'PROBLEM.TYPE': 'IMAGE_TO_IMAGE',
  'MODEL.ARCHITECTURE': 'nafnet',
  'MODEL.FEATURE_MAPS': [16, 32, 64, 128, 256],
  'MODEL.NAFNET.PATCHGAN.BASE_FILTERS': 8,
  'LOSS.TYPE': ['MAE', 'HINGE'],
  'LOSS.WEIGHTS': [1, 0.1],
  'TRAIN.OPTIMIZER': ['ADAMW', 'SGD'],
  'TRAIN.LR': [1e-3, 2e-4],
};

function parts(changes: object = {}) {
  const config = configOf({ ...NAFNET, ...changes });
  const network = networkOf(config, catalog, [2]);
  return { adversary: adversaryOf(config, catalog, network), losses: lossesOf(config, catalog) };
}

describe('adversarial training', () => {
  it('takes the second entry of what is given for each optimizer', () => {
    const { adversary, losses } = parts();
    expect(losses.map(({ id, weight }) => [id, weight])).toEqual([['MAE', 1]]);
    expect(adversary).toMatchObject({
      network: { architecture: 'patchgan', parameters: { baseFilters: 8 }, ndim: 2, inputChannels: 2 },
      ...{ loss: 'HINGE', weight: 0.1, optimizer: 'SGD', learningRate: 2e-4, betas: [0.9, 0.999] },
    });
  });

  it('is for the network that has a discriminator', () => {
    const changes = { 'MODEL.ARCHITECTURE': 'unet', 'TRAIN.OPTIMIZER': ['ADAMW'], 'TRAIN.LR': [1e-3] };
    expect(() => parts(changes)).toThrow(/the loss 'HINGE' is not available .* which nafnet alone has/);
    expect(parts({ ...changes, 'LOSS.TYPE': ['MAE'], 'LOSS.WEIGHTS': [1] }).adversary).toBeUndefined();
  });

  it.each([
    [{ 'LOSS.TYPE': ['MAE', 'HINGE', 'BCE'], 'LOSS.WEIGHTS': [] }, /two ways to judge the same/],
    [{ 'LOSS.TYPE': ['BCE'], 'LOSS.WEIGHTS': [] }, /BCE alone does not tell .* \[MAE, BCE\]/],
    [{ 'LOSS.GAN.R1_GAMMA': 1 }, /no gradient penalty/],
    [{ 'LOSS.GAN.ADAPTIVE_GAN_WEIGHT': true }, /by LOSS\.WEIGHTS alone/],
    [{ 'TRAIN.ACCUM_ITER': 2 }, /cannot be gathered/],
    [{ 'PROBLEM.TYPE': 'DENOISING' }, /needs clean images/],
  ])('says what it cannot be combined with: %j', (changes, message) => {
    expect(() => parts(changes)).toThrow(message);
  });
});

it('a job with a discriminator that was stopped ends with the checkpoints of one that was not', async () => {
  const data = new Data();
  for (const [seed, name] of ['a', 'b', 'c', 'd'].entries())
    for (const kind of ['raw', 'label']) await data.picture(`train/${kind}/${name}.tif`, textured(seed));
  const settings = {
    ...NAFNET,
    'MODEL.FEATURE_MAPS': [4, 8, 16],
    'MODEL.NAFNET.ENC_BLK_NUMS': [1],
    'MODEL.NAFNET.DEC_BLK_NUMS': [1],
    'MODEL.NAFNET.MIDDLE_BLK_NUM': 1,
    'MODEL.NAFNET.PATCHGAN.BASE_FILTERS': 2,
    'TRAIN.EPOCHS': 4,
    'TEST.ENABLE': false,
  };
  const tensors = await sharedRuntime('cpu');
  const train = async (folder: string, epochs = Number.POSITIVE_INFINITY) => {
    const stop = new AbortController();
    const events = new EventBus();
    let done = 0;
    events.events$.subscribe(({ type }) => {
      if (type === 'epoch.done' && ++done === epochs) stop.abort();
    });
    const job = await prepareJob(
      { source: treeOf(data, settings), jobName: 'job', resultDir: data.path(folder) },
      assembly,
    );
    return runJob(job, { events, signal: stop.signal, tensors });
  };
  const checkpoints = (folder: string) => {
    const place = data.path(folder, 'job', 'checkpoints');
    return Object.fromEntries(readdirSync(place).map((name) => [name, readFileSync(`${place}/${name}`, 'base64')]));
  };
  expect((await train('whole')).resumed).toBe(false);
  await expect(train('stopped', 2)).rejects.toBeInstanceOf(AbortedError);
  const half = checkpoints('stopped');
  expect((await train('stopped')).resumed).toBe(true);
  expect(Object.keys(half)).toEqual(Object.keys(checkpoints('whole')));
  expect(half).not.toEqual(checkpoints('whole'));
  expect(checkpoints('stopped')).toEqual(checkpoints('whole'));
});
