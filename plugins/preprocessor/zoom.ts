/**
 * Zooms test images, and their targets with them, to the voxel size that a network learned (DATA.PREPROCESS.ZOOM).
 */
import { map } from 'rxjs';
import { Type } from 'typebox';
import type { Config } from '../../core/config/index.js';
import { DataError } from '../../core/errors.js';
import { sizeOf, spatialShape } from '../../core/image/image.js';
import type { Sample } from '../../core/image/sample.js';
import { scaleBetween, scaleSides } from '../../core/image/scale.js';
import { ZOOMED_FROM, zoomed } from '../../core/image/zoomed.js';
import { zoomedSides } from '../../core/nd/zoom.js';
import { defineNode, type Part } from '../../core/plugin/define.js';
import { counted, shapeText } from '../../core/plugin/forecast.js';
import { preprocessing } from './settings.js';

const KEY = 'DATA.PREPROCESS.ZOOM.ZOOM_FACTOR';

export const zoomPreprocessor = defineNode({
  id: 'preprocessor/zoom',
  role: 'preprocessor',
  summary: 'Zooms images by their nearest pixels, and their targets with them; volumes that are read in parts, too.',
  inputs: { main: ['image'] },
  output: 'image',
  parameters: Type.Object(
    {
      factors: Type.Array(Type.Number({ exclusiveMinimum: 0 }), {
        minItems: 2,
        maxItems: 3,
        description: 'How much longer each axis becomes, [y, x] or [z, y, x].',
      }),
    },
    { additionalProperties: false },
  ),
  // After all other preparation: BiaPy zooms what it reads last of all.
  order: 70,
  keys: ['DATA.PREPROCESS.ZOOM.ENABLE'],
  fromConfig,
  reshape: ({ factors }, shape) => [...sidesOf(shape, factors, ''), shape[shape.length - 1]],
  // The zoomed image, and its target of at most four bytes a pixel and channel.
  memory: ({ factors }, { shape, bytes }) => {
    const sides = sidesOf(shape, factors, '');
    return (bytes * sizeOf(sides)) / sizeOf(shape.slice(0, -1)) + sizeOf(sides) * Float32Array.BYTES_PER_ELEMENT;
  },
  plan({ factors }, { main }, { tell }) {
    const images = main.images.map(({ shape, targetShape, file, ...each }) => {
      const sides = sidesOf(shape, factors, file);
      const scale = targetShape && scaleBetween(shape, targetShape, file);
      const target = targetShape && [
        ...(scale ? scaleSides(sides, scale) : targetShape.slice(0, -1)),
        targetShape.at(-1)!,
      ];
      return { ...each, file, shape: [...sides, shape.at(-1)!], ...(target && { targetShape: target }) };
    });
    tell({
      value: `${counted(images.length, 'image')} zoomed to ${shapeText(images.map(({ shape }) => shape.slice(0, -1)))}`,
      why: 'DATA.PREPROCESS.ZOOM is on. Results are brought back.',
      facts: { images: images.length },
    });
    return { ...main, images };
  },
  create:
    ({ factors }) =>
    ({ main }) =>
      main.pipe(
        map((sample): Sample => {
          const { image: picture, target, file } = sample;
          const sides = sidesOf(picture.shape, factors, file);
          // A class belongs to the image as a whole and stays one value.
          const scale = target && scaleBetween(picture.shape, target.shape, file);
          return {
            ...sample,
            image: zoomed(picture, sides),
            ...(target && { target: scale ? zoomed(target, scaleSides(sides, scale)) : target }),
            // What is drawn and written beside the results is the image as it was.
            products: { raw: picture, ...sample.products },
            facts: { ...sample.facts, [ZOOMED_FROM]: spatialShape(picture) },
          };
        }),
      ),
});

/**
 * BiaPy zooms in its test by chunks alone: the network learned from images as they are. Here any test may, and training images
 * stay as they are, too.
 */
function fromConfig(config: Config, part: Part): { factors: number[] } | undefined {
  const settings = part === 'test' ? preprocessing(config, part)?.ZOOM : undefined;
  if (!settings?.ENABLE) return undefined;
  const axes = config.DATA.TEST.INPUT_IMG_AXES_ORDER.toUpperCase();
  const factors = settings.ZOOM_FACTOR as number[];
  return {
    factors: [...(config.PROBLEM.NDIM === '3D' ? 'ZYX' : 'YX')].map((axis) => factors[axes.indexOf(axis)] ?? 1),
  };
}

function sidesOf(shape: readonly number[], factors: readonly number[], file: string): number[] {
  try {
    return zoomedSides(shape.slice(0, -1), factors);
  } catch (cause) {
    throw new DataError(`${file || 'the image'}: ${(cause as Error).message}. Make ${KEY} larger.`, {
      where: { ...(file && { file }), key: KEY },
      cause,
    });
  }
}
