import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ActivationName,
  openRuntime,
  parameterCount,
  type TensorRuntime,
  tf,
} from '../../../core/tensor/index.js';
import type { NormalizationName } from '../../../plugins/model/blocks.js';
import { buildUNet, type UNetParameters } from '../../../plugins/model/unet.js';
import { readNpz } from '../../core/tensor/npz.js';
import { channelsLast, relativeError } from '../../core/tensor/run.js';

const FIXTURES = new URL('../../fixtures/tensor/', import.meta.url);

interface Fixture {
  file: string;
  args: Record<string, unknown>;
  ndim: 2 | 3;
  outputs: string[];
  param_count: number;
  grad_keys: string[];
}

const { fixtures } = JSON.parse(readFileSync(new URL('index.json', FIXTURES), 'utf8')) as { fixtures: Fixture[] };

const DEFAULTS: UNetParameters = {
  ndim: 2,
  inputChannels: 1,
  featureMaps: [16, 32, 64, 128, 256],
  dropout: [],
  normalization: 'bn',
  instanceNormAffine: false,
  kernelSize: 3,
  activation: 'elu',
  upsampleLayer: 'convtranspose',
  heads: [{ channels: 1, kind: 'prediction' }],
  separatedDecoders: false,
  upscalingPosition: 'pre',
};

function parametersOf({ args, ndim }: Fixture): UNetParameters {
  const kinds = args.output_channel_info as string[];
  return {
    ...DEFAULTS,
    ndim,
    inputChannels: (args['DATA.PATCH_SIZE'] as number[]).at(-1)!,
    featureMaps: args['MODEL.FEATURE_MAPS'] as number[],
    dropout: args['MODEL.DROPOUT_VALUES'] as number[],
    normalization: args['MODEL.NORMALIZATION'] as NormalizationName,
    instanceNormAffine: (args.instance_norm_affine as boolean) ?? false,
    kernelSize: args['MODEL.KERNEL_SIZE'] as number,
    activation: args['MODEL.ACTIVATION'] as ActivationName,
    upsampleLayer: args['MODEL.UPSAMPLE_LAYER'] as 'convtranspose' | 'upsampling',
    yxDown: args['MODEL.YX_DOWN'] as number[],
    zDown: args['MODEL.Z_DOWN'] as number[],
    heads: (args.output_channels as number[]).map((channels, i) => ({
      channels,
      kind: kinds[i] === 'class' ? 'class' : 'prediction',
    })),
    headActivations: args.head_activations as string[] | undefined,
    upscaling: args['PROBLEM.SUPER_RESOLUTION.UPSCALING'] as number[] | undefined,
    upscalingPosition: (args['MODEL.UNET_SR_UPSAMPLE_POSITION'] as 'pre' | 'post') ?? 'pre',
  };
}

describe.each(['cpu', 'eager'])('the U-Nets of the reference, device %s', (device) => {
  let runtime: TensorRuntime;
  beforeAll(async () => {
    runtime = await openRuntime({ device, threads: 2 });
  });
  afterAll(() => runtime.dispose());

  // Group norm takes the eager backend ten seconds here; test/core/tensor/nn compares it on a small image.
  const chosen = fixtures.filter(({ file }) => device !== 'eager' || !file.includes('-gn-'));
  it.each(chosen.map((fixture) => [fixture.file, fixture] as const))('%s', async (file, fixture) => {
    const arrays = readNpz(new URL(file, FIXTURES).pathname);
    const network = buildUNet(parametersOf(fixture));
    expect(parameterCount(network)).toBe(fixture.param_count);
    const program = await runtime.train({
      network,
      loss: (output) => tf.addN(output.map((tensor) => tf.mean(tf.square(tensor)))) as ReturnType<typeof tf.scalar>,
      metrics: {},
      optimizer: { name: 'SGD', momentum: 0 },
      seed: 0,
    });
    const weights = new Map(
      [...arrays].flatMap(([key, tensor]) => (key.startsWith('param/') ? [[`model.${key.slice(6)}`, tensor]] : [])),
    );
    const report = await program.restore(weights as typeof arrays);
    expect(report.unexpected).toEqual([]);
    expect(report.mismatched).toEqual([]);
    expect(report.missing).toEqual(['optimizer.step']);

    const input = channelsLast(arrays.get('input')!);
    const outputs = await program.predict(input);
    expect(outputs).toHaveLength(fixture.outputs.length);
    outputs.forEach((output, i) => {
      const wanted = channelsLast(arrays.get(outputs.length > 1 ? `output_${i}` : 'output')!);
      expect(output.shape).toEqual(wanted.shape);
      expect(relativeError(output.data, wanted.data)).toBeLessThan(1e-4);
    });

    // One step of plain gradient descent at rate 1 moves each weight by its gradient.
    const target = { data: new Float32Array(1), shape: [1] };
    const { loss } = await program.step(input, target, { learningRate: 1 }, { epoch: 0, step: 0 });
    expect(relativeError([loss], arrays.get('train_loss')!.data)).toBeLessThan(1e-5);
    const after = await program.state();
    const gradients = fixture.grad_keys.map((key) => arrays.get(`grad/${key}`)!.data);
    const largest = Math.max(...gradients.map((gradient) => gradient.reduce((a, b) => Math.max(a, Math.abs(b)), 0)));
    fixture.grad_keys.forEach((key, i) => {
      const before = arrays.get(`param/${key}`)!.data;
      const moved = before.map((value, j) => value - after.get(`model.${key}`)!.data[j]);
      expect(relativeError(moved, gradients[i], largest), key).toBeLessThan(1e-3);
    });
    for (const [key, { data }] of arrays)
      if (key.startsWith('train_state/'))
        expect(relativeError(after.get(`model.${key.slice('train_state/'.length)}`)!.data, data), key).toBeLessThan(
          1e-5,
        );
    await program.dispose();
  });
});

describe('sizes', () => {
  it.each<[number, Partial<UNetParameters>]>([
    [1_944_241, {}],
    [5_648_337, { ndim: 3, zDown: [0, 0, 0, 0] }],
    [1_925_025, { featureMaps: [32, 64, 128, 256], normalization: 'none' }],
    [1_928_289, { featureMaps: [32, 64, 128, 256] }],
    [1_813_986, { upsampleLayer: 'upsampling', inputChannels: 3, heads: [{ channels: 2, kind: 'prediction' }] }],
  ])('%i parameters', (count, parameters) => {
    expect(parameterCount(buildUNet({ ...DEFAULTS, ...parameters }))).toBe(count);
  });
});

describe('what does not fit', () => {
  it('too few pooling factors', () => {
    expect(() => buildUNet({ ...DEFAULTS, yxDown: [2, 2] })).toThrow(/yxDown has 2 values, but 4 levels/);
  });
  it('an unknown head activation', () => {
    expect(() => buildUNet({ ...DEFAULTS, headActivations: ['sigmoidal'] })).toThrow(/sigmoidal is no activation/);
  });
});
