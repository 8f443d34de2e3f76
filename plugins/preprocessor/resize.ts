/**
 * Resizes images and targets (DATA.PREPROCESS.RESIZE).
 */
import { map } from 'rxjs';
import { Type } from 'typebox';
import { isFloat } from '../../core/image/cast.js';
import { mapImage } from '../../core/image/deferred.js';
import { channelCount, type Image, image, sizeOf, spatialShape } from '../../core/image/image.js';
import { resized } from '../../core/image/resized.js';
import type { Sample } from '../../core/image/sample.js';
import { scaleBetween } from '../../core/image/scale.js';
import { unitScale } from '../../core/nd/grey.js';
import type { SplineOrder } from '../../core/nd/spline.js';
import { defineNode } from '../../core/plugin/define.js';
import { counted, shapeText } from '../../core/plugin/forecast.js';
import { services } from '../../core/plugin/services.js';
import { preprocessing, surroundingsBudget, workingBytes } from './settings.js';

const ORDERS = [0, 1, 2, 3, 4, 5] as const;
const BORDERS = ['constant', 'edge', 'symmetric', 'reflect', 'wrap'] as const;

export const resizePreprocessor = defineNode({
  id: 'preprocessor/resize',
  role: 'preprocessor',
  summary: 'Resizes images, and their targets with them; masks by the nearest pixel.',
  inputs: { main: ['image'] },
  output: 'image',
  parameters: Type.Object(
    {
      size: Type.Array(Type.Integer({ minimum: 1 }), {
        minItems: 2,
        maxItems: 3,
        description: 'Sides of the result in pixels, [y, x] or [z, y, x].',
      }),
      order: Type.Enum(ORDERS, { default: 1, description: '0 nearest, 1 linear, 3 cubic splines, up to 5.' }),
      border: Type.Enum(BORDERS, { default: 'reflect', description: 'What lies outside the image.' }),
      fill: Type.Number({ default: 0, description: 'Value outside with the border constant.' }),
      clip: Type.Boolean({ default: true, description: 'Keep to the range of the image.' }),
      preserveRange: Type.Boolean({ default: true, description: 'False brings integers to floats in [0, 1].' }),
      antiAliasing: Type.Boolean({ default: false, description: 'Blur before shrinking.' }),
      imageTargets: Type.Boolean({ default: false, description: 'Targets are images, resized as these are.' }),
    },
    { additionalProperties: false },
  ),
  whyWhole: ({ order, border, antiAliasing }) => {
    const key = 'DATA.PREPROCESS.RESIZE';
    if (order > 1) return `${key}.ORDER ${order} filters along all of it`;
    if (antiAliasing) return `${key}.ANTI_ALIASING blurs it`;
    return border === 'constant' ? `${key}.MODE constant puts a border around it` : undefined;
  },
  order: 10,
  keys: ['DATA.PREPROCESS.RESIZE.ENABLE'],
  fromConfig(config, part) {
    const settings = preprocessing(config, part)?.RESIZE;
    if (!settings?.ENABLE) return undefined;
    return {
      size: [...(settings.OUTPUT_SHAPE as number[])],
      order: settings.ORDER as SplineOrder,
      border: settings.MODE as (typeof BORDERS)[number],
      fill: settings.CVAL,
      clip: settings.CLIP,
      preserveRange: settings.PRESERVE_RANGE,
      antiAliasing: settings.ANTI_ALIASING,
      imageTargets: ['SUPER_RESOLUTION', 'DENOISING', 'SELF_SUPERVISED', 'IMAGE_TO_IMAGE'].includes(
        config.PROBLEM.TYPE,
      ),
    };
  },
  reshape: ({ size }, shape) => [...size, shape[shape.length - 1]],
  memory: ({ size }, { shape }) => workingBytes(shape, 1) + workingBytes([...size, shape[shape.length - 1]], 2),
  plan({ size }, { main }, { tell }) {
    const shapes = shapeText(main.images.map(({ shape }) => shape.slice(0, -1)));
    tell({
      value: `${counted(main.images.length, 'image')} of ${shapes} resized to ${size.join('×')}`,
      why: 'DATA.PREPROCESS.RESIZE is on.',
      facts: { images: main.images.length },
    });
    const images = main.images.map(({ shape, targetShape, ...each }) => ({
      ...each,
      shape: [...size, shape.at(-1)!],
      ...(targetShape && { targetShape: [...targetSize(size, shape, targetShape), targetShape.at(-1)!] }),
    }));
    return { ...main, images };
  },
  needs: { memory: services.memory },
  create({ size, preserveRange, imageTargets, ...options }, { memory }, { phase }) {
    // Image and target are resized at the same time.
    const budget = surroundingsBudget(phase, memory.budget) / 2;
    const inSize = (picture: Image, sides: readonly number[], order: SplineOrder) =>
      resized(picture, sides, { ...options, order }, budget);
    return ({ main }) =>
      main.pipe(
        map((sample): Sample => {
          const { image: picture, target } = sample;
          const before = spatialShape(picture);
          const scaled = preserveRange
            ? picture
            : mapImage(picture, toUnit, isFloat(picture.dtype) ? {} : { dtype: 'float32' });
          return {
            ...sample,
            image: inSize(scaled, size, options.order),
            ...(target && {
              target: inSize(target, targetSize(size, picture.shape, target.shape), imageTargets ? options.order : 0),
            }),
            // What is drawn and written beside the results is the image as it was.
            products: { raw: picture, ...sample.products },
            facts: { ...sample.facts, sizeBefore: before },
          };
        }),
      );
  },
});

/**
 * Sides of a resized target: of a super-resolution it has several pixels for one of the image, and a class, which belongs
 * to the image as a whole, stays one value.
 */
function targetSize(size: readonly number[], shape: readonly number[], target: readonly number[]): readonly number[] {
  if (!scaleBetween(shape, target)) return target.slice(0, -1);
  return size.map((side, axis) => Math.round((side * target[axis]) / shape[axis]));
}

/** Integers in [0, 1] by the range of their type; BiaPy cuts these off to whole numbers again, which leaves nothing. */
function toUnit(picture: Image): Image {
  const { data, shape, metadata } = picture;
  const unit = unitScale(data);
  if (unit === 1) return picture;
  const values = new Float32Array(sizeOf(shape));
  for (let i = 0; i < values.length; i++) values[i] = data[i] * unit;
  return image(values, [...spatialShape(picture), channelCount(picture)], metadata);
}
