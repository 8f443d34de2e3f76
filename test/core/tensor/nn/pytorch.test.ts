/** Layers beside PyTorch's: outputs and gradients, eager and compiled. */
import { describe, expect, it } from 'vitest';
import {
  Activation,
  AveragePooling,
  BatchNormalization,
  Convolution,
  GroupNormalization,
  InstanceNormalization,
  type InterpolationOptions,
  interpolate,
  LayerNormalization,
  Linear,
  MaxPooling,
  Module,
  MultiHeadAttention,
  type NamedTensors,
  PatchEmbedding,
  PixelShuffle,
  PixelUnshuffle,
  type Tensor,
  type TensorData,
  TransposedConvolution,
} from '../../../../core/tensor/index.js';
import { readNpz } from '../npz.js';
import { channelsLast, relativeError, runCompiled, runEager } from '../run.js';
import { trainingFunction } from './both-ways.js';

const arrays = readNpz(new URL('../../../fixtures/tensor/modules.npz', import.meta.url).pathname);

class Resampling extends Module<Tensor> {
  constructor(
    readonly size: readonly number[],
    readonly options: InterpolationOptions,
  ) {
    super();
  }

  forward(x: Tensor): Tensor {
    return interpolate(x, this.size, this.options);
  }
}

const LAYERS: Record<string, () => Module<Tensor>> = {
  'conv-same-even': () => new Convolution(2, 3, { kernel: [2, 4] }),
  'conv-strided': () => new Convolution(2, 3, { kernel: [3, 3], stride: [2, 2] }),
  'conv-groups': () => new Convolution(4, 6, { kernel: [3, 3], stride: [1, 2], padding: [0, 1], groups: 2 }),
  'conv-depthwise-dilated': () => new Convolution(3, 3, { kernel: [3, 3], dilation: [2, 2], groups: 3 }),
  'conv-3d-groups-dilated': () =>
    new Convolution(4, 2, { kernel: [1, 3, 2], stride: [1, 2, 1], padding: [0, 2, 1], dilation: [1, 2, 1], groups: 2 }),
  transposed: () => new TransposedConvolution(3, 2, [3, 4], { stride: [2, 3], padding: [1, 1], outputPadding: [1, 2] }),
  'transposed-groups': () =>
    new TransposedConvolution(4, 6, [3, 3], { stride: [2, 2], padding: [1, 1], dilation: [2, 2], groups: 2 }),
  'transposed-3d': () =>
    new TransposedConvolution(2, 2, [2, 3, 3], { stride: [1, 2, 2], padding: [0, 1, 1], outputPadding: [0, 1, 0] }),
  linear: () => new Linear(4, 3),
  'batch-norm': () => new BatchNormalization(3, { epsilon: 1e-3, momentum: 0.01 }),
  'instance-norm': () => new InstanceNormalization(3, { affine: true }),
  'instance-norm-3d': () => new InstanceNormalization(2, { affine: true }),
  'group-norm': () => new GroupNormalization(2, 6),
  'group-norm-3d': () => new GroupNormalization(2, 4, 1e-3),
  'layer-norm': () => new LayerNormalization(6, 1e-6),
  'max-pool': () => new MaxPooling([3, 3], { stride: [2, 2], padding: [1, 1] }),
  'max-pool-3d': () => new MaxPooling([2, 3, 2], { stride: [1, 2, 2], padding: [0, 1, 1] }),
  'average-pool': () => new AveragePooling([3, 3], { stride: [2, 2], padding: [1, 1] }),
  'average-pool-3d': () => new AveragePooling([2, 3, 2], { stride: [1, 2, 1] }),
  'resize-3d/nearest': () => new Resampling([4, 5, 6], { mode: 'nearest' }),
  'resize-3d/trilinear': () => new Resampling([4, 5, 6], {}),
  shuffle: () => new PixelShuffle([2, 2]),
  unshuffle: () => new PixelUnshuffle([2, 2]),
  'shuffle-3d': () => new PixelShuffle([2, 1, 3]),
  attention: () => new MultiHeadAttention(12, 3),
  'patch-embedding': () => new PatchEmbedding(2, 5, [2, 3]),
  'patch-embedding-3d': () => new PatchEmbedding(2, 5, [1, 2, 3]),
  gelu: () => new Activation('gelu'),
};

for (const [mode, torchMode] of [
  ['nearest', 'nearest'],
  ['linear', 'bilinear'],
  ['cubic', 'bicubic'],
] as const)
  for (const alignCorners of mode === 'nearest' ? [false] : [false, true])
    for (const size of [
      [9, 4],
      [6, 12],
    ])
      LAYERS[`resize/${torchMode}/${alignCorners ? 'aligned' : 'area'}/${size.join('x')}`] = () =>
        new Resampling(size, { mode, alignCorners });

/** Images of the fixture are channels-first; tokens and rows are as here. */
function asHere(tensor: TensorData): TensorData {
  return tensor.shape.length > 3 ? channelsLast(tensor) : tensor;
}

function inputsOf(name: string, layer: Module<Tensor>): NamedTensors {
  const inputs: NamedTensors = new Map([
    ['x', asHere(arrays.get(`${name}/x`)!)],
    ['output weights', asHere(arrays.get(`${name}/weights`)!)],
  ]);
  for (const [key, { shape, kind }] of layer.slots()) {
    const size = shape.reduce((a, b) => a * b, 1);
    const fresh = { data: new Float32Array(size).fill(key.endsWith('var') ? 1 : 0), shape };
    inputs.set(key, kind === 'buffer' ? fresh : arrays.get(`${name}/w/${key}`)!);
  }
  return inputs;
}

describe('layers of PyTorch', () => {
  it('are all compared', () => {
    const cases = new Set([...arrays.keys()].filter((key) => key.endsWith('/gx')).map((key) => key.slice(0, -3)));
    expect(Object.keys(LAYERS).sort()).toEqual([...cases].sort());
  });

  it.each(Object.keys(LAYERS))('%s', async (name) => {
    const layer = LAYERS[name]();
    const inputs = inputsOf(name, layer);
    const compute = trainingFunction(layer);
    const wanted = new Map([
      ['output', asHere(arrays.get(`${name}/y`)!)],
      ['gradient of x', asHere(arrays.get(`${name}/gx`)!)],
    ]);
    for (const [key, { kind }] of layer.slots())
      if (kind === 'parameter') wanted.set(`gradient of ${key}`, arrays.get(`${name}/g/${key}`)!);
    for (const results of [runEager(inputs, compute), await runCompiled(inputs, compute)])
      for (const [key, { data, shape }] of wanted) {
        expect(results.get(key)!.shape, key).toEqual(shape);
        expect(relativeError(results.get(key)!.data, data), key).toBeLessThan(2e-5);
      }
  });
});
