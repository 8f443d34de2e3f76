/** CutMix (AUGMENTOR.CUTMIX): a region of another patch, S. Yun et al., ICCV 2019. */
import { Type } from 'typebox';
import { integerRange, isFloat } from '../../core/image/cast.js';
import { type Image, image } from '../../core/image/image.js';
import type { Box } from '../../core/image/patch.js';
import type { TargetKind } from '../../core/image/sample.js';
import { scaleBetween, scaleBox } from '../../core/image/scale.js';
import { defineStep } from '../../core/plugin/step.js';
import { Chance, chanceOf, range } from './parameters.js';
import { copyBox, eachRow, placeBox, planeBox } from './region.js';
import { copyOf, rangeOf } from './values.js';

export const cutmixAugmenter = defineStep({
  id: 'augmenter/cutmix',
  role: 'augmenter',
  summary: 'Pastes a region of another patch, with its target.',
  parameters: Type.Object(
    { chance: Chance, size: range(0.2, 0.4, 'Shares of the height and width that the region takes.') },
    { additionalProperties: false },
  ),
  keys: ['AUGMENTOR.CUTMIX'],
  order: 5,
  fromConfig: (config, part) => {
    const chance = chanceOf(config, part, 'CUTMIX');
    return chance === undefined ? undefined : { chance, size: config.AUGMENTOR.CMIX_SIZE as number[] };
  },
  module: import.meta.url,
  run(pixels, { chance, size }, random) {
    const { image: picture, target, targetKinds } = pixels;
    const fires = random.chance(chance);
    const { partner, ...rest } = pixels;
    // The other patch is not needed any more, so it does not travel back.
    if (!fires || !partner) return partner ? rest : pixels;
    const sides = picture.shape.slice(0, -1);
    const to = planeBox(sides, random.uniform(size[0], size[1]), random);
    const from = placeBox(partner.image.shape.slice(0, -1), to.size, random);
    const mixed = copyOf(picture);
    copyBox(partner.image, from, mixed, { ...to, size: from.size });
    const scale = target && scaleBetween(picture.shape, target.shape);
    if (!target || !partner.target || !scale) return { ...rest, image: mixed };
    const [fromBox, toBox] = [scaleBox(from, scale), scaleBox({ ...to, size: from.size }, scale)];
    return { ...rest, image: mixed, target: pasteTarget(partner.target, fromBox, target, toBox, targetKinds) };
  },
});

/**
 * Objects of the other patch get ids of their own, behind those that are there: two objects must not become one. Where the type
 * of the target holds no such ids, the result is float32.
 */
function pasteTarget(
  from: Image,
  fromBox: Box,
  to: Image,
  toBox: Box,
  kinds: readonly TargetKind[] | undefined,
): Image {
  if (!kinds?.includes('labels')) {
    const mixed = copyOf(to);
    copyBox(from, fromBox, mixed, toBox);
    return mixed;
  }
  const channels = to.shape[to.shape.length - 1];
  const shift = kinds.map((kind, c) =>
    kind === 'labels' ? rangeOf(to.data.filter((_, i) => i % channels === c)).high : 0,
  );
  const fits = isFloat(to.dtype) || Math.max(...shift) + rangeOf(from.data).high <= integerRange(to.dtype)[1];
  const mixed = fits ? copyOf(to) : image(new Float32Array(to.data), to.shape, to.metadata);
  const rows: number[] = [];
  eachRow(from, fromBox, (offset) => rows.push(offset));
  eachRow(mixed, toBox, (offset, length, row) => {
    for (let i = 0; i < length; i++) {
      const value = from.data[rows[row] + i];
      mixed.data[offset + i] = value === 0 ? 0 : value + (shift[i % channels] ?? 0);
    }
  });
  return mixed;
}
