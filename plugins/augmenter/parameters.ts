/** What the parameters of augmenters have in common. */
import { type TNumberOptions, Type } from 'typebox';
import type { Config } from '../../core/config/index.js';
import type { RandomStream } from '../../core/image/random.js';
import type { SplineBorder } from '../../core/nd/spline.js';
import type { Part } from '../../core/plugin/define.js';

/** Chance to change a patch. */
export const Chance = Type.Number({ default: 0.5, minimum: 0, maximum: 1, description: 'Chance to change a patch.' });

/** A range that numbers are drawn from; `limits` are those of each of its ends. */
export function range(low: number, high: number, description: string, limits: TNumberOptions = {}) {
  return Type.Array(Type.Number(limits), { minItems: 2, maxItems: 2, default: [low, high], description });
}

/** A range that whole numbers are drawn from, which are at least `minimum`. */
export function wholeRange(low: number, high: number, minimum: number, description: string) {
  return Type.Array(Type.Integer({ minimum }), { minItems: 2, maxItems: 2, default: [low, high], description });
}

/**
 * A whole number of a range, both ends included. The ends may come in either order, as those of other numbers may; a range
 * between two whole numbers gives the next one.
 */
export function drawWhole(random: RandomStream, [one, other]: readonly number[]): number {
  const low = Math.ceil(Math.min(one, other));
  return random.integer(low, Math.max(Math.floor(Math.max(one, other)), low) + 1);
}

/** How an image goes on outside; names of numpy, see `core/nd/spline.ts`. */
export const BorderMode = Type.Enum(['constant', 'reflect', 'wrap', 'symmetric', 'edge'] as const, {
  default: 'reflect',
  description: 'What fills pixels that come from outside the patch; constant fills 0.',
});

type Augmentor = Config['AUGMENTOR'];
type Name = {
  [K in keyof Augmentor]: `${K}_PROB` extends keyof Augmentor ? K : never;
}[keyof Augmentor];

/** The chance of an augmentation that the configuration switches on for this part, undefined for others. */
export function chanceOf({ AUGMENTOR: augment }: Config, part: Part, name: Name): number | undefined {
  return part === 'train' && augment.ENABLE && augment[name] === true ? augment[`${name}_PROB`] : undefined;
}

/** A border of the configuration by its name here: scipy's `nearest` is numpy's `edge`. */
export function borderOf(mode: string): SplineBorder {
  return mode === 'nearest' ? 'edge' : (mode as SplineBorder);
}
