/**
 * Zoom, free rotation and quarter turns (AUGMENTOR.ZOOM, RANDOM_ROT, ROT90) as one warp, out of a box that is larger than the
 * patch so that no pixel comes from outside.
 */
import { type Static, Type } from 'typebox';
import type { Config } from '../../core/config/index.js';
import { type Image, image, sizeOf } from '../../core/image/image.js';
import { readPatch } from '../../core/image/patch.js';
import type { RandomStream } from '../../core/image/random.js';
import { reachOf } from '../../core/image/reach.js';
import { scaleBetween, scaleBox, scaleSides } from '../../core/image/scale.js';
import { applySymmetry, rot90 } from '../../core/image/symmetry.js';
import { type PlaneMap, perKind, warpPixels } from '../../core/image/warp.js';
import { mapCoordinates } from '../../core/nd/map-coordinates.js';
import type { SplineBorder } from '../../core/nd/spline.js';
import type { Part, StepPixels } from '../../core/plugin/define.js';
import { defineStep } from '../../core/plugin/step.js';
import { BorderMode, borderOf, chanceOf, range } from './parameters.js';

const Chance = Type.Number({ default: 0, minimum: 0, maximum: 1 });

const Parameters = Type.Object(
  {
    patch: Type.Array(Type.Integer({ minimum: 1 }), {
      default: [],
      description: 'Sides of the patch to give, cut from a larger box; those of the box where it is left out.',
    }),
    zoom: { ...Chance, description: 'Chance to zoom.' },
    zoomRange: range(0.5, 1.5, 'Factors to draw from; above 1 things get larger.'),
    zoomDepth: Type.Boolean({ default: false, description: 'Zoom along z too.' }),
    rotation: { ...Chance, description: 'Chance to turn by any angle.' },
    rotationRange: range(-180, 180, 'Angles to draw from in degrees.'),
    quarterTurn: {
      ...Chance,
      description: 'Chance to turn by 90, 180 or 270 degrees, without interpolation if nothing else happens.',
    },
    border: BorderMode,
  },
  { additionalProperties: false },
);

type AffineParameters = Static<typeof Parameters>;

export const affineAugmenter = defineStep({
  id: 'augmenter/affine',
  role: 'augmenter',
  summary: 'Zooms and turns patches and their targets, and cuts them to the size of a patch.',
  parameters: Parameters,
  keys: ['AUGMENTOR.ZOOM', 'AUGMENTOR.RANDOM_ROT', 'AUGMENTOR.ROT90'],
  order: 1,
  fromConfig,
  module: import.meta.url,
  plan: ({ patch }, { main }) => ({
    ...main,
    ...(patch.length > 0 && {
      patches: main.patches?.map(({ shape, count }) => ({ shape: [...patch, shape[shape.length - 1]], count })),
    }),
  }),
  run(pixels, parameters, random) {
    const sides = pixels.image.shape.slice(0, -1);
    const patch = parameters.patch.length > 0 ? parameters.patch : sides;
    const scale = pixels.target && scaleBetween(pixels.image.shape, pixels.target.shape);
    const draw = drawAffine(parameters, patch, sides, random, scale);
    const { zoom, angle, quarters } = draw;
    if (zoom === 1 && angle === 0) return turn(cut(pixels, patch, draw.place), patch, quarters);
    const { border } = parameters;
    const depth = cutDepth(pixels, patch, draw, parameters.zoomDepth ? zoom : 1, border);
    return warpPixels(depth, affineMap(draw, patch, sides), { order: 1, border, size: patch.slice(-2) });
  },
});

/** What was drawn for one patch. */
export interface Affine {
  /** Above 1 things get larger. */
  zoom: number;
  /** Degrees, without the quarter turns. */
  angle: number;
  quarters: number;
  /** For each axis where the patch lies in the room that the box leaves for it, 0 for its start and 1 for its end. */
  place: number[];
}

/**
 * As many numbers are drawn whatever happens: one change does not depend on the chance of another.
 *
 * @param scale pixels of the target along each pixel of the image.
 */
export function drawAffine(
  { zoom, zoomRange, rotation, rotationRange, quarterTurn }: AffineParameters,
  patch: readonly number[],
  sides: readonly number[],
  random: RandomStream,
  scale?: readonly number[],
): Affine {
  const fires = [zoom, rotation, quarterTurn].map((chance) => random.chance(chance));
  const factor = random.uniform(zoomRange[0], zoomRange[1]);
  const angle = random.uniform(rotationRange[0], rotationRange[1]);
  // A patch that is not square, or whose target is not, keeps its shape only when turned by half.
  const isSquare = [patch, scaleSides(patch, scale ?? [])].every((grid) => grid.at(-2) === grid.at(-1));
  const quarters = isSquare ? random.integer(1, 4) : 2;
  return {
    zoom: fires[0] ? factor : 1,
    angle: fires[1] ? angle : 0,
    quarters: fires[2] ? quarters : 0,
    place: sides.map(() => random.uniform()),
  };
}

/**
 * Where in the box the pixels of the patch come from: `in = R·(out − centre of the patch)/zoom + centre`, with a centre for
 * which the patch lies inside the box, as far as it fits.
 */
