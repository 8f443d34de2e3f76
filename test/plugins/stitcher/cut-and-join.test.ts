import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { node } from '../../../core/graph/graph.js';
import { fromHalves, toHalf } from '../../../core/image/half.js';
import { type Image, image, sizeOf } from '../../../core/image/image.js';
import { OWN_INTENSITIES } from '../../../core/image/normalize.js';
import { readPatch } from '../../../core/image/patch.js';
import type { Sample } from '../../../core/image/sample.js';
import { scaleSides } from '../../../core/image/scale.js';
import { inChunks } from '../../core/image/chunked-volume.js';
import { bench, catalog, ramp, sampleOf } from '../nodes.js';

const cutter = (parameters: object) => node('cutter', 'stitcher/cut-patches', parameters);
const joiner = (parameters: object = {}) => node('stitcher', 'stitcher/join-patches', parameters);

function closeTo(found: Image, wanted: Image): void {
  expect(found.shape).toEqual(wanted.shape);
  for (let i = 0; i < wanted.data.length; i++) expect(Math.abs(found.data[i] - wanted.data[i])).toBeLessThan(1e-3);
}

describe('cutting and joining', () => {
  const side = fc.integer({ min: 1, max: 14 });
  const cuts = fc.oneof(fc.tuple(side, side), fc.tuple(side, side, side)).chain((shape) =>
    fc.record({
      shape: fc.constant<number[]>(shape),
      patch: fc.tuple(...shape.map(() => fc.integer({ min: 4, max: 9 }))),
      overlap: fc.tuple(...shape.map(() => fc.double({ min: 0, max: 0.45, noNaN: true }))),
      padded: fc.boolean(),
      weights: fc.constantFrom('taper', 'plain'),
      channels: fc.integer({ min: 1, max: 3 }),
    }),
  );

  test('is the identity, also for images smaller than a patch', async () => {
    await fc.assert(
      fc.asyncProperty(cuts, async ({ shape, patch, overlap, padded, weights, channels }) => {
        const padding = padded ? patch.map(() => 1) : [];
        const pictures = [ramp([...shape, channels]), ramp([...shape.map((length) => length + 1), channels])];
        const samples = pictures.map((picture, index) => sampleOf(picture, { index, target: ramp([...shape, 1]) }));
        const nodes = [cutter({ patch, overlap, padding }), joiner({ weights, channels })];
        const joined = await bench().run(
          nodes,
          samples.map((sample, i) => ({ ...sample, target: i ? undefined : sample.target })),
        );
        expect(joined.map(({ id, index, file }) => [id, index, file])).toEqual(
          samples.map(({ id, index, file }) => [id, index, file]),
        );
        for (const [i, { image: seen, products, target }] of joined.entries()) {
          closeTo(products.channels, pictures[i]);
          expect(seen).toEqual(pictures[i]);
          if (i === 0) expect(target).toEqual(samples[0].target);
        }
      }),
      { numRuns: 40 },
    );
  });

  test('with half the memory gives numbers of two bytes', async () => {
    const picture = image(
      Float32Array.from({ length: 9 * 7 * 2 }, (_, i) => Math.sin(i)),
      [9, 7, 2],
    );
    const nodes = [cutter({ patch: [4, 4] }), joiner({ half: true, channels: 2 })];
    const [{ products }] = await bench().run(nodes, [sampleOf(picture)]);
    closeTo(products.channels, { ...picture, data: fromHalves(Uint16Array.from(picture.data, toHalf)) });
    expect(fromHalves(Uint16Array.from(products.channels.data, toHalf))).toEqual(products.channels.data);
  });

  test('keeps intensities whole, which may lie beyond what two bytes hold', async () => {
    const bright = ramp([8, 8, 1]);
    bright.data.fill(2 ** 17 + 1);
    const patches = await bench().run(cutter({ patch: [4, 4] }), [sampleOf(ramp([8, 8, 1]))]);
    const restored = patches.map((patch) => ({
      ...patch,
      products: { [OWN_INTENSITIES]: readPatch(bright, patch.placement!.box) },
    }));
    const [{ products }] = await bench().run(joiner({ half: true }), restored);
    closeTo(products.channels, bright);
  });

  test('keeps what came before, and averages what was measured on patches', async () => {
    const raw = ramp([8, 8, 1], Uint8Array);
    const sample = sampleOf(ramp([8, 8, 1]), { products: { raw }, facts: { note: 1 }, metrics: { before: 2 } });
    const patches = await bench().run(cutter({ patch: [4, 4] }), [sample]);
    expect(patches).toHaveLength(4);
    const measured = patches.map((patch, i) => ({ ...patch, image: patch.image, metrics: { IoU: i } }));
    const [joined] = await bench().run(joiner(), measured);
    expect(joined).toMatchObject({ facts: { note: 1 }, metrics: { before: 2, IoU: 1.5 } });
    expect(joined.products.raw).toBe(raw);
  });

  test('joins predictions of other channels, and images whose patches come mixed', async () => {
    const samples = [0, 1].map((index) => sampleOf(ramp([6, 6, 1]), { index }));
    const patches = await bench().run(cutter({ patch: [4, 4] }), samples);
    const predicted = patches.map((patch) => ({
      ...patch,
      products: { channels: image(new Float32Array(32).fill(1 + patch.index), [4, 4, 2]) },
    }));
    const mixed = [0, 1, 2, 3].flatMap((i) => [predicted[i], predicted[4 + i]]);
    const joined = await bench().run(joiner({ channels: 2 }), mixed);
    expect(joined.map(({ index, products }) => [index, products.channels.shape])).toEqual([
      [0, [6, 6, 2]],
      [1, [6, 6, 2]],
    ]);
    for (const value of joined[1].products.channels.data) expect(value).toBeCloseTo(2, 5);
  });
});

