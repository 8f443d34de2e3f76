import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { node } from '../../../core/graph/graph.js';
import { image } from '../../../core/image/image.js';
import { frechetDistance } from '../../../core/nd/frechet-distance.js';
import { inceptionScore } from '../../../core/nd/inception-score.js';
import { saveSafetensors, type TensorRuntime } from '../../../core/tensor/index.js';
import { BACKBONES, PerceptualDistance } from '../../../core/tensor/measure/perceptual-network.js';
import { INCEPTION_SIDE, Inception, inceptionInput } from '../../../plugins/metric/inception.js';
import { coloured } from '../../../plugins/metric/perceptual.js';
import { sharedRuntime } from '../../core/tensor/shared-runtime.js';
import { bench, ramp, sampleOf } from '../nodes.js';
import { formulaImage, formulaWeights } from './formula-weights.js';

const golden = JSON.parse(readFileSync(new URL('../../fixtures/perceptual/golden.json', import.meta.url), 'utf8'));
const pairs = [0, 1, 2].map((k) => ({ prediction: formulaImage(k, 0.3), target: formulaImage(k, 0) }));

let runtime: TensorRuntime;
let folder: string;
beforeAll(async () => {
  runtime = await sharedRuntime('cpu');
  folder = await mkdtemp(path.join(os.tmpdir(), 'networks-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

test('features of Inception, and what is made of them, equal PyTorch', async () => {
  const network = new Inception();
  const program = await runtime.infer(network, formulaWeights(network, 'model.'));
  const rows: { features: Float32Array; logits: Float32Array }[] = [];
  for (const { prediction, target } of pairs) {
    const both = coloured(prediction, target)!;
    for (const colours of [both.prediction, both.target]) {
      const data = inceptionInput(colours, both.sides);
      const [features, logits] = await program.predict({ data, shape: [1, INCEPTION_SIDE, INCEPTION_SIDE, 3] });
      rows.push({ features: features.data, logits: logits.data });
    }
  }
  await program.dispose();
  const [first] = rows;
  golden.features.forEach((value: number, i: number) => {
    expect(first.features[64 * i]).toBeCloseTo(value, 4);
  });
  golden.logits.forEach((value: number, i: number) => {
    expect(first.logits[48 * i]).toBeCloseTo(value, 4);
  });
  const side = (parity: number) => rows.filter((_, i) => i % 2 === parity);
  const distance = frechetDistance(
    side(1).map(({ features }) => features),
    side(0).map(({ features }) => features),
  );
  expect(distance / golden.fid).toBeCloseTo(1, 4);
  const score = inceptionScore(
    side(0).map(({ logits }) => logits),
    1,
  );
  expect(score - 1).toBeCloseTo(golden.is - 1, 7);
}, 240_000);

describe('LPIPS', () => {
  it.each(BACKBONES)(
    'in the features of %s equals PyTorch, and is 0 for equal images',
    async (backbone) => {
      const network = new PerceptualDistance(backbone);
      const program = await runtime.infer(network, formulaWeights(network, 'model.'));
      for (const [i, { prediction, target }] of pairs.entries()) {
        const both = coloured(prediction, target)!;
        const of = async (first: Float32Array, second: Float32Array) => {
          const data = Float32Array.from([...first, ...second]);
          const [{ data: distance }] = await program.predict({ data, shape: [2, ...both.sides, 3] });
          return distance[0];
        };
        expect(await of(both.prediction, both.target)).toBeCloseTo(golden.lpips[backbone][i], 4);
        expect(await of(both.target, both.target)).toBeCloseTo(0, 6);
      }
      await program.dispose();
    },
    240_000,
  );
});

describe('the node', () => {
  const run = async (metrics: string[], samples = pairs) => {
    const given = bench({ services: { tensors: async () => runtime } });
    const made = await given.run(
      node('perceptual', 'metric/perceptual', { metrics, folder, variant: 'merge patches' }),
      samples.map(({ prediction, target }, index) => ({
        ...sampleOf(target, { index }),
        target,
        products: { restored: prediction },
      })),
    );
    const heard = (type: string) => given.heard.filter((event) => event.type === type);
    const messages = heard('warning').map((event) => ('message' in event ? event.message : ''));
    return { made, messages, metrics: heard('metric') };
  };

  it('tells once what is missing, and lets all else go on', async () => {
    const { made, messages, metrics } = await run(['fid', 'is', 'lpips']);
    expect(made).toHaveLength(3);
    expect(made.every(({ metrics: values }) => Object.keys(values).length === 0)).toBe(true);
    expect(metrics).toEqual([]);
    expect(messages).toHaveLength(2);
    expect(messages[0]).toContain(
      `FID and IS cannot be measured: the weights of Inception v3 (weights-inception-2015-12-05-6726825d.pth) were not found in ${folder}.`,
    );
    expect(messages[1]).toContain('LPIPS cannot be measured');
    expect(messages[1]).toContain('squeezenet1_1-b8a52dc0.pth and squeeze.pth');
  });

  it('reads the weights that it finds and measures each image', async () => {
    const weights = formulaWeights(new PerceptualDistance('squeeze'));
    const part = (start: string) => new Map([...weights].filter(([name]) => name.startsWith(start)));
    await saveSafetensors(path.join(folder, 'squeezenet1_1-b8a52dc0.safetensors'), part('features'));
    await saveSafetensors(path.join(folder, 'squeeze.safetensors'), part('lin'));
    const { made, messages } = await run(['lpips']);
    expect(messages).toEqual([]);
    made.forEach(({ metrics }, i) => {
      expect(metrics['LPIPS (merge patches)']).toBeCloseTo(golden.lpips.squeeze[i], 4);
    });
    const small = { prediction: ramp([8, 8, 1]), target: ramp([8, 8, 1]) };
    const left = await run(['lpips'], [small]);
    expect(left.messages[0]).toContain('data/s0.tif: lpips are for planes of 1 or 3 channels with sides of 32 or more');
    expect(left.made[0].metrics).toEqual({});
  }, 120_000);
});

test('grey levels between the least and the greatest of the target become colours', () => {
  const target = ramp([32, 32, 1], Uint16Array);
  const prediction = image(
    Float32Array.from(target.data, (value) => 2 * value - 511.5),
    [32, 32, 1],
  );
  const pair = coloured(prediction, target)!;
  expect([...pair.target.slice(0, 6)]).toEqual([0, 0, 0, ...Array(3).fill(Math.fround(1 / 1023))]);
  expect(pair.target.at(-1)).toBe(1);
  expect([pair.prediction[0], pair.prediction.at(-1)]).toEqual([0, 1]);
  const flat = coloured(ramp([32, 32, 1]), image(new Float32Array(1024), [32, 32, 1]))!;
  expect(flat.prediction.every((value) => value === 0)).toBe(true);
  expect(coloured(ramp([32, 32, 2]), ramp([32, 32, 2]))).toBeUndefined();
  expect(coloured(ramp([32, 32, 1]), ramp([32, 33, 1]))).toBeUndefined();
});
