import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type GraphNode, node } from '../../../core/graph/graph.js';
import type { Sample } from '../../../core/image/sample.js';
import { applySymmetry, flip, rot90 } from '../../../core/image/symmetry.js';
import { bench, ramp, sampleOf } from '../nodes.js';

const flips = (parameters: object) => node('flip', 'augmenter/flip', parameters);
const turns = (parameters: object = {}, name = 'turn') => node(name, 'augmenter/affine', parameters);

function patch(shape: number[], index = 0, epoch = 0): Sample {
  return sampleOf(ramp(shape), {
    index,
    target: ramp([...shape.slice(0, -1), 1], Uint16Array),
    moment: { epoch, position: index, total: 1 },
  });
}

async function augment(nodes: GraphNode | GraphNode[], samples: Sample[], seed = 0): Promise<Sample[]> {
  return bench({ seed }).run(nodes, samples, 'train');
}

describe('flips', () => {
  test.each([
    ['y', [4, 5, 2], 0],
    ['x', [4, 5, 2], 1],
    ['y', [3, 4, 5, 2], 1],
    ['x', [3, 4, 5, 2], 2],
    ['z', [3, 4, 5, 2], 0],
  ])('along %s of %j reverse that axis, twice gives the patch again', async (name, shape, axis) => {
    const given = patch(shape);
    const [once] = await augment(flips({ [name]: 1 }), [given]);
    expect(once.image).toEqual(applySymmetry(given.image, flip(shape.length - 1, axis)));
    expect(once.target).toEqual(applySymmetry(given.target!, flip(shape.length - 1, axis)));
    const [twice] = await augment([flips({ [name]: 1 }), { ...flips({ [name]: 1 }), name: 'again' }], [given]);
    expect([twice.image, twice.target]).toEqual([given.image, given.target]);
  });

  test('along z leave planes alone', async () => {
    const given = patch([4, 5, 1]);
    expect((await augment(flips({ z: 1 }), [given]))[0].image).toBe(given.image);
  });

  test('never happen by default', async () => {
    const given = patch([4, 5, 1]);
    expect((await augment(flips({}), [given]))[0].image).toBe(given.image);
  });

  test('along one axis do not depend on the chance of another', async () => {
    const samples = Array.from({ length: 40 }, (_, index) => patch([1, 4, 1], index));
    const [alone, beside] = [
      await augment(flips({ x: 0.5 }), samples),
      await augment(flips({ x: 0.5, y: 1 }), samples),
    ];
    expect(beside.map(({ image }) => image.data[0])).toEqual(alone.map(({ image }) => image.data[0]));
  });
});

describe('quarter turns', () => {
  test('give every turn but none, to image and target alike', async () => {
    const samples = Array.from({ length: 60 }, (_, index) => patch([4, 4, 1], index));
    const seen = new Set<number>();
    for (const [i, { image, target }] of (await augment(turns({ quarterTurn: 1 }), samples)).entries()) {
      const quarters = [1, 2, 3].filter((times) => {
        const turned = applySymmetry(samples[i].image, rot90(2, times));
        return turned.data.every((value, at) => value === image.data[at]);
      });
      expect(quarters).toHaveLength(1);
      expect([...target!.data]).toEqual([...image.data]);
      seen.add(quarters[0]);
    }
    expect([...seen].sort()).toEqual([1, 2, 3]);
  });

  test('of a patch that is not square are half turns, which undo themselves', async () => {
    const given = patch([2, 3, 4, 1]);
    const [once] = await augment(turns({ quarterTurn: 1 }), [given]);
    expect(once.image).toEqual(applySymmetry(given.image, rot90(3, 2)));
    const [twice] = await augment([turns({ quarterTurn: 1 }), turns({ quarterTurn: 1 }, 'again')], [given]);
    expect(twice.image).toEqual(given.image);
  });

  test('never happen at chance 0', async () => {
    const given = patch([4, 4, 1]);
    expect((await augment(turns({ quarterTurn: 0 }), [given]))[0]).toBe(given);
  });
});

describe.each([
  ['flips', flips({ x: 0.5, y: 0.5 })],
  ['quarter turns', turns({ quarterTurn: 0.5 })],
])('%s', (_, augmenter) => {
  const pixels = (samples: Sample[]) => samples.map(({ image }) => [...image.data]);

  test('depend on seed, epoch, sample and node, and on nothing else', async () => {
    const samples = (epoch: number) => Array.from({ length: 16 }, (_, index) => patch([3, 3, 1], index, epoch));
    const first = pixels(await augment(augmenter, samples(0), 1));
    const backwards = pixels(await augment(augmenter, samples(0).reverse(), 1)).reverse();
    expect(backwards).toEqual(first);
    expect(pixels(await augment(augmenter, samples(0), 2))).not.toEqual(first);
    expect(pixels(await augment(augmenter, samples(1), 1))).not.toEqual(first);
    expect(pixels(await augment({ ...augmenter, name: 'other' }, samples(0), 1))).not.toEqual(first);
  });

  test('keep every pixel, and target pixels with their image pixels', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.nat(1000), async (seed, index) => {
        const [{ image, target }] = await augment(augmenter, [patch([3, 3, 1], index)], seed);
        expect([...image.data].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
        expect([...target!.data]).toEqual([...image.data]);
      }),
      { numRuns: 30 },
    );
  });

  test('happen as often as they should', async () => {
    const samples = Array.from({ length: 400 }, (_, index) => patch([1, 2, 1], index));
    const one = augmenter.plugin.endsWith('flip') ? flips({ x: 0.25 }) : turns({ quarterTurn: 0.25 });
    const changed = (await augment(one, samples)).filter(({ image }) => image.data[0] === 1).length;
    // Four standard deviations of a binomial distribution.
    expect(Math.abs(changed - 100)).toBeLessThan(4 * Math.sqrt(400 * 0.25 * 0.75));
  });

  test('take samples without target', async () => {
    const { target: _target, ...bare } = patch([3, 3, 1]);
    expect('target' in (await augment(augmenter, [bare as Sample]))[0]).toBe(false);
  });
});
