import { describe, expect, it, test } from 'vitest';
import { type NamedTensors, type Pass, type Slot, type Tensor, tf } from '../../../../core/tensor/index.js';
import {
  type ContrastMemory,
  contrastMemory,
  pixelContrast,
  remember,
  TEMPERATURE,
  unit,
} from '../../../../core/tensor/measure/pixel-contrast.js';
import { runCompiled, runEager } from '../run.js';

const [CLASSES, SIZE, DIMS] = [3, 4, 2];
const memory = contrastMemory(CLASSES, SIZE, DIMS);
const NAMES = Object.keys(memory) as (keyof ContrastMemory)[];

/** Angles as unit vectors. */
const vectors = (angles: readonly number[]) => angles.flatMap((angle) => [Math.cos(angle), Math.sin(angle)]);

interface State {
  regions: number[][];
  pixels: number[][];
}

/** Angles that each class remembers. */
function inputsOf(
  state: State,
  pixels: { angles: number[][]; labels: number[][]; predicted: number[][] },
): NamedTensors {
  const bank = (rows: number[][]) =>
    Float32Array.from(rows.flatMap((row) => [...vectors(row), ...new Array(2 * (SIZE - row.length)).fill(0)]));
  const [n, count] = [pixels.angles.length, pixels.angles[0].length];
  const flat = (rows: number[][]) => Float32Array.from(rows.flat());
  return new Map([
    ['regions', { data: bank(state.regions), shape: [CLASSES, SIZE, DIMS] }],
    ['pixels', { data: bank(state.pixels), shape: [CLASSES, SIZE, DIMS] }],
    ['regionCounts', { data: Float32Array.from(state.regions, (row) => row.length), shape: [CLASSES] }],
    ['pixelCounts', { data: Float32Array.from(state.pixels, (row) => row.length), shape: [CLASSES] }],
    ['steps', { data: Float32Array.of(5), shape: [] }],
    ['features', { data: Float32Array.from(vectors(pixels.angles.flat())), shape: [n, 1, count, DIMS] }],
    ['labels', { data: flat(pixels.labels), shape: [n, 1, count, 1] }],
    ['predicted', { data: flat(pixels.predicted), shape: [n, 1, count, 1] }],
    ['draws', { data: Float32Array.from({ length: n * count }, (_, i) => ((i * 7) % 11) / 11), shape: [n, count] }],
  ]);
}

function compute(feeds: Map<string, Tensor>): Map<string, Tensor> {
  const current = new Map<Slot, Tensor>(NAMES.map((name) => [memory[name], feeds.get(name)!]));
  const pass: Pass = {
    training: true,
    value: (slot) => current.get(slot)!,
    blend: (slot, next, { kept, added }) =>
      void current.set(slot, tf.add(tf.mul(current.get(slot)!, kept), tf.mul(next, added))),
    random: () => feeds.get('draws')!,
  };
  const inputs = { labels: feeds.get('labels')!, predicted: feeds.get('predicted')! };
  const { value, grads } = tf
    .engine()
    .gradients(
      () => pixelContrast({ ...inputs, features: feeds.get('features')! }, memory, pass),
      [feeds.get('features')!],
    );
  remember({ ...inputs, features: feeds.get('features')! }, memory, 2, pass);
  return new Map<string, Tensor>([
    ['value', value],
    ['gradient', grads[0]],
    ...NAMES.map((name) => [`next ${name}`, current.get(memory[name])!] as const),
  ]);
}

/** The formula, pixel by pixel. */
function expected(state: State, angles: readonly number[], labels: readonly number[]): number {
  const keys = [state.regions, state.pixels].flatMap((bank) =>
    bank.flatMap((row, id) => row.map((angle) => ({ id, angle }))),
  );
  const each: number[] = [];
  angles.forEach((angle, i) => {
    const power = (other: number) => Math.exp(Math.cos(angle - other) / TEMPERATURE);
    const others = keys.filter(({ id }) => id !== labels[i]).reduce((sum, key) => sum + power(key.angle), 0);
    const same = keys.filter(({ id }) => id === labels[i]);
    if (same.length === 0) return;
    each.push(
      same.reduce((sum, key) => sum - Math.log(power(key.angle) / (power(key.angle) + others)), 0) / same.length,
    );
  });
  return each.length === 0 ? 0 : each.reduce((a, b) => a + b, 0) / each.length;
}

