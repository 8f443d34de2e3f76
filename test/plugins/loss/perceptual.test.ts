import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ConfigError } from '../../../core/errors.js';
import { buildLoss, loadLosses } from '../../../core/plugin/network.js';
import { Convolution, type NamedTensors, saveSafetensors, type Tensor, tf } from '../../../core/tensor/index.js';
import { FeatureDifference, PerceptualDistance } from '../../../core/tensor/measure/perceptual-network.js';
import { featureLoss, perceptualLoss } from '../../../plugins/loss/perceptual.js';
import { relativeError, runCompiled } from '../../core/tensor/run.js';
import { sharedRuntime } from '../../core/tensor/shared-runtime.js';
import { configOf, VOLUMES } from '../../graphs/config.js';
import { formulaImage, formulaWeights } from '../metric/formula-weights.js';
import { catalog } from '../nodes.js';

const golden = JSON.parse(
  readFileSync(new URL('../../fixtures/perceptual/losses.json', import.meta.url), 'utf8'),
) as Record<'VGG' | 'LPIPS', { value: number; slopes: number[] }>;

const [HEIGHT, WIDTH] = [40, 36];
const shape = [2, HEIGHT, WIDTH, 1];

/** Two planes, one after the other. */
const batch = (noise: number, factor = 1) =>
  Float32Array.from([0, 1].flatMap((k) => [...formulaImage(k, noise).data].map((value) => value * factor)));

it.each([
  ['VGG', featureLoss, new FeatureDifference()],
  ['LPIPS', perceptualLoss, new PerceptualDistance('vgg')],
] as const)(
  '%s and its slopes equal PyTorch, compiled',
  async (name, definition, network) => {
    const loss = definition.build({ files: ['-'] }, formulaWeights(network));
    const inputs: NamedTensors = new Map([
      ['prediction', { data: batch(0.3, 1.2), shape }],
      ['target', { data: batch(0), shape }],
    ]);
    const results = await runCompiled(inputs, (feeds) => {
      const prediction = feeds.get('prediction')!;
      const { value, grads } = tf.engine().gradients(() => loss([prediction], feeds.get('target')!), [prediction]);
      return new Map<string, Tensor>([
        ['value', value],
        ['slopes', grads[0]],
      ]);
    });
    expect(relativeError(results.get('value')!.data, [golden[name].value])).toBeLessThan(1e-4);
    const slopes = results.get('slopes')!.data;
    const some = [...slopes].filter((_, i) => {
      const at = i % (HEIGHT * WIDTH);
      return Math.floor(at / WIDTH) % 8 === 0 && (at % WIDTH) % 8 === 0;
    });
    expect(relativeError(Float32Array.from(some), golden[name].slopes)).toBeLessThan(1e-3);
  },
  240_000,
);

describe('without', () => {
  let folder: string | undefined;
  const before = process.env.BIAGRAPH_NETWORKS;
  const networks = () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'networks-'));
    process.env.BIAGRAPH_NETWORKS = folder;
    return folder;
  };
  afterEach(() => {
    if (folder) rmSync(folder, { recursive: true });
    folder = undefined;
    if (before === undefined) delete process.env.BIAGRAPH_NETWORKS;
    else process.env.BIAGRAPH_NETWORKS = before;
  });
  const images = (changes: object = {}) => configOf({ 'PROBLEM.TYPE': 'IMAGE_TO_IMAGE', ...changes });

  it('weights, and for volumes, they are refused, saying what to do', () => {
    const place = networks();
    expect(() => featureLoss.fromConfig!(images())).toThrow(ConfigError);
    expect(() => featureLoss.fromConfig!(images())).toThrow(
      `weights Biagraph does not bring: there is no vgg16-397923af.pth in ${place}`,
    );
    writeFileSync(path.join(place, 'vgg16-397923af.pth'), '');
    expect(featureLoss.fromConfig!(images())).toEqual({ files: [path.join(place, 'vgg16-397923af.pth')] });
    expect(() => perceptualLoss.fromConfig!(images())).toThrow('there is no vgg.pth or lpips-vgg.pth in');
    const volumes = images({ ...VOLUMES, 'DATA.N_CLASSES': 2 });
    expect(() => featureLoss.fromConfig!(volumes)).toThrow('Take MAE or SSIM, or train on planes.');
  });

  it('the right images they say so', () => {
    const loss = featureLoss.build({ files: ['-'] });
    const refused =
      (...sides: number[]) =>
      () =>
        loss([tf.zeros(sides)], tf.zeros(sides));
    expect(refused(1, 16, 40, 1)).toThrow('planes of 1 or 3 channels with sides of 32 or more, these are 16×40×1');
    expect(refused(1, 32, 32, 2)).toThrow('these are 32×32×2');
  });

  it('anything missing, a network learns by them from a file', async () => {
    const file = path.join(networks(), 'vgg16-397923af.safetensors');
    await saveSafetensors(file, formulaWeights(new FeatureDifference()));
    const spec = [{ id: 'VGG', weight: 1, parameters: featureLoss.fromConfig!(images())! }];
    const runtime = await sharedRuntime('cpu');
    const program = await runtime.train({
      network: new Convolution(1, 1, { kernel: [3, 3], padding: [1, 1] }),
      loss: buildLoss(spec, catalog, await loadLosses(spec, catalog)),
      metrics: {},
      optimizer: { name: 'ADAMW' },
      seed: 0,
    });
    const [input, target] = [batch(0.3), batch(0)].map((data) => ({ data, shape }));
    const losses: number[] = [];
    for (let step = 0; step < 12; step++)
      losses.push((await program.step(input, target, { learningRate: 0.05 }, { epoch: 0, step })).loss);
    expect(losses[11]).toBeLessThan(0.7 * losses[0]);
    await program.dispose();
  }, 240_000);
});
