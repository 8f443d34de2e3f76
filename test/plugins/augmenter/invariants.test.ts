import { describe, expect, test } from 'vitest';
import { checkParameters } from '../../../core/graph/parameters.js';
import { type Image, image, sizeOf } from '../../../core/image/image.js';
import { RandomStream } from '../../../core/image/random.js';
import type { TargetKind } from '../../../core/image/sample.js';
import type { StepPixels } from '../../../core/plugin/define.js';
import { augmenters } from '../../../plugins/augmenter/index.js';

/** Parameters that make each augmenter act; those that are not listed act with `chance`. */
const ACTING: Record<string, object> = {
  'augmenter/affine': { zoom: 1, rotation: 1, quarterTurn: 1, zoomDepth: true },
  'augmenter/flip': { y: 1, x: 1, z: 1 },
  'augmenter/misalignment': { chance: 1, displacement: 4 },
  'augmenter/missing-sections': { chance: 1, share: 1, width: [1, 3] },
  'augmenter/cutout': { chance: 1, target: true },
};
const GEOMETRIC = ['affine', 'cutmix', 'misalignment', 'cutout', 'elastic', 'shear', 'shift', 'flip', 'resized-crop'];

function run(id: string, pixels: StepPixels, sample = 0, more: object = {}): StepPixels {
  const definition = augmenters.find((augmenter) => augmenter.id === id)!;
  const acting = ACTING[id] ?? ('chance' in definition.parameters.properties ? { chance: 1 } : { patch: [16, 16] });
  const { parameters, problems } = checkParameters(definition.parameters, { ...acting, ...more });
  expect(problems).toEqual([]);
  return definition.step!.run(pixels, parameters as never, new RandomStream({ seed: 2, sample, node: id }));
}

/** Soft blobs in [0, 1]. */
function blobs(shape: number[], shift = 0): Image {
  const data = new Float32Array(sizeOf(shape));
  const [height, width, channels] = shape.slice(-3);
  for (let i = 0; i < data.length; i++) {
    const pixel = Math.floor(i / channels);
    const [y, x] = [Math.floor(pixel / width) % height, pixel % width];
    data[i] = (0.5 + 0.5 * Math.sin((y + shift) / 4) * Math.sin((x + 2 * shift) / 5)) * (1 - 0.1 * (i % channels));
  }
  return image(data, shape);
}

function patch(space: number[], scale = 1): StepPixels {
  const kinds: TargetKind[] = ['mask', 'labels', 'heat', 'image'];
  const sides = space.map((side) => side * scale);
  const make = (shift: number) => {
    const fine = blobs([...sides, 1], shift).data;
    const target = new Float32Array(fine.length * 4);
    fine.forEach((value, i) => {
      target.set([value > 0.5 ? 1 : 0, value > 0.5 ? 7 : 0, 3 * value, value], 4 * i);
    });
    return { image: blobs([...space, 3], shift), target: image(target, [...sides, 4]) };
  };
  return { ...make(0), targetKinds: kinds, partner: make(9) };
}

const bytesOf = ({ image: picture, target }: StepPixels) =>
  Buffer.concat(
    [picture, target!].map(({ data }) => Buffer.from(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength)),
  );
const channel = (picture: Image, c: number) =>
  picture.data.filter((_, i) => i % picture.shape[picture.shape.length - 1] === c);
const ids = augmenters.map(({ id }) => id);

describe.each([
  ['flat patches', [24, 24], 1],
  ['volumes', [4, 24, 24], 1],
  ['targets on a finer grid', [24, 24], 2],
])('%s', (_, space, scale) => {
  test.each(ids)('%s', (id) => {
    const given = patch(space, scale);
    const more = id === 'augmenter/resized-crop' ? { patch: space.map((side) => (side === 4 ? 4 : 16)) } : {};
    const before = bytesOf(given);
    let acted = false;
    for (let sample = 0; sample < 4; sample++) {
      const result = run(id, given, sample, more);
      expect(bytesOf(given).equals(before), 'the input is left alone').toBe(true);
      expect(bytesOf(run(id, given, sample, more)).equals(bytesOf(result)), 'equal keys give equal pixels').toBe(true);
      const sides = 'patch' in more ? (more.patch as number[]) : space;
      expect(result.image.shape).toEqual([...sides, 3]);
      expect(result.target!.shape).toEqual([...sides.map((side) => side * scale), 4]);
      expect(result.image.data.every(Number.isFinite)).toBe(true);
      acted ||= result.image.data.some((value, i) => value !== given.image.data[i]);

      const [mask, labels, heat, picture] = [0, 1, 2, 3].map((c) => channel(result.target!, c));
      expect([...new Set(mask)].every((value) => value === 0 || value === 1)).toBe(true);
      // An object of another patch comes with an id of its own.
      const known = id === 'augmenter/cutmix' ? [0, 7, 14] : [0, 7];
      expect([...new Set(labels)].every((value) => known.includes(value))).toBe(true);
      expect(labels.every((value, i) => value > 0 === (mask[i] === 1))).toBe(true);
      expect(heat.every((value) => value >= 0 && value <= 3)).toBe(true);
      expect(picture.every((value) => value >= 0 && value <= 1)).toBe(true);
      if (!GEOMETRIC.includes(id.split('/')[1])) expect(result.target).toBe(given.target);
    }
    expect(acted, 'something happened').toBe(true);
  });

  test.each(['affine', 'elastic', 'shear', 'shift', 'flip', 'misalignment', 'cutmix'])(
    'points and masks follow the pixels of %s',
    (name) => {
      for (let sample = 0; sample < 4; sample++) {
        const { image: picture, target } = run(`augmenter/${name}`, patch(space, scale), sample);
        const [mask, copy] = [channel(target!, 0), channel(target!, 3)];
        let [wrong, counted] = [0, 0];
        copy.forEach((value, i) => {
          // At the edge of an object, and of what was blanked, half a pixel decides.
          if (Math.abs(value - 0.5) < 0.2) return;
          counted++;
          if (value > 0.5 !== (mask[i] === 1)) wrong++;
        });
        expect(counted).toBeGreaterThan(mask.length / 4);
        expect(wrong / counted).toBeLessThan(0.02);
        if (scale > 1) continue;
        // The target's image channel is the image: where one goes the other goes.
        const first = channel(picture, 0);
        const apart = copy.filter((value, i) => Math.abs(value - first[i]) > 0.2).length;
        expect(apart / copy.length).toBeLessThan(0.03);
      }
    },
  );
});

test.each(ids.filter((id) => id !== 'augmenter/resized-crop'))('%s at chance 0 gives back what it got', (id) => {
  const { partner: _partner, ...given } = patch([24, 24]);
  const off =
    id === 'augmenter/affine'
      ? { zoom: 0, rotation: 0, quarterTurn: 0 }
      : id === 'augmenter/flip'
        ? { x: 0, y: 0, z: 0 }
        : { chance: 0 };
  expect(run(id, given, 0, off)).toBe(given);
});

test('a target of one pixel belongs to the image as a whole', () => {
  const target = image(Uint8Array.of(3), [1, 1, 1]);
  for (const id of ids) {
    if (id === 'augmenter/cutmix') continue;
    const more = id === 'augmenter/resized-crop' ? { patch: [16, 16] } : {};
    expect(run(id, { image: blobs([24, 24, 3]), target }, 1, more).target).toEqual(target);
  }
});