/** Every pixel repeated `scale` times along each axis. */
function enlarge(picture: Image, scale: readonly number[]): Image {
  const sides = scaleSides(picture.shape.slice(0, -1), scale);
  const channels = picture.shape.at(-1)!;
  const large = image(new Float32Array(sizeOf(sides) * channels), [...sides, channels], picture.metadata);
  for (let i = 0; i < large.data.length; i++) {
    let [pixel, from, step] = [Math.floor(i / channels), 0, 1];
    for (let axis = sides.length - 1; axis >= 0; axis--) {
      from += Math.floor((pixel % sides[axis]) / scale[axis]) * step;
      pixel = Math.floor(pixel / sides[axis]);
      step *= picture.shape[axis];
    }
    (large.data as Float32Array)[i] = picture.data[from * channels + (i % channels)];
  }
  return large;
}

describe('super-resolution', () => {
  const cases = fc.oneof(
    fc.record({ shape: fc.constant([9, 5]), patch: fc.constant([4, 6]), scale: fc.constantFrom([2, 2], [1, 3]) }),
    fc.record({ shape: fc.constant([5, 6, 7]), patch: fc.constant([6, 4, 4]), scale: fc.constantFrom([2, 2, 2]) }),
  );

  test('patches that the network enlarged are joined to an enlarged image, beside the target of that size', async () => {
    await fc.assert(
      fc.asyncProperty(cases, fc.boolean(), async ({ shape, patch, scale }, padded) => {
        const picture = { ...ramp([...shape, 1]), metadata: { spacing: shape.map(() => 1) } };
        const target = enlarge(picture, scale);
        const padding = padded ? patch.map(() => 1) : [];
        const patches = await bench().run(cutter({ patch, padding }), [sampleOf(picture, { target })]);
        const predicted = patches.map((sample) => {
          expect(sample.target!.shape).toEqual([...scaleSides(patch, scale), 1]);
          return { ...sample, products: { channels: enlarge(sample.image, scale) } };
        });
        const [joined] = await bench().run(joiner(), predicted);
        closeTo(joined.products.channels, target);
        expect(joined.target).toEqual(target);
        expect(joined.image).toEqual(picture);
        expect(joined.products.channels.metadata.spacing).toEqual(scale.map((factor) => 1 / factor));
      }),
      { numRuns: 12 },
    );
  });

  test('the target of a patch is the same region', async () => {
    const target = enlarge(ramp([5, 6, 1]), [2, 2]);
    const patches = await bench().run(cutter({ patch: [4, 4] }), [sampleOf(ramp([5, 6, 1]), { target })]);
    for (const patch of patches) expect(patch.target!.data).toEqual(enlarge(patch.image, [2, 2]).data);
  });

  test('whole images too', async () => {
    const target = enlarge(ramp([5, 9, 1]), [2, 2]);
    const nodes = node('cutter', 'stitcher/whole-image', { divisor: [4, 8] });
    const [patch] = await bench().run(nodes, [sampleOf(ramp([5, 9, 1]), { target })]);
    expect(patch.target!.shape).toEqual([16, 32, 1]);
    const [joined] = await bench().run(joiner(), [{ ...patch, products: { channels: enlarge(patch.image, [2, 2]) } }]);
    expect([joined.target, joined.products.channels.data]).toEqual([target, target.data]);
  });

  test('a prediction that is no whole multiple is refused', async () => {
    const [patch] = await bench().run(cutter({ patch: [4, 4] }), [sampleOf(ramp([4, 4, 1]))]);
    const odd = { ...patch, products: { channels: ramp([6, 6, 1]) } };
    await expect(bench().run(joiner(), [odd])).rejects.toThrow(/predicts 6×6 for a patch of 4×4.*MODEL\.ARCHITECTURE/);
  });
});

