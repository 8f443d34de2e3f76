import { describe, expect, test } from 'vitest';
import { node } from '../../../core/graph/graph.js';
import { image, sizeOf } from '../../../core/image/image.js';
import { buildNetwork } from '../../../core/plugin/network.js';
import type { Services } from '../../../core/plugin/services.js';
import type { NamedTensors, TensorData } from '../../../core/tensor/index.js';
import { bench, catalog, sampleOf } from '../nodes.js';

/** A runtime whose network gives each pixel plus one in two channels, and counts what it was asked. */
function countingRuntime() {
  const asked: number[] = [];
  const program = {
    restore: async () => ({ missing: [], mismatched: [] }),
    predict: async ({ data, shape }: TensorData) => {
      asked.push(shape[0]);
      const values = Float32Array.from({ length: 2 * data.length }, (_, i) => data[i >> 1] + 1);
      return [{ data: values, shape: [...shape.slice(0, -1), 2] }];
    },
    dispose: async () => {},
  };
  const services = {
    tensors: async () => ({ infer: async () => program }),
    training: { weights: async () => zeroWeights() },
  } as unknown as Partial<Services>;
  return { asked, services };
}

const network = { architecture: 'unet', parameters: {}, ndim: 2 as const, inputChannels: 1, outputChannels: [2] };
/** A checkpoint that fits the network. */
function zeroWeights(): NamedTensors {
  const slots = [...buildNetwork(network, catalog).slots()];
  return new Map(
    slots.map(([name, { shape }]) => [`model.${name}`, { data: new Float32Array(sizeOf(shape)), shape: [...shape] }]),
  );
}
const cut = { patch: [4, 4], complete: true };
const nodes = [
  node('filter', 'filter/patches', { ...cut, groups: [[{ property: 'mean', sign: 'lt', value: 10 }]] }),
  node('cutter', 'stitcher/cut-patches', cut),
  node('model', 'model/predict', { network, batchSize: 3, activations: ['linear', 'linear'] }),
  node('stitcher', 'stitcher/join-patches', { channels: 2 }),
];
/** Rows of patches, each of one level. */
const rows = (...levels: number[]) =>
  sampleOf(
    image(
      Float32Array.from({ length: 16 * levels.length }, (_, i) => levels[i >> 4]),
      [4 * levels.length, 4, 1],
    ),
  );

describe('patches that a filter leaves out', () => {
  test('stay black, and the network is not asked for them', async () => {
    const { asked, services } = countingRuntime();
    const [{ products }] = await bench({ services }).run(nodes, [rows(20, 1, 30, 2, 40, 50)]);
    const first = [0, 1, 2, 3, 4, 5].map((patch) => products.channels.data[32 * patch]);
    expect(first.map(Math.round)).toEqual([21, 0, 31, 0, 41, 51]);
    expect(asked.reduce((sum, count) => sum + count)).toBe(4);
  });

  test('may be all of an image', async () => {
    const { services } = countingRuntime();
    const [{ products }] = await bench({ services }).run(nodes, [rows(1, 2)]);
    expect(products.channels.shape).toEqual([8, 4, 2]);
    expect(products.channels.data.every((value) => value === 0)).toBe(true);
  });
});
