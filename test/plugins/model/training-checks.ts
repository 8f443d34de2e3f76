/** What networks of any kind are held to: learning, both ways of running, and files that ONNX Runtime runs alone. */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Module,
  type NamedTensors,
  type Scalar,
  type TensorData,
  type TensorRuntime,
  tf,
} from '../../../core/tensor/index.js';
import { exportOnnx } from '../../../core/tensor/onnx/export.js';
import { type Measure, modelInputs, type TrainingSpec } from '../../../core/tensor/step.js';
import { channelsLast, pattern, relativeError } from '../../core/tensor/run.js';
import { notices, sharedRuntime } from '../../core/tensor/shared-runtime.js';
import { kernelFile, kernelsOf } from './compiled-kernels.js';
import { build, once } from './network-checks.js';

/** Every pixel of the input in a block of `factor` × `factor`, `[n, y, x, c]`. */
export function enlarged(factor: number): Lesson['target'] {
  return ({ data, shape: [n, height, width, channels] }) => {
    const shape = [n, height * factor, width * factor, channels];
    const out = new Float32Array(data.length * factor * factor);
    for (let i = 0; i < out.length; i++) {
      const c = i % channels;
      const x = Math.floor((Math.floor(i / channels) % shape[2]) / factor);
      const row = Math.floor(i / (channels * shape[2]));
      const y = Math.floor((row % shape[1]) / factor);
      out[i] = data[((Math.floor(row / shape[1]) * height + y) * width + x) * channels + c];
    }
    return { data: out, shape };
  };
}

/** A small network and what it works on. */
export interface Small {
  parameters?: object;
  ndim?: 2 | 3;
  inputChannels?: number;
  outputChannels?: number[];
  /** Sides of the images. */
  space: number[];
}

export interface Lesson extends Small {
  target: (input: TensorData) => TensorData;
  loss?: Measure;
  rate?: number;
  /** Share of the first loss that the last one must be below; 0.8. */
  below?: number;
}

export const meanSquaredError: Measure = ([output], target) => tf.mean(tf.squaredDifference(output, target)) as Scalar;

/** Over logits `[n, classes]`; the target has a 1 at the class. */
export const classCrossEntropy: Measure = ([output], target) =>
  tf.neg(tf.mean(tf.sum(tf.mul(target, tf.logSoftmax(output)), -1))) as Scalar;

/** Sample i is of class i modulo the number of classes, as a target for {@link classCrossEntropy}. */
export function classesInTurn(classes: number): Lesson['target'] {
  return ({ shape: [n] }) => ({
    data: Float32Array.from({ length: n * classes }, (_, i) =>
      i % classes === Math.floor(i / classes) % classes ? 1 : 0,
    ),
    shape: [n, classes],
  });
}

/**
 * 20 compiled steps lower the loss, with nothing falling back, and the first ones are those of eager ones. What they
 * consist of is in test/fixtures/kernels.
 */
export function itTrains(architecture: string, lessons: Readonly<Record<string, Lesson>>): void {
  describe.each(Object.entries(lessons))('learning, %s', (variant, lesson) => {
    const { space, inputChannels = 1, target, loss = meanSquaredError, rate = 3e-3, below = 0.8 } = lesson;
    let compiled: TensorRuntime;
    let eager: TensorRuntime;
    beforeAll(async () => {
      compiled = await sharedRuntime('cpu');
      eager = await sharedRuntime('eager');
    });

    const input = pattern([2, ...space, inputChannels], 3);
    const spec = (): TrainingSpec => {
      const network = build(architecture, lesson.parameters, lesson);
      return { network, loss, metrics: {}, optimizer: { name: 'ADAM' }, seed: 1 };
    };
    const losses = async (runtime: TensorRuntime, steps: number) => {
      const program = await runtime.train(spec());
      const seen: number[] = [];
      for (let step = 0; step < steps; step++)
        seen.push((await program.step(input, target(input), { learningRate: rate }, { epoch: 0, step })).loss);
      await program.dispose();
      return seen;
    };

    const learned = once(() => losses(compiled, 20));

    it('lowers the loss in 20 compiled steps', async () => {
      const seen = await learned();
      expect(seen.at(-1)).toBeLessThan(below * seen[0]);
      expect(compiled.description).toMatch(/^compiled for/);
      expect(notices).toEqual([]);
    });

    it('consists of known kernels', async () => {
      await expect(kernelsOf(spec(), input, target(input))).toMatchFileSnapshot(kernelFile(architecture, variant));
    });

    it('is the same compiled and eager', async () => {
      const wanted = await losses(eager, 2);
      expect(relativeError((await learned()).slice(0, 2), wanted)).toBeLessThan(1e-3);
    });
  });
}

/** ONNX Runtime alone predicts as we do, at the exported size and at `others`, with other batches everywhere. */
export function itExports(
  architecture: string,
  cases: Readonly<Record<string, Small & { others?: number[][] }>>,
): void {
  describe('as an ONNX file', () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'biagraph-onnx-'));
    const file = path.join(folder, 'network.onnx');
    let runtime: TensorRuntime;
    beforeAll(async () => {
      runtime = await sharedRuntime('cpu');
    });
    afterAll(async () => {
      rmSync(folder, { recursive: true });
    });

    it.each(Object.entries(cases))('%s', async (_, { others = [], ...small }) => {
      const { space, inputChannels = 1 } = small;
      const network = build(architecture, small.parameters, small);
      const weights = uneven(network);
      const { input } = await exportOnnx(network, weights, { file, space, inputChannels });
      const axes = ['depth', 'height', 'width'].slice(3 - space.length);
      expect(input.shape).toEqual(['batch', inputChannels, ...(others.length > 0 ? axes : space)]);
      const session = await ort.InferenceSession.create(file, { intraOpNumThreads: 1 });
      const program = await runtime.infer(network, weights);
      for (const [batch, ...sides] of [[1, ...space], [3, ...space], ...others.map((other) => [2, ...other])]) {
        const image = pattern([batch, inputChannels, ...sides], 5);
        const wanted = await program.predict(channelsLast(image));
        const got = await session.run({ [input.name]: new ort.Tensor('float32', image.data, image.shape) });
        wanted.forEach(({ data, shape }, i) => {
          const { dims, data: raw } = got[session.outputNames[i]];
          const plain = { data: raw as Float32Array, shape: [...dims] };
          const ours = dims.length > 3 ? channelsLast(plain) : plain;
          expect(ours.shape).toEqual([...shape]);
          expect(relativeError(ours.data, data)).toBeLessThan(1e-4);
        });
      }
      await program.dispose();
      await session.release();
    });
  });
}

/** Starting weights, with running statistics that differ from channel to channel. */
function uneven(network: Module): NamedTensors {
  const slots = new Map([...network.slots()]);
  return new Map(
    modelInputs(network).map(({ name, shape }, i) => {
      const key = name.slice('model.'.length);
      const { initial } = slots.get(key)!;
      const noise = pattern(shape, i, 0.2).data;
      const data = initial(shape, { seed: 0, name: key }).map((value, k) => value + noise[k]);
      return [name, { shape, data }];
    }),
  );
}
