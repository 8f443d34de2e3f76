import { from, tap } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { checkParameters } from '../../../core/graph/parameters.js';
import { image } from '../../../core/image/image.js';
import type { Sample } from '../../../core/image/sample.js';
import { JobContainer } from '../../../core/plugin/container.js';
import { catalog, ramp, sampleOf } from '../nodes.js';
import { images, open, patches } from './patch-bench.js';

/** Places of patches by epoch, as `image@place`. */
function epochs(samples: readonly Sample[]): string[][] {
  const list: string[][] = [];
  for (const { id, moment } of samples) {
    list[moment!.epoch] ??= [];
    list[moment!.epoch].push(id);
  }
  return list;
}

describe('a grid', () => {
  test('gives all patches in each epoch, images and targets from the same place', async () => {
    const samples = await open().run(patches({ epochs: 2, shuffle: false }), images(2), 'train');
    const grid = ['0,0', '0,4', '4,0', '4,4'];
    const all = ['i0', 'i1'].flatMap((id) => grid.map((place) => `${id}@${place}`));
    expect(epochs(samples)).toEqual([all, all]);
    expect(samples.map(({ moment }) => moment!.position)).toEqual([...Array(8).keys(), ...Array(8).keys()]);
    for (const { image, target, moment } of samples) {
      expect(target?.data).toEqual(image.data);
      expect(moment?.total).toBe(8);
    }
    expect(samples[3].image.data[0]).toBe(36);
  });

  test('is shuffled anew in each epoch, the same way for the same seed', async () => {
    const order = async (seed: number) => epochs(await open({ seed }).run(patches({ epochs: 2 }), images(3), 'train'));
    const [first, second] = await order(1);
    expect([...first].sort()).toEqual([...second].sort());
    expect(first).not.toEqual(second);
    expect(await order(1)).toEqual([first, second]);
    expect(await order(2)).not.toEqual([first, second]);
  });

  test('may be repeated', async () => {
    const samples = await open().run(patches({ epochs: 1, replicate: 3 }), images(1), 'train');
    expect(samples).toHaveLength(12);
    expect(new Set(samples.map(({ index }) => index)).size).toBe(12);
    const inOrder = await open().run(patches({ epochs: 1, replicate: 3, shuffle: false }), images(2), 'train');
    const once = await open().run(patches({ epochs: 1, shuffle: false }), images(2), 'train');
    const places = (list: readonly Sample[]) => list.map(({ id }) => id);
    expect(places(inOrder)).toEqual([...places(once), ...places(once), ...places(once)]);
    expect(inOrder[0].moment?.total).toBe(24);
  });

  test('draws another place each time that an image is repeated', async () => {
    const samples = await open().run(
      patches({ epochs: 1, random: true, replicate: 8 }),
      images(1, [64, 64, 1]),
      'train',
    );
    expect(samples).toHaveLength(8);
    expect(new Set(samples.map(({ id }) => id)).size).toBe(8);
  });

  test('completes images and targets that are smaller than a patch by reflection at the start', async () => {
    const [sample] = await open().run(patches({ epochs: 1 }), images(1, [3, 4, 1]), 'train');
    expect(sample.image.shape).toEqual([4, 4, 1]);
    expect([...sample.image.data]).toEqual([4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect([...sample.target!.data]).toEqual([...sample.image.data]);
  });
});

describe('targets', () => {
  test.each([true, false])('on a finer grid come from the same region (random places: %s)', async (random) => {
    const target = ramp([16, 24, 1]);
    const samples = [sampleOf(ramp([8, 8, 1]), { id: 'i0', target, targetKinds: ['image'] })];
    for (const patch of await open().run(patches({ epochs: 1, random }), samples, 'train')) {
      const [y, x] = patch.id.split('@')[1].split(',').map(Number);
      expect(patch.target!.shape).toEqual([8, 12, 1]);
      expect(patch.target!.data[0]).toBe(2 * y * 24 + 3 * x);
      expect(patch.targetKinds).toEqual(['image']);
    }
  });

  test('of a single pixel stay whole', async () => {
    const samples = [sampleOf(ramp([8, 8, 1]), { target: ramp([1, 1, 1]) })];
    for (const patch of await open().run(patches({ epochs: 1 }), samples, 'train'))
      expect(patch.target!.shape).toEqual([1, 1, 1]);
  });

  test('that are no multiple are refused', async () => {
    const samples = [sampleOf(ramp([8, 8, 1]), { target: ramp([12, 8, 1]) })];
    await expect(open().run(patches({ epochs: 1 }), samples, 'train')).rejects.toThrow(
      /s0\.tif: the sides of the target \(12×8\) are no whole multiples of those of its image \(8×8\)/,
    );
  });
});

describe('versions of an image', () => {
  const versions = () =>
    ['a', 'a', 'b', 'b', 'b'].map((group, index) =>
      sampleOf(ramp([8, 8, 1]), { index, id: `${group}${index}`, facts: { group }, target: ramp([8, 8, 1]) }),
    );

  test('count as one image, of which each patch takes a random version', async () => {
    const samples = await open().run(patches({ epochs: 20, versions: true }), versions(), 'train');
    for (const ids of epochs(samples)) {
      // Two images of four patches each.
      expect(ids.map((id) => id[0] + id.split('@')[1]).sort()).toHaveLength(8);
      expect(new Set(ids.map((id) => id[0] + id.split('@')[1])).size).toBe(8);
    }
    expect(new Set(samples.map(({ id }) => id.split('@')[0]))).toEqual(new Set(['a0', 'a1', 'b2', 'b3', 'b4']));
  });

  test('are fixed for a validation', async () => {
    const ids = async () =>
      (await open().run(patches({ versions: true }), versions(), 'train')).map(({ id }) => id).sort();
    expect(await ids()).toEqual(await ids());
  });
});

test('groups are drawn evenly where asked, another sample for each place', async () => {
  const samples = images(10).map((sample, i) => ({ ...sample, file: `data/g${i < 9 ? 1 : 2}_${i}.tif` }));
  const balance = { pattern: '^(g\\d)_', alpha: 0 };
  const drawn = await open().run(patches({ epochs: 10, random: true, balance }), samples, 'train');
  expect(drawn).toHaveLength(100);
  const rare = drawn.filter(({ file }) => file.includes('g2_')).length;
  expect(rare).toBeGreaterThan(35);
  expect(rare).toBeLessThan(65);
  for (const ids of epochs(drawn)) expect(ids).toHaveLength(10);
  const [first] = epochs(drawn);
  expect(new Set(drawn.slice(0, first.length).map(({ index }) => index)).size).toBe(10);
});

describe('random places', () => {
  test('are one an image and epoch, inside of it, other ones in each epoch', async () => {
    const samples = await open().run(patches({ epochs: 3, random: true }), images(4), 'train');
    expect(samples).toHaveLength(12);
    const [first, second] = epochs(samples).map((ids) => [...ids].sort());
    expect(first.map((id) => id.split('@')[0])).toEqual(['i0', 'i1', 'i2', 'i3']);
    expect(first).not.toEqual(second);
    for (const { id, image } of samples) {
      const [y, x] = id.split('@')[1].split(',').map(Number);
      expect(Math.max(y, x)).toBeLessThanOrEqual(4);
      expect(image.data[0]).toBe(8 * y + x);
    }
  });

  test('a resumed training gets those that it would have got', async () => {
    const parameters = patches({ epochs: 3, random: true });
    const all = epochs(await open().run(parameters, images(4), 'train'));
    const resumed = epochs(await open({ startEpoch: 2 }).run(parameters, images(4), 'train'));
    expect(resumed[2]).toEqual(all[2]);
    expect(resumed.slice(0, 2).flat()).toEqual([]);
  });

  test('need images as large as a patch', async () => {
    const failing = open().run(patches({ random: true, complete: false, epochs: 1 }), images(1, [3, 8, 1]), 'train');
    await expect(failing).rejects.toThrow(/s0\.tif: the image \(3×8\) is smaller than a patch \(4×4\)/);
  });
});

describe('for augmenters', () => {
  test.each([true, false])(
    'boxes reach around a patch as far as the image goes (random places: %s)',
    async (random) => {
      const samples = await open().run(patches({ epochs: 4, random, reach: [7, 20] }), images(3), 'train');
      const plain = await open().run(patches({ epochs: 4, random }), images(3), 'train');
      expect(samples).toHaveLength(plain.length);
      samples.forEach(({ id, image, target }, i) => {
        const [y, x] = id.split('@')[1].split(',').map(Number);
        expect([image.shape, x]).toEqual([[7, 8, 1], 0]);
        expect(image.data[0]).toBe(8 * y);
        expect(target!.data).toEqual(image.data);
        // The patch that would have been cut lies inside.
        const [own] = plain[i].id.split('@')[1].split(',').map(Number);
        expect(own >= y && own + 4 <= y + 7).toBe(true);
      });
    },
  );

  test('crops cover the share of the image that was drawn, in the form of a patch', async () => {
    const crop = { chance: 0.5, share: [0.5, 0.8] };
    const drawn = await open().run(patches({ epochs: 20, random: true, crop }), images(4, [20, 20, 1]), 'train');
    const sides = drawn.map(({ image: { shape } }) => shape[0]);
    for (const { id, image, target } of drawn) {
      const [y, x] = id.split('@')[1].split(',').map(Number);
      expect(image.shape[1]).toBe(image.shape[0]);
      expect(Math.max(y, x) + image.shape[0]).toBeLessThanOrEqual(20);
      expect(image.data[0]).toBe(20 * y + x);
      expect(target!.shape).toEqual(image.shape);
    }
    const cropped = sides.filter((side) => side !== 4);
    // √0.5 and √0.8 of 20, rounded.
    expect([Math.min(...cropped), Math.max(...cropped)]).toEqual([14, 18]);
    expect(cropped.length).toBeGreaterThan(20);
    expect(cropped.length).toBeLessThan(60);
  });

  test('partners are patches of the same epoch, the same ones for the same seed', async () => {
    const given = async (seed: number) =>
      (await open({ seed }).run(patches({ epochs: 2, partners: true }), images(3), 'train')).map(({ partner }) => {
        expect(partner!.image.shape).toEqual([4, 4, 1]);
        expect(partner!.target!.data).toEqual(partner!.image.data);
        return partner!.image.data[0];
      });
    const partners = await given(1);
    expect(new Set(partners)).toEqual(new Set([0, 4, 32, 36]));
    expect(await given(1)).toEqual(partners);
    expect(await given(2)).not.toEqual(partners);
  });
});

describe('a single image', () => {
  const only = () => images(1).map((sample) => ({ ...sample, facts: { onlyImage: true } }));
  const side = (part: string, more: object = {}) =>
    open().run(patches({ epochs: 1, subset: { part, fraction: 0.25 }, ...more }), only(), 'train');

  test('is divided by its patches', async () => {
    const [train, validation] = [await side('train'), await side('validation')];
    expect([train.length, validation.length]).toEqual([3, 1]);
    expect(new Set([...train, ...validation].map(({ id }) => id)).size).toBe(4);
  });

  test('is not divided while places are random', async () => {
    await expect(side('train', { random: true })).rejects.toThrow(/cannot be divided.*EXTRACT_RANDOM_PATCH/);
  });

  test('several images were divided before', async () => {
    const subset = { part: 'train', fraction: 0.25 };
    expect(await open().run(patches({ epochs: 1, subset }), images(2), 'train')).toHaveLength(8);
  });
});

test('without epochs the same patches come at each subscription, of images that are read once', async () => {
  const parameters = patches({ shuffle: false });
  const passes: string[][] = [];
  const { events, services, memory, heard } = open();
  const definition = catalog.node(parameters.plugin);
  const place = { name: 'patches', phase: 'train' as const, demand: () => 0, onClose: () => {} };
  const complete = checkParameters(definition.parameters, parameters.with).parameters;
  const operator = new JobContainer(catalog, { ...services, events }).operator(definition, complete, place);
  let read = 0;
  const main = from(images(2)).pipe(tap(() => read++));
  const stream = operator({ main });
  for (let pass = 0; pass < 2; pass++) {
    const ids: string[] = [];
    await stream.forEach((sample) => {
      ids.push(sample.id);
      sample.lease.release();
    });
    passes.push(ids);
  }
  expect(passes[0]).toHaveLength(8);
  expect(passes[1]).toEqual(passes[0]);
  expect([read, memory.inUse, heard.length]).toEqual([2, 0, 0]);
});

describe('foreground', () => {
  // The target has a background channel, which is 1 nearly everywhere.
  const labels = image(new Uint8Array(256), [16, 16, 1]);
  labels.data[10 * 16 + 8] = 3;
  const target = image(new Float32Array(256).fill(1), [16, 16, 1]);
  const sample = () => sampleOf(ramp([16, 16, 1]), { target, products: { labels } });
  const drawn = { random: true, foreground: { foreground: 1, background: 0 }, replicate: 8, epochs: 1 };

  test('is found in a product where one is named', async () => {
    const samples = await open().run(patches({ ...drawn, foregroundOf: 'labels' }), [sample()], 'train');
    expect(new Set(samples.map(({ id }) => id))).toEqual(new Set(['s0@8,6']));
    expect(samples[0].target?.data[0]).toBe(1);
  });

  test('is found in a product that is completed to the size of a patch', async () => {
    const small = image(new Uint8Array(9), [3, 3, 1]);
    const one = sampleOf(ramp([3, 3, 1]), { target: small, products: { labels: small } });
    const [found] = await open().run(patches({ ...drawn, foregroundOf: 'labels' }), [one], 'train');
    expect(found.image.shape).toEqual([4, 4, 1]);
  });
});
