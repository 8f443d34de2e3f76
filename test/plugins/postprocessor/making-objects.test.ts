import { describe, expect, test } from 'vitest';
import { node } from '../../../core/graph/graph.js';
import { type Image, image } from '../../../core/image/image.js';
import { embeddingSteps } from '../../../core/instances/embedding-objects.js';
import { targetChannels } from '../../../core/instances/target-channels.js';
import { bench, ramp, sampleOf } from '../nodes.js';

/** Two round objects in a plane or a volume, some pixels apart. */
function roundObjects(sides: readonly number[]): Image {
  const strides = sides.map((_, axis) => sides.slice(axis + 1).reduce((product, side) => product * side, 1));
  const middles = [0.27, 0.73].map((share) => sides.map((side) => side * share));
  const data = Uint8Array.from({ length: sides[0] * strides[0] }, (_, at) => {
    const place = sides.map((side, axis) => Math.floor(at / strides[axis]) % side);
    return 1 + middles.findIndex((middle) => Math.hypot(...place.map((p, axis) => p - middle[axis])) < 5.4);
  });
  return image(data, [...sides, 1]);
}

const run = async (plugin: string, parameters: object, channels: Image) => {
  const sample = sampleOf(ramp([2, 2, 1]), { products: { channels } });
  return (await bench().run(node('objects', plugin, parameters), [sample]))[0].products.labels;
};

/** Share of the pixels of the truth whose object is not that of the pixel, after pairing objects by what they share most. */
function wrongShare(found: Image, truth: Image): number {
  const shared = new Map<string, number>();
  for (const [at, label] of found.data.entries())
    if (label > 0 || truth.data[at] > 0)
      shared.set(`${truth.data[at]} ${label}`, (shared.get(`${truth.data[at]} ${label}`) ?? 0) + 1);
  const total = [...shared.values()].reduce((sum, count) => sum + count, 0);
  const taken = new Set<string>();
  let right = 0;
  for (const [pair, count] of [...shared].sort(([, a], [, b]) => b - a)) {
    const [own, other] = pair.split(' ');
    if (own === '0' || other === '0' || taken.has(`t${own}`) || taken.has(`p${other}`)) continue;
    taken.add(`t${own}`).add(`p${other}`);
    right += count;
  }
  return 1 - right / total;
}

describe.each([[[26, 30]], [[24, 26, 26]]])('true channels of objects in %j give these objects', (sides) => {
  const truth = roundObjects(sides);
  const axes = sides.length as 2 | 3;
  const flows = axes === 3 ? ['Gz', 'Gv', 'Gh'] : ['Gv', 'Gh'];

  test('StarDist', async () => {
    const { target } = targetChannels(truth, ['Db', 'R'], { R: { nrays: 64 } });
    const labels = await run('postprocessor/stardist', { rays: 64, threshold: 0.7 }, target);
    expect(labels.dtype).toBe('uint8');
    expect(wrongShare(labels, truth)).toBeLessThan(axes === 3 ? 0.15 : 0.05);
  });

  test('flows, five times as long as networks learn them', async () => {
    const { target } = targetChannels(truth, ['F', ...flows]);
    const data = target.data.map((value, i) => (i % (axes + 1) === 0 ? value : 5 * value));
    const labels = await run('postprocessor/gradient-flow', { channels: [...flows, 'F'] }, { ...target, data });
    expect(wrongShare(labels, truth)).toBe(0);
  });

  test('affinities', async () => {
    const { target } = targetChannels(truth, ['A'], {
      A: { z_affinities: [1, 2], y_affinities: [1, 3], x_affinities: [1, 3] },
    });
    const offsets = { z_affinities: [1, 2], y_affinities: [1, 3], x_affinities: [1, 3] };
    const labels = await run('postprocessor/agglomeration', { offsets }, target);
    expect(wrongShare(labels, truth)).toBeLessThan(0.4);
    expect(new Set(labels.data).size).toBe(3);
  });

  test('embeddings', async () => {
    const steps = embeddingSteps(axes, 30);
    const sums = new Map<number, number[]>();
    const placeOf = (at: number) => {
      const strides = sides.map((_, axis) => sides.slice(axis + 1).reduce((product, side) => product * side, 1));
      return sides.map((side, axis) => Math.floor(at / strides[axis]) % side).reverse();
    };
    for (const [at, label] of truth.data.entries()) {
      const sum = sums.get(label) ?? new Array<number>(axes + 1).fill(0);
      sums.set(
        label,
        [...placeOf(at), 1].map((value, i) => sum[i] + value),
      );
    }
    const data = Float32Array.from(
      [...truth.data].flatMap((label, at) => {
        const sum = sums.get(label)!;
        const offsets = placeOf(at).map((place, axis) =>
          label === 0 ? 0 : (sum[axis] / sum[axes] - place) * steps[axis],
        );
        return [...offsets, ...new Array<number>(axes).fill(0.7), label === 0 ? 0 : 0.95];
      }),
    );
    const labels = await run('postprocessor/embeddings', { gridSide: 30 }, image(data, [...sides, 2 * axes + 1]));
    expect(wrongShare(labels, truth)).toBe(0);
  });
});

test.each([
  ['postprocessor/stardist', { rays: 8 }, 'Db and R are 9 in all'],
  ['postprocessor/gradient-flow', { channels: ['Gv', 'Gh', 'F'] }, 'F, Gh, Gv are 3 in all'],
  ['postprocessor/agglomeration', { offsets: {} }, 'A are 2 in all'],
  ['postprocessor/embeddings', { gridSide: 9 }, 'E_offset, E_sigma, E_seediness are 5 in all'],
])('%s tells how many channels it needs', async (plugin, parameters, message) => {
  await expect(run(plugin, parameters, image(new Float32Array(4), [2, 2, 1]))).rejects.toThrow(message);
});
