import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { tf } from '../../../../core/tensor/index.js';
import { readWeights } from '../../../../core/tensor/weights/index.js';
import { expectSame, made, usesFolder } from './files.js';

usesFolder();

type Manifest = { paths: string[]; weights: object[] }[];

async function model(manifest: Manifest | object, shards: Record<string, Uint8Array> = {}): Promise<string> {
  for (const [shard, data] of Object.entries(shards)) await made(shard, data);
  return made('model.json', JSON.stringify({ format: 'layers-model', weightsManifest: manifest }));
}

describe('weights of TensorFlow.js', () => {
  it('that TensorFlow.js wrote, cut into shards anywhere', async () => {
    const network = tf.sequential({
      layers: [
        tf.layers.conv2d({ filters: 3, kernelSize: 3, inputShape: [8, 8, 2] }),
        tf.layers.batchNormalization(),
        tf.layers.flatten(),
        tf.layers.dense({ units: 2 }),
      ],
    });
    let saved!: Parameters<Parameters<typeof tf.io.withSaveHandler>[0]>[0];
    await network.save(
      tf.io.withSaveHandler(async (artifacts) => {
        saved = artifacts;
        return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
      }),
    );
    const data = new Uint8Array(saved.weightData as ArrayBuffer);
    const file = await model([{ paths: ['a.bin', 'b.bin', 'c.bin'], weights: saved.weightSpecs! }], {
      'a.bin': data.slice(0, 50),
      'b.bin': data.slice(50, 53),
      'c.bin': data.slice(53),
    });
    const expected = network.weights.map((weight) => {
      const name = saved.weightSpecs!.find((spec) => weight.name.startsWith(spec.name))!.name;
      return [name, { data: weight.read().dataSync() as Float32Array, shape: weight.shape as number[] }] as const;
    });
    const read = await readWeights(file);
    expect(read).toMatchObject({ format: 'tfjs', other: { format: 'layers-model' } });
    expectSame(read.tensors, new Map(expected));
  });

  it('quantised as TensorFlow.js decodes them', async () => {
    const weights = [
      { name: 'u8', shape: [3], dtype: 'float32', quantization: { dtype: 'uint8', scale: 0.1, min: -1 } },
      { name: 'odd', shape: [1], dtype: 'float32', quantization: { dtype: 'uint8', scale: 2, min: 0.5 } },
      { name: 'u16', shape: [2], dtype: 'float32', quantization: { dtype: 'uint16', scale: 1e-3, min: 2 } },
      { name: 'half', shape: [2], dtype: 'float32', quantization: { dtype: 'float16' } },
      { name: 'int', shape: [2], dtype: 'int32', quantization: { dtype: 'uint8', scale: 1.4, min: -3 } },
      { name: 'plain', shape: [2, 1], dtype: 'int32' },
      { name: 'bool', shape: [2], dtype: 'bool' },
    ] as Parameters<typeof tf.io.decodeWeights>[1];
    const data = Uint8Array.of(
      0,
      128,
      255,
      9,
      1,
      2,
      255,
      255,
      0,
      0x3c,
      1,
      0,
      4,
      200,
      1,
      0,
      0,
      0,
      255,
      255,
      255,
      255,
      1,
      0,
    );
    const decoded = tf.io.decodeWeights(data.buffer as ArrayBuffer, weights);
    const expected = Object.entries(decoded).map(
      ([name, tensor]) => [name, { data: Float32Array.from(tensor.dataSync()), shape: tensor.shape }] as const,
    );
    const { tensors } = await readWeights(await model([{ paths: ['q.bin'], weights }], { 'q.bin': data }));
    expectSame(tensors, new Map(expected));
  });

  it('in several groups, each with shards of its own', async () => {
    const weight = (name: string): object => ({ name, shape: [1], dtype: 'uint8' });
    const file = await model(
      [
        { paths: ['g1.bin'], weights: [weight('a')] },
        { paths: ['g2.bin'], weights: [weight('b')] },
      ],
      { 'g1.bin': Uint8Array.of(1), 'g2.bin': Uint8Array.of(2) },
    );
    const { tensors } = await readWeights(file);
    expect([...tensors].map(([name, { data }]) => [name, data[0]])).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
  });

  const a = { name: 'a', shape: [4], dtype: 'float32' };
  it.each<[string, object, RegExp]>([
    ['shards outside of the folder', [{ paths: ['../a.bin'], weights: [a] }], /shard "\.\.\/a\.bin" lies outside/],
    ['absolute shards', [{ paths: ['/etc/passwd'], weights: [a] }], /lies outside of its folder/],
    ['missing shards', [{ paths: ['none.bin'], weights: [a] }], /shard "none\.bin" cannot be opened/],
    ['shards that are too short', [{ paths: ['short.bin'], weights: [a] }], /shape \[4\].*storage of 3 numbers/],
    ['gigantic shapes', [{ paths: ['short.bin'], weights: [{ ...a, shape: [2 ** 40] }] }], /storage of 3 numbers/],
    [
      'a weight twice',
      [
        {
          paths: ['short.bin'],
          weights: [
            { ...a, shape: [1] },
            { ...a, shape: [1] },
          ],
        },
      ],
      /lists the weight "a" twice/,
    ],
    ['texts', [{ paths: ['short.bin'], weights: [{ ...a, dtype: 'string' }] }], /type "string"/],
    ['negative sides', [{ paths: ['short.bin'], weights: [{ ...a, shape: [-1] }] }], /missing or malformed/],
    ['no manifest', { nothing: true }, /missing or malformed/],
  ])('refused: %s', async (_name, manifest, message) => {
    await expect(readWeights(await model(manifest, { 'short.bin': new Uint8Array(12) }))).rejects.toThrow(message);
  });

  it('may have shards in a folder below', async () => {
    const file = await model([{ paths: ['below/a.bin'], weights: [{ ...a, shape: [1], dtype: 'uint8' }] }]);
    const below = path.join(path.dirname(file), 'below');
    await mkdir(below);
    await writeFile(path.join(below, 'a.bin'), Uint8Array.of(5));
    expect((await readWeights(file)).tensors.get('a')!.data[0]).toBe(5);
    await rm(below, { recursive: true });
  });
});
