/**
 * Cuts the middle out of images that are larger than a patch: a classification sees whole images of one size.
 */
import { map } from 'rxjs';
import { Type } from 'typebox';
import { type Image, spatialShape } from '../../core/image/image.js';
import { readPatch } from '../../core/image/patch.js';
import { defineNode } from '../../core/plugin/define.js';
import { counted, shapeText } from '../../core/plugin/forecast.js';
import { services } from '../../core/plugin/services.js';

export const centreCrop = defineNode({
  id: 'preprocessor/centre-crop',
  role: 'preprocessor',
  summary: 'Cuts the middle out of images that are larger than a size.',
  inputs: { main: ['image'] },
  output: 'image',
  parameters: Type.Object(
    {
      size: Type.Array(Type.Integer({ minimum: 1 }), {
        minItems: 2,
        maxItems: 3,
        description: 'Largest sides in pixels, [y, x] or [z, y, x]; shorter ones stay.',
      }),
    },
    { additionalProperties: false },
  ),
  // After everything that needs the whole image, or changes its size.
  order: 100,
  needs: { events: services.events },
  fromConfig: ({ PROBLEM, DATA }) =>
    PROBLEM.TYPE === 'CLASSIFICATION' ? { size: (DATA.PATCH_SIZE as number[]).slice(0, -1) } : undefined,
  reshape: ({ size }, shape) => cropped(shape, size),
  memory: (_, { bytes }) => bytes,
  plan({ size }, { main }, { tell }) {
    const images = main.images.map((each) => ({ ...each, shape: cropped(each.shape, size) }));
    const larger = main.images.filter(({ shape }) => `${cropped(shape, size)}` !== `${shape}`);
    if (larger.length > 0)
      tell({
        value: `the middle ${size.join('×')} of ${counted(larger.length, 'image')} of ${shapeText(larger.map(({ shape }) => shape.slice(0, -1)))}`,
        why: 'Images that are larger than DATA.PATCH_SIZE are cut to it; DATA.PREPROCESS.RESIZE shrinks them instead.',
        facts: { images: larger.length },
      });
    return { ...main, images };
  },
  create:
    ({ size }, { events }) =>
    ({ main }) => {
      let told = false;
      return main.pipe(
        map((sample) => {
          const image = cropCentre(sample.image, size);
          if (image === sample.image) return sample;
          if (!told)
            events.emit({
              type: 'notice',
              message: `Of images larger than DATA.PATCH_SIZE (${size.join('×')}) only the middle is used, of ${sample.file} (${spatialShape(sample.image).join('×')}) for one. DATA.PREPROCESS.RESIZE shrinks them instead.`,
            });
          told = true;
          return { ...sample, image };
        }),
      );
    },
});

/** The middle of an image, at most `size` along each axis; of an odd rest the smaller half is cut at the start. */
export function cropCentre(picture: Image, size: readonly number[]): Image {
  const sides = spatialShape(picture);
  const kept = cropped(picture.shape, size).slice(0, -1);
  if (kept.every((side, axis) => side === sides[axis])) return picture;
  const start = kept.map((side, axis) => Math.floor((sides[axis] - side) / 2));
  return readPatch(picture, { start, size: kept });
}

function cropped(shape: readonly number[], size: readonly number[]): number[] {
  return shape.map((side, axis) => (axis < size.length ? Math.min(side, size[axis]) : side));
}