describe('a patch', () => {
  test('reads its pixels when asked, and knows its place', async () => {
    const picture = ramp([5, 6, 1]);
    const target = ramp([5, 6, 1], Uint8Array);
    const patches = await bench().run(cutter({ patch: [4, 4] }), [sampleOf(picture, { target })]);
    expect(patches.map(({ id }) => id)).toEqual(['s0#0', 's0#1', 's0#2', 's0#3']);
    const last = patches[3];
    expect(last.placement).toMatchObject({ index: 3, count: 4, box: { start: [1, 2], size: [4, 4] }, added: [0, 0] });
    expect([...last.image.data.slice(0, 5)]).toEqual([8, 9, 10, 11, 14]);
    expect([...last.target!.data.slice(0, 4)]).toEqual([8, 9, 10, 11]);
    expect(last.image).not.toBe(last.image);
  });

  test('takes no lease of its own: that of its image is given back once, when all are joined', async () => {
    const { run, memory } = bench({ budget: 100 });
    const samples: Sample[] = [];
    for (const index of [0, 1]) samples.push(sampleOf(ramp([8, 8, 1]), { index, lease: await memory.lease(50, 'x') }));
    expect(await run([cutter({ patch: [4, 4], overlap: [0.5, 0.5] }), joiner()], samples)).toHaveLength(2);
    expect(memory.inUse).toBe(0);
  });

  test('is announced before it comes', async () => {
    const { run, heard } = bench();
    await run(
      cutter({ patch: [4, 4] }),
      [0, 1].map((index) => sampleOf(ramp([8, 4, 1]), { index })),
    );
    const totals = heard.filter(({ type }) => type === 'progress.total');
    expect(totals.map((event) => 'total' in event && event.total)).toEqual([2, 4]);
  });
});

test('an image smaller than a patch is refused where it may not be completed', async () => {
  const failing = bench().run(cutter({ patch: [4, 4], complete: false }), [sampleOf(ramp([3, 8, 1]))]);
  await expect(failing).rejects.toThrow(/data\/s0\.tif: patches cannot be cut along y: the patch \(4\) is longer/);
});