export function affineMap(
  { zoom, angle, quarters, place }: Affine,
  patch: readonly number[],
  sides: readonly number[],
): PlaneMap {
  const radians = ((angle + 90 * quarters) * Math.PI) / 180;
  const [cos, sin] = [Math.cos(radians) / zoom, Math.sin(radians) / zoom];
  const [cy, cx] = patch.slice(-2).map((side) => (side - 1) / 2);
  const half = [Math.abs(cos) * cy + Math.abs(sin) * cx, Math.abs(sin) * cy + Math.abs(cos) * cx];
  const [my, mx] = sides.slice(-2).map((side, axis) => {
    const room = Math.max((side - 1) / 2 - half[axis], 0);
    return (side - 1) / 2 + room * (2 * place[place.length - 2 + axis] - 1);
  });
  return (y, x) => {
    for (let i = 0; i < y.length; i++) {
      const dy = y[i] - cy;
      const dx = x[i] - cx;
      y[i] = cos * dy - sin * dx + my;
      x[i] = sin * dy + cos * dx + mx;
    }
  };
}

function cut(pixels: StepPixels, patch: readonly number[], place: readonly number[]): StepPixels {
  const { image: picture, target } = pixels;
  const sides = picture.shape.slice(0, -1);
  if (sides.every((side, axis) => side === patch[axis])) return pixels;
  const box = { start: sides.map((side, axis) => startOf(side - patch[axis], place[axis])), size: patch };
  const scale = target && scaleBetween(picture.shape, target.shape);
  return {
    ...pixels,
    image: readPatch(picture, box),
    ...(target && { target: scale ? readPatch(target, scaleBox(box, scale)) : target }),
  };
}

/** One of the `room + 1` first positions. */
function startOf(room: number, place: number): number {
  return Math.min(Math.floor(place * (room + 1)), Math.max(room, 0));
}

function turn(pixels: StepPixels, patch: readonly number[], quarters: number): StepPixels {
  if (quarters === 0) return pixels;
  const { image: picture, target } = pixels;
  const symmetry = rot90(patch.length, quarters);
  return {
    ...pixels,
    image: applySymmetry(picture, symmetry),
    ...(target && { target: applySymmetry(target, symmetry) }),
  };
}

/** Brings z to the depth of the patch, zoomed or cut; y and x stay. */
function cutDepth(
  pixels: StepPixels,
  patch: readonly number[],
  { place }: Affine,
  zoom: number,
  border: SplineBorder,
): StepPixels {
  const { image: picture, target } = pixels;
  const sides = picture.shape.slice(0, -1);
  if (patch.length === 2) return pixels;
  if (zoom === 1) return cut(pixels, [patch[0], ...sides.slice(1)], [place[0], 0, 0]);
  const half = (patch[0] - 1) / 2;
  const middle = (sides[0] - 1) / 2 + Math.max((sides[0] - 1) / 2 - half / zoom, 0) * (2 * place[0] - 1);
  const resample = (volume: Image, scale: number, order: 0 | 1) => {
    const places = Float64Array.from({ length: patch[0] * scale }, (_, i) => {
      const out = (i + 0.5) / scale - 0.5;
      return ((out - half) / zoom + middle + 0.5) * scale - 0.5;
    });
    return mapPlanes(volume, places, order, border);
  };
  const scale = target && scaleBetween(picture.shape, target.shape);
  return {
    ...pixels,
    image: resample(picture, 1, 1),
    ...(target && {
      target: scale
        ? perKind(target, pixels.targetKinds, (channels, kind) =>
            resample(channels, scale[0], kind === 'heat' || kind === 'image' ? 1 : 0),
          )
        : target,
    }),
  };
}

/** Planes of a volume at places between its own. */
function mapPlanes(volume: Image, places: Float64Array, order: 0 | 1, border: SplineBorder): Image {
  const [depth, ...plane] = volume.shape;
  // A line of z of which every channel is a pixel of the plane.
  const line = image(volume.data, [depth, 1, sizeOf(plane)], volume.metadata);
  const { data } = mapCoordinates(line, [places, new Float64Array(places.length)], [places.length, 1], {
    order,
    border,
  });
  return image(data, [places.length, ...plane], volume.metadata);
}

function fromConfig(config: Config, part: Part): AffineParameters | undefined {
  const [zoom, rotation, quarterTurn] = (['ZOOM', 'RANDOM_ROT', 'ROT90'] as const).map((name) =>
    chanceOf(config, part, name),
  );
  if (zoom === undefined && rotation === undefined && quarterTurn === undefined) return undefined;
  const { AUGMENTOR: augment, DATA } = config;
  return {
    patch: reachOf(config) ? (DATA.PATCH_SIZE as number[]).slice(0, -1) : [],
    zoom: zoom ?? 0,
    zoomRange: augment.ZOOM_RANGE as number[],
    zoomDepth: augment.ZOOM_IN_Z && config.PROBLEM.NDIM === '3D',
    rotation: rotation ?? 0,
    rotationRange: augment.RANDOM_ROT_RANGE as number[],
    quarterTurn: quarterTurn ?? 0,
    border: borderOf(augment.AFFINE_MODE),
  };
}
