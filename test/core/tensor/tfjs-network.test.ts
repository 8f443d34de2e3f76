import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError, FormatError } from '../../../core/errors.js';
import {
  openRuntime,
  type TensorRuntime,
  TfjsNetwork,
  type TfjsNetworkOptions,
  tf,
} from '../../../core/tensor/index.js';
import { pattern, relativeError } from './run.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'biagraph-tfjs-'));
let runtime: TensorRuntime;
const notices: string[] = [];
beforeAll(async () => {
  runtime = await openRuntime({ device: 'cpu', threads: 1, onNotice: (text) => notices.push(text) });
});
afterAll(async () => {
  await runtime.dispose();
  rmSync(folder, { recursive: true });
});

type tf4 = import('@tensorflow/tfjs').Tensor4D;

let count = 0;
async function saved(model: LayersModel): Promise<string> {
  const file = path.join(folder, `${count++}.json`);
  await model.save(
    tf.io.withSaveHandler(async ({ weightData, weightSpecs, ...artifacts }) => {
      const shard = `${path.basename(file)}.bin`;
      writeFileSync(path.join(folder, shard), new Uint8Array(weightData as ArrayBuffer));
      writeFileSync(
        file,
        JSON.stringify({ ...artifacts, weightsManifest: [{ paths: [shard], weights: weightSpecs }] }),
      );
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  return file;
}

const network = (file: string, more: Partial<TfjsNetworkOptions> = {}) =>
  new TfjsNetwork({ file, outputs: [], channels: 'last', ndim: 2, inputChannels: 2, outputChannels: [3], ...more });

/** A small U-Net of the layers that Keras models of microscopy have. */
function unet(): LayersModel {
  const input = tf.input({ shape: [null, null, 2] });
  const conv = (filters: number, more: object = {}) =>
    tf.layers.conv2d({ filters, kernelSize: 3, padding: 'same', activation: 'relu', ...more });
  const first = tf.layers.batchNormalization().apply(conv(4).apply(input));
  const low = tf.layers.maxPooling2d({ poolSize: 2 }).apply(first);
  const deep = tf.layers
    .leakyReLU()
    .apply(tf.layers.separableConv2d({ filters: 6, kernelSize: 3, padding: 'same' }).apply(low));
  const wide = tf.layers.upSampling2d({ size: [2, 2] }).apply(tf.layers.dropout({ rate: 0.5 }).apply(deep));
  const up = tf.layers.conv2dTranspose({ filters: 4, kernelSize: 2, strides: 2 }).apply(deep);
  const joined = tf.layers.concatenate().apply([first, wide, up] as Parameters<typeof tf.model>[0]['inputs']);
  const main = tf.layers.conv2d({ filters: 3, kernelSize: 1, activation: 'sigmoid', name: 'main' }).apply(joined);
  const side = tf.layers.conv2d({ filters: 2, kernelSize: 1, name: 'side' }).apply(joined);
  return tf.model({ inputs: input, outputs: [main, side] as Parameters<typeof tf.model>[0]['outputs'] });
}

describe('a layers model of TensorFlow.js', () => {
  it('predicts compiled as TensorFlow.js does, at any size', async () => {
    await tf.setBackend('cpu');
    const model = unet();
    const file = await saved(model);
    const program = await runtime.infer(network(file, { outputChannels: [3, 2] }));
    for (const [n, side] of [
      [2, 8],
      [1, 12],
    ]) {
      const input = pattern([n, side, side, 2], side);
      const got = await program.predict(input);
      await tf.setBackend('cpu');
      const wanted = model.predict(tf.tensor(input.data, [n, side, side, 2])) as ReturnType<typeof tf.tensor>[];
      expect(got.map(({ shape }) => shape)).toEqual(wanted.map(({ shape }) => shape));
      wanted.forEach((tensor, i) => {
        expect(relativeError(got[i].data, tensor.dataSync())).toBeLessThan(1e-4);
      });
    }
    expect(notices).toEqual([]);
    const [side] = await (await runtime.infer(network(file, { outputs: ['side'], outputChannels: [2] }))).predict(
      pattern([1, 8, 8, 2]),
    );
    expect(side.shape).toEqual([1, 8, 8, 2]);
  });

  it('may have its channels first', async () => {
    const input = tf.input({ shape: [2, null, null] });
    const conv = tf.layers.conv2d({ filters: 3, kernelSize: 3, padding: 'same', dataFormat: 'channelsFirst' });
    const file = await saved(tf.model({ inputs: input, outputs: conv.apply(input) as typeof input }));
    const image = pattern([1, 4, 6, 2], 3);
    const [got] = await (await runtime.infer(network(file, { channels: 'first' }))).predict(image);
    await tf.setBackend('cpu');
    const [kernel, bias] = conv.getWeights();
    const wanted = tf.add(tf.conv2d(tf.tensor4d(image.data, [1, 4, 6, 2]), kernel as tf4, 1, 'same'), bias);
    expect(got.shape).toEqual([1, 4, 6, 3]);
    expect(relativeError(got.data, wanted.dataSync())).toBeLessThan(1e-4);
  });

  it('that does not fit the workflow is refused before anything runs', async () => {
    const file = await saved(unet());
    const refused = async (more: Partial<TfjsNetworkOptions>) => {
      const opening = runtime.infer(network(file, more));
      await expect(opening).rejects.toThrow(ConfigError);
      return opening.catch((error: Error) => error.message);
    };
    expect(await refused({ inputChannels: 1 })).toMatch(
      /expected 1 channel for the input, found 2 in \[any, any, any, 2\]/,
    );
    expect(await refused({ ndim: 3 })).toMatch(/expected 5 axes/);
    expect(await refused({ outputChannels: [4] })).toMatch(/expected 4 channels for output 0, found 3/);
    expect(await refused({ outputs: ['other'] })).toMatch(/no output 'other'/);
    expect(await refused({ outputChannels: [3, 2, 1] })).toMatch(/needs 3 outputs, found 2/);
  });

  it('that is damaged, or of layers that nobody knows, is refused by name', async () => {
    const file = path.join(folder, 'broken.json');
    writeFileSync(file, JSON.stringify({ modelTopology: { class_name: 'Wings', config: {} }, weightsManifest: [] }));
    await expect(runtime.infer(network(file))).rejects.toThrow(FormatError);
    await expect(runtime.infer(network(file))).rejects.toThrow(/broken\.json: TensorFlow\.js cannot build the model/);
    writeFileSync(file, JSON.stringify({ weightsManifest: [] }));
    await expect(runtime.infer(network(file))).rejects.toThrow(/broken\.json: .*no network/);
    const outside = { modelTopology: {}, weightsManifest: [{ paths: ['../x.bin'], weights: [] }] };
    writeFileSync(file, JSON.stringify(outside));
    await expect(runtime.infer(network(file))).rejects.toThrow(/outside of its folder/);
  });
});

/** As tensorflowjs_converter writes it: y = relu(conv(x) + b), enlarged by two with a shape that the graph computes. */
function graphModel(): string {
  const file = path.join(folder, 'graph.json');
  const kernel = pattern([3, 3, 2, 3], 5).data;
  const bias = Float32Array.of(0.1, -0.2, 0.3);
  const weights = [
    { name: 'kernel', shape: [3, 3, 2, 3], dtype: 'float32' },
    { name: 'bias', shape: [3], dtype: 'float32' },
    { name: 'begin', shape: [1], dtype: 'int32' },
    { name: 'end', shape: [1], dtype: 'int32' },
    { name: 'stride', shape: [1], dtype: 'int32' },
    { name: 'two', shape: [1], dtype: 'int32' },
  ];
  const parts = [kernel, bias, Int32Array.of(1), Int32Array.of(3), Int32Array.of(1), Int32Array.of(2)];
  writeFileSync(path.join(folder, 'graph.bin'), Buffer.concat(parts.map(({ buffer }) => Buffer.from(buffer))));
  const type = (name: string) => ({ type: name });
  const constant = ({ name, dtype, shape }: { name: string; dtype: string; shape: number[] }) => ({
    name,
    op: 'Const',
    attr: {
      dtype: type(dtype === 'int32' ? 'DT_INT32' : 'DT_FLOAT'),
      value: { tensor: { dtype: 'DT_FLOAT', tensorShape: { dim: shape.map((size) => ({ size: String(size) })) } } },
    },
  });
  const sides = [-1, -1, -1, 2].map((size) => ({ size: String(size) }));
  const node = (name: string, op: string, input: string[], attr: object = {}) => ({ name, op, input, attr });
  const same = Buffer.from('SAME').toString('base64');
  const last = Buffer.from('NHWC').toString('base64');
  writeFileSync(
    file,
    JSON.stringify({
      format: 'graph-model',
      modelTopology: {
        versions: { producer: 1 },
        node: [
          { name: 'x', op: 'Placeholder', attr: { dtype: type('DT_FLOAT'), shape: { shape: { dim: sides } } } },
          ...weights.map(constant),
          node('conv', '_FusedConv2D', ['x', 'kernel', 'bias'], {
            T: type('DT_FLOAT'),
            strides: { list: { i: ['1', '1', '1', '1'] } },
            dilations: { list: { i: ['1', '1', '1', '1'] } },
            padding: { s: same },
            data_format: { s: last },
            num_args: { i: '1' },
            fused_ops: {
              list: { s: [Buffer.from('BiasAdd').toString('base64'), Buffer.from('Relu').toString('base64')] },
            },
          }),
          node('shape', 'Shape', ['conv'], { T: type('DT_FLOAT'), out_type: type('DT_INT32') }),
          node('space', 'StridedSlice', ['shape', 'begin', 'end', 'stride'], { T: type('DT_INT32') }),
          node('size', 'Mul', ['space', 'two'], { T: type('DT_INT32') }),
          node('y', 'ResizeNearestNeighbor', ['conv', 'size'], {
            T: type('DT_FLOAT'),
            align_corners: { b: false },
            half_pixel_centers: { b: true },
          }),
        ],
      },
      weightsManifest: [{ paths: ['graph.bin'], weights }],
    }),
  );
  return file;
}

describe('a graph model of TensorFlow.js', () => {
  it('predicts compiled as TensorFlow.js does, with shapes that it computes itself', async () => {
    const program = await runtime.infer(network(graphModel()));
    const input = pattern([2, 5, 6, 2], 1);
    const [got] = await program.predict(input);
    await tf.setBackend('cpu');
    const eager = await openRuntime({ device: 'eager' });
    const [wanted] = await (await eager.infer(network(graphModel()))).predict(input);
    expect(got.shape).toEqual([2, 10, 12, 3]);
    expect(relativeError(got.data, wanted.data)).toBeLessThan(1e-4);
    const kernel = tf.tensor4d(pattern([3, 3, 2, 3], 5).data, [3, 3, 2, 3]);
    const plain = tf.relu(
      tf.add(tf.conv2d(tf.tensor4d(input.data, [2, 5, 6, 2]), kernel, 1, 'same'), [0.1, -0.2, 0.3]),
    );
    expect(wanted.data[0]).toBeCloseTo(plain.dataSync()[0], 5);
    expect(notices).toEqual([]);
  });
});
