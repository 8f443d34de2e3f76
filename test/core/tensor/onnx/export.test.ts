import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  Convolution,
  Linear,
  Module,
  type NamedTensors,
  type Pass,
  type Tensor,
  type TensorData,
  type TensorRuntime,
  tf,
} from '../../../../core/tensor/index.js';
import { exportOnnx } from '../../../../core/tensor/onnx/export.js';
import { modelInputs } from '../../../../core/tensor/step.js';
import { buildUNet } from '../../../../plugins/model/unet.js';
import { channelsLast, pattern, relativeError } from '../run.js';
import { sharedRuntime } from '../shared-runtime.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'biagraph-onnx-'));
const file = path.join(folder, 'deep', 'network.onnx');
let runtime: TensorRuntime;

beforeAll(async () => {
  runtime = await sharedRuntime('cpu');
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
});

function unet(ndim: 2 | 3, more: Record<string, unknown> = {}): Module<Tensor[]> {
  return buildUNet({
    ndim,
    inputChannels: 2,
    featureMaps: [4, 6, 8],
    dropout: [0.1, 0.1, 0.1],
    normalization: 'bn',
    instanceNormAffine: false,
    kernelSize: 3,
    activation: 'elu',
    upsampleLayer: 'convtranspose',
    heads: [{ channels: 3, kind: 'prediction' }],
    separatedDecoders: false,
    upscalingPosition: 'pre',
    ...more,
  });
}

/** Weights of every kind, variances among them, so between 0.2 and 0.6. */
function weightsOf(network: Module): NamedTensors {
  return new Map(
    modelInputs(network).map(({ name, shape }, i) => {
      const { data } = pattern(shape, i, 0.2);
      return [name, { shape, data: data.map((v) => (name.includes('running_var') ? v + 0.4 : v)) }];
    }),
  );
}

async function run(input: TensorData): Promise<TensorData[]> {
  const session = await ort.InferenceSession.create(file, { intraOpNumThreads: 1 });
  const results = await session.run({ [session.inputNames[0]]: new ort.Tensor('float32', input.data, input.shape) });
  await session.release();
  return session.outputNames.map((name) => ({ data: results[name].data as Float32Array, shape: results[name].dims }));
}

/** Runs the file in ONNX Runtime alone and compares with our own prediction. */
async function expectSame(network: Module, weights: NamedTensors, shape: readonly number[]): Promise<void> {
  const input = pattern(shape, 5);
  const program = await runtime.infer(network, weights);
  const wanted = await program.predict(shape.length > 3 ? channelsLast(input) : input);
  await program.dispose();
  const got = await run(input);
  expect(got).toHaveLength(wanted.length);
  wanted.forEach((tensor, i) => {
    const ours = got[i].shape.length > 3 ? channelsLast(got[i]) : got[i];
    expect(ours.shape).toEqual(tensor.shape);
    expect(relativeError(ours.data, tensor.data)).toBeLessThan(1e-4);
  });
}

