/**
 * Draws results over the raw images as PNG pictures, to be looked at.
 */
import path from 'node:path';
import { Type } from 'typebox';
import { mapOrdered } from '../../core/graph/map-ordered.js';
import { type Image, image, sizeOf } from '../../core/image/image.js';
import { planeOf } from '../../core/image/middle-box.js';
import { overlay } from '../../core/image/overlay.js';
import { productOf, type Sample } from '../../core/image/sample.js';
import { defineNode } from '../../core/plugin/define.js';
import { services } from '../../core/plugin/services.js';

export const overlayWriter = defineNode({
  id: 'writer/overlays',
  role: 'writer',
  summary: 'Draws outlines of the result over the raw image; with a target, agreement and errors in colours.',
  inputs: { main: ['classes', 'labels'] },
  output: 'same',
  parameters: Type.Object(
    {
      product: Type.String({ default: 'classes', description: 'Product to draw.' }),
      folder: Type.String({ description: 'Folder for the pictures; made when missing.' }),
      style: Type.Union([Type.Literal('contour'), Type.Literal('fill')], { default: 'fill' }),
      classes: Type.Boolean({
        default: false,
        description: 'Numbers are classes, and have to be the same in the target.',
      }),
    },
    { additionalProperties: false },
  ),
  needs: { files: services.files, events: services.events },
  memory: (_, { shape }) => 3 * sizeOf(shape.slice(-3, -1)),
  create:
    ({ product, folder, style, classes }, { files, events }, place) =>
    ({ main }) =>
      main.pipe(
        mapOrdered(1, async (sample: Sample) => {
          const raw = await planeOf(sample.products.raw ?? sample.image);
          const target = sample.target && (await planeOf(sample.target));
          const write = async (suffix: string, label: string, picture: Image) => {
            const file = path.join(folder, `${sample.id}${suffix}.png`);
            await files.write(file, picture);
            events.emit({ type: 'file.written', file, kind: 'picture', sample: sample.id, label });
          };
          const nothing = image(new Uint8Array(raw.data.length / raw.shape[2]), [raw.shape[0], raw.shape[1], 1]);
          await write('_raw', 'Image', overlay(raw, nothing));
          const shown = await planeOf(productOf(sample, product, place.name));
          const several = classes && target && [shown, target].some(({ data }) => data.some((id) => id > 1));
          const wrong = several ? ', yellow is of another class' : '';
          const label = target
            ? `Prediction: green agrees with the target, red is too much, blue is missing${wrong}`
            : 'Prediction';
          await write('', label, overlay(raw, shown, target, { style, classes }));
          return sample;
        }),
      ),
});
