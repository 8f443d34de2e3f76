import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NetworkShape } from '../../../core/plugin/define.js';
import { type TensorRuntime, tf } from '../../../core/tensor/index.js';
import { exportOnnx } from '../../../core/tensor/onnx/export.js';
import { encodeModel, type OnnxValueInfo } from '../../../core/tensor/onnx/model.js';
import { modelInputs } from '../../../core/tensor/step.js';
import { openOnnx } from '../../../plugins/model/onnx.js';
import { buildUNet } from '../../../plugins/model/unet.js';
import { pattern, relativeError } from '../../core/tensor/run.js';
import { sharedRuntime } from '../../core/tensor/shared-runtime.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'biagraph-onnx-model-'));
let runtime: TensorRuntime;
beforeAll(async () => {
  runtime = await sharedRuntime('cpu');
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
});

const workflow: NetworkShape = { ndim: 2, inputChannels: 2, outputChannels: [2] };
const open = (file: string, more: object = {}, shape = workflow) =>
  openOnnx({ file, channels: 'auto', outputs: [], ...more }, shape);

let count = 0;
/** A file whose outputs are twice its first input. */
function doubling(
  input: (number | string)[],
  { outputs = { y: input }, type = 'float32', more = [] }: Partial<Pieces> = {},
): string {
  const file = path.join(folder, `${count++}.onnx`);
  const x: OnnxValueInfo = { name: 'x', type, shape: input };
  writeFileSync(
    file,
    encodeModel({
      name: 'doubling',
      nodes: Object.keys(outputs).map((name) => ({ op: 'Add', inputs: ['x', 'x'], outputs: [name], attributes: {} })),
      initializers: [],
      inputs: [x, ...more],
      outputs: Object.entries(outputs).map(([name, shape]) => ({ name, type, shape })),
    }),
  );
  return file;
}
interface Pieces {
  outputs: Record<string, (number | string)[]>;
  type: OnnxValueInfo['type'];
  more: OnnxValueInfo[];
}

describe('an ONNX file as a network', () => {
  it('predicts as the network that it was exported from', async () => {
    const network = buildUNet({
      ndim: 2,
      inputChannels: 2,
      featureMaps: [4, 6],
      dropout: [0, 0],
      normalization: 'bn',
      instanceNormAffine: false,
      kernelSize: 3,
      activation: 'elu',
      upsampleLayer: 'convtranspose',
      heads: [{ channels: 3, kind: 'prediction' }],
      separatedDecoders: false,
      upscalingPosition: 'pre',
    });
    const weights = new Map(modelInputs(network).map(({ name, shape }, i) => [name, pattern(shape, i, 0.2)]));
    for (const [name, { data, shape }] of weights)
      if (name.includes('running_var')) weights.set(name, { shape, data: data.map((v) => v + 0.4) });
    const file = path.join(folder, 'unet.onnx');
    await exportOnnx(network, weights, { file, space: [16, 16], inputChannels: 2 });
    const input = pattern([3, 12, 20, 2], 1);
    const [wanted] = await (await runtime.infer(network, weights)).predict(input);
    const program = await runtime.infer(open(file, {}, { ...workflow, outputChannels: [3] }));
    const [got] = await program.predict(input);
    await program.dispose();
    expect(got.shape).toEqual([3, 12, 20, 3]);
    expect(relativeError(got.data, wanted.data)).toBeLessThan(1e-4);
  });

  it.each([
    ['channels first', ['n', 2, 'y', 'x']],
    ['channels last', ['n', 'y', 'x', 2]],
    ['one image at a time', [1, 2, 'y', 'x']],
    ['four images at a time', [4, 2, 3, 5]],
    ['nothing told', ['n', 'c', 'y', 'x']],
  ])('takes images with %s', async (_, shape) => {
    const program = await runtime.infer(open(doubling(shape)));
    for (const n of [1, 3, 5]) {
      const input = pattern([n, 3, 5, 2], n);
      const [output] = await program.predict(input);
      expect(output).toEqual({ shape: input.shape, data: input.data.map((v) => v * 2) });
    }
    await program.dispose();
  });

  it('gives the outputs that are asked for, in that order', async () => {
    const shape = ['n', 2, 'y', 'x'];
    const file = doubling(shape, { outputs: { a: shape, b: shape, c: shape } });
    expect(open(file).options.outputs).toEqual(['a']);
    const both = open(file, { outputs: ['c', 'a'] }, { ...workflow, outputChannels: [2, 2] });
    const program = await runtime.infer(both);
    expect(await program.predict(pattern([1, 2, 2, 2]))).toHaveLength(2);
    await program.dispose();
  });

  it('has no weights, and says so when it is to be trained', async () => {
    const network = open(doubling(['n', 2, 'y', 'x']));
    expect([...network.slots()]).toEqual([]);
    const loss = () => tf.scalar(0);
    const spec = { network, loss, metrics: {}, optimizer: { name: 'SGD' } as const, seed: 0 };
    await expect(runtime.train(spec)).rejects.toThrow(/can only predict.*TRAIN\.ENABLE to False/);
    const image = pattern([1, 2, 2, 2]);
    const eager = await sharedRuntime('eager');
    await expect((await eager.infer(network)).predict(image)).rejects.toThrow(/only where ONNX Runtime is/);
  });

  it('refuses images of another size than it takes', async () => {
    const program = await runtime.infer(open(doubling(['n', 2, 4, 'x'])));
    await expect(program.predict(pattern([1, 3, 5, 2]))).rejects.toThrow(
      /takes images of 4×any pixels, got 3×5\. Set DATA\.PATCH_SIZE/,
    );
    await program.dispose();
  });
});

