import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { Emitter } from '../../../../core/tensor/emit.js';
import { filterGradient } from '../../../../core/tensor/lower/weight-gradient.js';
import { encodeModel } from '../../../../core/tensor/onnx/model.js';
import { pattern, relativeError } from '../run.js';

/** A 3×3×3 convolution of volumes `[batch, in, ...space]` with as many output pixels as input pixels. */
async function gradient(batch: number, inputs: number, outputs: number, space: number[], together?: number) {
  const emitter = new Emitter(true);
  const ones = [1, 1, 1];
  const name = filterGradient(
    emitter,
    'x',
    'dy',
    {
      ...{ batch, inputChannels: inputs, outputChannels: outputs, input: space, output: space },
      ...{ kernel: [3, 3, 3], strides: ones, dilations: ones, before: ones, after: ones },
    },
    together,
  );
  const port = (of: string, shape: number[]) => ({ name: of, shape, type: 'float32' as const });
  const [x, dy] = [pattern([batch, inputs, ...space], 1), pattern([batch, outputs, ...space], 2)];
  const nodes = emitter.finish();
  const model = encodeModel({
    name: 'gradient',
    nodes,
    initializers: emitter.initializers,
    inputs: [port('x', [...x.shape]), port('dy', [...dy.shape])],
    outputs: [port(name, [outputs, inputs, 3, 3, 3])],
  });
  const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 1 });
  const results = await session.run({
    x: new ort.Tensor('float32', x.data, x.shape),
    dy: new ort.Tensor('float32', dy.data, dy.shape),
  });
  await session.release();
  return { values: results[name].data as Float32Array, gathers: nodes.filter(({ op }) => op === 'Gather').length };
}

describe('the filter gradient of a large volume', () => {
  it.each([
    [1, 3, 2, [4, 5, 6]],
    [2, 2, 3, [16, 12, 12]],
  ])(
    'is made one plane of the kernel at a time: batch %d, %d to %d channels, %j',
    async (batch, inputs, outputs, space) => {
      const whole = await gradient(batch, inputs, outputs, space);
      const parts = await gradient(batch, inputs, outputs, space, 0);
      expect([whole.gathers, parts.gathers]).toEqual([1, 3]);
      expect(relativeError(parts.values, whole.values)).toBeLessThan(1e-6);
    },
  );
});