describe('a whole image', () => {
  const whole = node('cutter', 'stitcher/whole-image', { divisor: [4, 8] });

  test('is reflected at its end until it divides, and cropped again after the network', async () => {
    const [picture, target] = [ramp([5, 9, 1]), ramp([5, 9, 1], Uint8Array)];
    const [patch] = await bench().run(whole, [sampleOf(picture, { target })]);
    expect([patch.image.shape, patch.target?.shape]).toEqual([
      [8, 16, 1],
      [8, 16, 1],
    ]);
    expect(patch.placement).toMatchObject({ index: 0, count: 1, box: { start: [0, 0], size: [8, 16] } });
    const [joined] = await bench().run([whole, joiner()], [sampleOf(picture, { target })]);
    expect([joined.image, joined.target, joined.products.channels]).toEqual([picture, target, picture]);
  });

  test('that divides is taken as it is', async () => {
    const picture = ramp([4, 8, 1]);
    expect((await bench().run(whole, [sampleOf(picture)]))[0].image).toBe(picture);
  });
});

test('joining plans for the prediction and its sums', () => {
  const { memory } = catalog.node('stitcher/join-patches');
  expect(memory?.({ channels: 2, scale: [] }, { shape: [10, 10, 1], bytes: 100 })).toBe(3 * 100 * 2 * 4);
  expect(memory?.({ channels: 2, scale: [2, 3] }, { shape: [10, 10, 1], bytes: 100 })).toBe(3 * 600 * 2 * 4);
});

test('the padding is filled with the median of its side where that is asked for', async () => {
  const picture = image(Float32Array.of(1, 1, 1, 1, 5, 5, 5, 5, 8, 9, 9, 9, 9, 9, 9, 7), [4, 4, 1]);
  const cut = (medianPadding: boolean) =>
    bench().run(
      node('cutter', 'stitcher/cut-patches', {
        patch: [6, 6],
        overlap: [],
        padding: [1, 1],
        complete: false,
        medianPadding,
      }),
      [sampleOf(picture)],
    );
  await expect(cut(true)).rejects.toThrow('longer than the image');
  const parameters = { patch: [4, 4], padding: [1, 1], medianPadding: true };
  const [first, second] = await bench().run(node('cutter', 'stitcher/cut-patches', parameters), [sampleOf(picture)]);
  // Corners are those of the side along x.
  expect([...first.image.data.slice(0, 8)]).toEqual([6.5, 1, 1, 1, 6.5, 1, 1, 1]);
  expect(second.placement!.box.start).toEqual([-1, 1]);
  expect(second.image.data[7]).toBe(6);
});

describe('medians around a volume in parts', () => {
  const padded = { padding: [1, 2, 1], medianPadding: true };
  const whole = image(
    Float32Array.from({ length: 6 * 9 * 8 * 2 }, (_, i) => (i * 7919) % 101),
    [6, 9, 8, 2],
  );
  const cut = async (picture: Image, parameters: object, more: Partial<Sample> = {}) =>
    bench().run([cutter(parameters)], [sampleOf(picture, more)]);

  test('are those of the whole, completed or not', async () => {
    for (const parameters of [
      { ...padded, patch: [4, 6, 5] },
      { ...padded, patch: [8, 6, 10], complete: true, overlap: [0, 0.3, 0] },
    ]) {
      const wanted = await cut(whole, parameters);
      for (const chunk of [
        [6, 9, 8],
        [2, 4, 3],
      ]) {
        const found = await cut(inChunks(whole, chunk), parameters);
        expect(found.map(({ image: part }) => part.data)).toEqual(wanted.map(({ image: part }) => part.data));
      }
    }
  });

  test('need parts of one scale, and room for a side', async () => {
    const parameters = { ...padded, patch: [4, 6, 5] };
    const parts = inChunks(whole, [2, 4, 3]);
    await expect(cut(parts, parameters, { products: { raw: parts } })).rejects.toThrow(
      /MEASURE_BY to patch or dataset, or DATA\.TEST\.MEDIAN_PADDING to False/,
    );
    const facts = { normalization: { type: 'div', dtype: 'uint8', channels: [] } };
    await expect(cut(parts, parameters, { products: { raw: parts }, facts })).resolves.toHaveLength(45);
    const small = bench({ budget: 4 * 1000 }).run([cutter(parameters)], [sampleOf(parts)]);
    await expect(small).rejects.toThrow(/the median of a side of 1×9×8 pixels takes 1\.13 KB, more than the 1000 B/);
  });
});