const STATE: State = { regions: [[0, 0.4], [1.5], []], pixels: [[0.2], [1.4, 1.9, 1.7], []] };
const angles = [
  [0.1, 1.2, 0.9, 2.4],
  [0.3, 1.6, 3, 0.7],
];
const labels = [
  [0, 1, 1, 7],
  [0, 1, 2, 0],
];

describe.each([
  ['eager', async (inputs: NamedTensors) => runEager(inputs, compute)],
  ['compiled', (inputs: NamedTensors) => runCompiled(inputs, compute)],
])('%s', (_, run) => {
  it('equals the formula; pixels without a class or without anything alike take no part', async () => {
    for (const predicted of [labels, labels.map((row) => row.map(() => 0))]) {
      const results = await run(inputsOf(STATE, { angles, labels, predicted }));
      const counted = angles.flat().filter((_, i) => labels.flat()[i] < 3);
      const wanted = expected(
        STATE,
        counted,
        labels.flat().filter((id) => id < 3),
      );
      expect(results.get('value')!.data[0]).toBeCloseTo(wanted, 4);
      const gradient = [...results.get('gradient')!.data];
      expect(gradient.every(Number.isFinite)).toBe(true);
      // The fourth pixel has no class, the seventh nothing alike.
      expect([...gradient.slice(6, 8), ...gradient.slice(12, 14)]).toEqual([0, 0, 0, 0]);
      expect(gradient.filter((value) => value !== 0).length).toBeGreaterThan(8);
    }
  });

  it('is 0 while nothing is remembered', async () => {
    const empty = { regions: [[], [], []], pixels: [[], [], []] };
    const results = await run(inputsOf(empty, { angles, labels, predicted: labels }));
    expect(results.get('value')!.data[0]).toBe(0);
    expect([...results.get('gradient')!.data].every((value) => value === 0)).toBe(true);
  });

  it('remembers the mean of each region and pixels of each class, the newest in place of the oldest', async () => {
    const results = await run(inputsOf(STATE, { angles, labels, predicted: labels }));
    const of = (name: string) => [...results.get(`next ${name}`)!.data];
    expect(of('steps')).toEqual([6]);
    expect(of('regionCounts')).toEqual([4, 3, 1]);
    // Two of class 0 and 1 in each image at most, one of class 2.
    expect(of('pixelCounts')).toEqual([1 + 1 + 2, 3 + 2 + 1, 1]);
    const row = (name: string, id: number, place: number) =>
      of(name).slice((id * SIZE + place) * DIMS, (id * SIZE + place + 1) * DIMS);
    const close = (found: number[], angle: number) => {
      for (const [i, value] of found.entries()) expect(value).toBeCloseTo(vectors([angle])[i], 5);
    };
    close(row('regions', 0, 0), 0);
    close(row('regions', 0, 2), 0.1);
    close(row('regions', 0, 3), 0.5);
    close(row('regions', 1, 1), 1.05);
    close(row('regions', 2, 0), 3);
    expect(row('regions', 2, 1)).toEqual([0, 0]);
    // Class 1 had three pixels: the first new one takes the last place, the others the first ones.
    const found = [row('pixels', 1, 3), row('pixels', 1, 0)].map(([x, y]) => Math.atan2(y, x));
    expect(found.map((angle) => [0.9, 1.2].some((known) => Math.abs(angle - known) < 1e-4))).toEqual([true, true]);
    close(row('pixels', 1, 1), 1.6);
    close(row('pixels', 1, 2), 1.7);
  });
});

test('vectors become unit vectors, and nothing stays nothing', () => {
  expect(
    [
      ...unit(
        tf.tensor2d([
          [3, 4],
          [0, 0],
        ]),
      ).dataSync(),
    ].map((value) => Math.round(value * 1e6) / 1e6),
  ).toEqual([0.6, 0.8, 0, 0]);
});