describe('a file that does not fit is told', () => {
  const image = ['n', 2, 'y', 'x'];
  const twice = (): OnnxValueInfo => ({ name: 'z', type: 'float32', shape: image });
  it.each<[string, () => string, object, NetworkShape, RegExp]>([
    ['missing', () => 'nowhere.onnx', {}, workflow, /MODEL\.PARAMETERS: the ONNX file nowhere\.onnx: there is no such/],
    ['3D for 2D', () => doubling(['n', 2, 'z', 'y', 'x']), {}, workflow, /expected 4 axes for 'x' .* found 5: \[n, 2,/],
    ['2D for 3D', () => doubling(image), {}, { ...workflow, ndim: 3 }, /expected 5 axes .* found 4/],
    [
      'channels',
      () => doubling(['n', 3, 'y', 8]),
      {},
      workflow,
      /expected images of 2 channels, found .* \[n, 3, y, 8\]/,
    ],
    ['place', () => doubling(['n', 2, 4, 8]), { channels: 'last' }, workflow, /expected 2 channels for 'x', found 8/],
    [
      'classes',
      () => doubling(image, { outputs: { y: ['n', 7, 'y', 'x'] } }),
      {},
      workflow,
      /expected 2 channels for 'y', found 7/,
    ],
    [
      'no such output',
      () => doubling(image),
      { outputs: ['q'] },
      workflow,
      /there is no output 'q'\. Its outputs are y\./,
    ],
    ['heads', () => doubling(image), {}, { ...workflow, outputChannels: [2, 2] }, /needs 2 outputs, found 1 \(y\)/],
    ['two inputs', () => doubling(image, { more: [twice()] }), {}, workflow, /expected one input, found 2 \(x, z\)/],
    ['integers', () => doubling(image, { type: 'int32' }), {}, workflow, /expected float32 for 'x', found int32/],
  ])('%s', (_, file, more, shape, message) => {
    expect(() => open(file(), more, shape)).toThrow(message);
  });

  it('damaged or something else', () => {
    const file = doubling(image);
    truncateSync(file, 60);
    expect(() => open(file)).toThrow(/is not an ONNX model, or is damaged/);
    const text = path.join(folder, 'text.onnx');
    for (const content of ['', 'version https://git-lfs.github.com/spec/v1', '\u0000\u0000']) {
      writeFileSync(text, content);
      expect(() => open(text)).toThrow(/is not an ONNX model, or is damaged/);
    }
    expect(() => open(folder)).toThrow(/cannot be read/);
  });
});
