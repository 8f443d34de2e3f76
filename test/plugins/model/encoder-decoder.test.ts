import { beforeAll, describe, expect, it } from 'vitest';
import { type Scalar, type TensorRuntime, tf } from '../../../core/tensor/index.js';
import { pattern } from '../../core/tensor/run.js';
import { notices, sharedRuntime } from '../../core/tensor/shared-runtime.js';
import { build } from './network-checks.js';

const SMALL: [architecture: string, parameters: object][] = [
  ['unet', { featureMaps: [4, 6, 8] }],
  ['attention_unet', { featureMaps: [4, 6, 8] }],
  ['seunet', { featureMaps: [4, 6, 8], largerIo: true }],
  ['resunet', { featureMaps: [4, 6, 8], largerIo: true }],
  ['resunet_se', { featureMaps: [4, 6, 8], largerIo: true }],
  ['multiresunet', { baseFilters: 4 }],
  ['resunet++', { featureMaps: [4, 6, 8] }],
];

describe('what the whole family has', () => {
  let runtime: TensorRuntime;
  beforeAll(async () => {
    runtime = await sharedRuntime('cpu');
  });

  const shapesOf = async (architecture: string, parameters: object, shape: Parameters<typeof build>[2]) => {
    const program = await runtime.infer(build(architecture, parameters, shape));
    const space = shape?.ndim === 3 ? [4, 16, 32] : [16, 32];
    const outputs = await program.predict(pattern([1, ...space, shape?.inputChannels ?? 1]));
    await program.dispose();
    return outputs.map(({ shape: sides }) => sides);
  };

  it.each(SMALL)('%s: a class head beside the prediction', async (architecture, parameters) => {
    const shapes = await shapesOf(architecture, parameters, { inputChannels: 3, outputChannels: [2, 3] });
    expect(shapes).toEqual([
      [1, 16, 32, 2],
      [1, 16, 32, 3],
    ]);
  });

  it.each(SMALL)('%s: heads of predictions join', async (architecture, parameters) => {
    const headKinds = ['prediction', 'class', 'prediction'];
    const shapes = await shapesOf(architecture, { ...parameters, headKinds }, { outputChannels: [1, 3, 4] });
    expect(shapes).toEqual([
      [1, 16, 32, 5],
      [1, 16, 32, 3],
    ]);
  });

  it.each(SMALL)('%s: enlarges before and after', async (architecture, parameters) => {
    for (const upscalingPosition of ['pre', 'post']) {
      const enlarged = { ...parameters, upscaling: [2, 3], upscalingPosition };
      expect(await shapesOf(architecture, enlarged, {})).toEqual([[1, 32, 96, 1]]);
    }
    const deep = { ...parameters, upscaling: [1, 2, 2], upscalingPosition: 'post', zDown: [1, 1, 1, 1] };
    expect(await shapesOf(architecture, deep, { ndim: 3 })).toEqual([[1, 4, 32, 64, 1]]);
  });

  it.each(SMALL.slice(0, 5))('%s: a decoder for each head', async (architecture, parameters) => {
    const separated = { ...parameters, separatedDecoders: true, headKinds: ['prediction', 'prediction'] };
    const shape = { outputChannels: [1, 2] };
    const decoders = [...build(architecture, separated, shape).slots()]
      .map(([name]) => /^(?:up_paths|conv_out)\.(\d)/.exec(name)?.[1])
      .filter((decoder) => decoder !== undefined);
    expect(new Set(decoders)).toEqual(new Set(['0', '1']));
    expect(await shapesOf(architecture, separated, shape)).toEqual([[1, 16, 32, 3]]);
  });

  it.each(SMALL.filter(([name]) => name !== 'multiresunet'))(
    '%s: trains with dropout, interpolation and each normalisation',
    async (architecture, parameters) => {
      for (const normalization of ['none', 'in', 'ln', 'sync_bn']) {
        const options = { ...parameters, normalization, dropout: [0.1, 0.2, 0.3], upsampleLayer: 'upsampling' };
        const program = await runtime.train({
          network: build(architecture, { ...options, instanceNormAffine: true, kernelSize: 5, activation: 'silu' }),
          loss: ([output], wanted) => tf.mean(tf.squaredDifference(output, wanted)) as Scalar,
          metrics: {},
          optimizer: { name: 'ADAMW' },
          seed: 0,
        });
        const image = pattern([1, 8, 8, 1]);
        const { loss } = await program.step(image, image, { learningRate: 1e-3 }, { epoch: 0, step: 0 });
        expect(loss).toBeGreaterThan(0);
        expect(loss).toBeLessThan(1e3);
        await program.dispose();
      }
      expect(notices).toEqual([]);
    },
  );
});