describe('an exported network', () => {
  it.each([
    ['transposed convolution', {}],
    ['interpolation', { upsampleLayer: 'upsampling' }],
    ['instance normalisation', { normalization: 'in', instanceNormAffine: true }],
    [
      'two heads',
      {
        heads: [
          { channels: 1, kind: 'prediction' },
          { channels: 4, kind: 'class' },
        ],
      },
    ],
  ])('predicts images of any size as we do, with %s', async (_, parameters) => {
    const network = unet(2, parameters);
    const weights = weightsOf(network);
    const result = await exportOnnx(network, weights, { file, space: [16, 24], inputChannels: 2 });
    expect(result.input).toEqual({ name: 'input', shape: ['batch', 2, 'height', 'width'] });
    expect(result.outputs[0].shape).toMatchObject(['batch', expect.any(Number), 'height', 'width']);
    expect(result.multiple).toBe(4);
    for (const shape of [
      [1, 2, 16, 24],
      [3, 2, 20, 12],
      [1, 2, 4, 40],
    ])
      await expectSame(network, weights, shape);
  });

  it.each(['convtranspose', 'upsampling'])('predicts volumes of any size as we do, with %s', async (upsampleLayer) => {
    const network = unet(3, { upsampleLayer });
    const weights = weightsOf(network);
    const result = await exportOnnx(network, weights, { file, space: [8, 8, 16], inputChannels: 2 });
    expect(result.input.shape).toEqual(['batch', 2, 'depth', 'height', 'width']);
    await expectSame(network, weights, [1, 2, 4, 12, 8]);
    await expectSame(network, weights, [2, 2, 8, 8, 8]);
  });

  it('keeps the image size where the network does, with a free batch', async () => {
    const network = new Placed();
    const weights = weightsOf(network);
    const result = await exportOnnx(network, weights, { file, space: [6, 5], inputChannels: 1 });
    expect(result.input.shape).toEqual(['batch', 1, 6, 5]);
    expect(result.outputs).toEqual([{ name: 'output', shape: ['batch', 3] }]);
    await expectSame(network, weights, [1, 1, 6, 5]);
    await expectSame(network, weights, [4, 1, 6, 5]);
  });

  it('uses standard operators only', async () => {
    const network = new Attention();
    const weights = weightsOf(network);
    const result = await exportOnnx(network, weights, { file, space: [4, 6], inputChannels: 3 });
    expect(result.input.shape).toEqual(['batch', 3, 'height', 'width']);
    await expectSame(network, weights, [2, 3, 8, 2]);
    const { readFile } = await import('node:fs/promises');
    const text = (await readFile(file)).toString('latin1');
    expect(text).toContain('Einsum');
    expect(text).not.toContain('com.microsoft');
  });

  it('has the names and the metadata that it is given', async () => {
    const network = unet(2);
    const names = { inputName: 'raw', outputNames: ['logits'] };
    const options = { file, space: [16, 16], inputChannels: 2, ...names, metadata: { author: 'a lab' } };
    const result = await exportOnnx(network, weightsOf(network), options);
    expect(result).toMatchObject({ input: { name: 'raw' }, outputs: [{ name: 'logits' }] });
    const session = await ort.InferenceSession.create(file);
    expect([session.inputNames, session.outputNames]).toEqual([['raw'], ['logits']]);
    await session.release();
  });
});

it('weights that do not fit are told', async () => {
  const network = unet(2);
  const weights = weightsOf(network);
  const [first] = weights.keys();
  weights.delete(first);
  await expect(exportOnnx(network, weights, { file, space: [16, 16], inputChannels: 2 })).rejects.toThrow(
    `The network EncoderDecoder cannot be exported: 1 weights are missing or of another shape (${first}).`,
  );
});

/** Adds a picture of one size, then classifies. */
class Placed extends Module<Tensor> {
  readonly places = this.parameter('places', [1, 6, 5, 1], (shape) => new Float32Array(shape.reduce((a, b) => a * b)));
  readonly head = this.child('head', new Linear(30, 3));

  forward(x: Tensor, pass: Pass): Tensor {
    const sum = tf.add(x, pass.value(this.places));
    return this.head.forward(tf.reshape(sum, [x.shape[0], 30]), pass);
  }
}

/** Every pixel attends to every pixel. */
class Attention extends Module<Tensor> {
  readonly embed = this.child('embed', new Convolution(3, 4, { kernel: [1, 1] }));

  forward(x: Tensor, pass: Pass): Tensor {
    const [n, height, width] = x.shape;
    const tokens = tf.reshape(this.embed.forward(x, pass), [n, height * width, 4]);
    const weights = tf.softmax(tf.matMul(tokens, tokens, false, true));
    return tf.reshape(tf.matMul(weights, tokens), [n, height, width, 4]);
  }
}
