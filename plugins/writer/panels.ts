/**
 * Draws input, prediction and target as PNG pictures beside each other, to be looked at.
 */
import path from 'node:path';
import { Type } from 'typebox';
import { mapOrdered } from '../../core/graph/map-ordered.js';
import { displayed, displayRange, enlarge } from '../../core/image/display.js';
import { type Image, sizeOf } from '../../core/image/image.js';
import { planeOf } from '../../core/image/middle-box.js';
import { productOf, type Sample } from '../../core/image/sample.js';
import { scaleBetween } from '../../core/image/scale.js';
import { defineNode } from '../../core/plugin/define.js';
import { services } from '../../core/plugin/services.js';

export const panelWriter = defineNode({
  id: 'writer/panels',
  role: 'writer',
  summary: 'Draws input, prediction and target for the report, prediction and target in the same grey levels.',
  inputs: { main: ['channels'] },
  output: 'same',
  parameters: Type.Object(
    {
      product: Type.String({ default: 'restored', description: 'Product to draw.' }),
      folder: Type.String({ description: 'Folder for the pictures; made when missing.' }),
    },
    { additionalProperties: false },
  ),
  needs: { files: services.files, events: services.events },
  memory: (_, { shape }) => 9 * sizeOf(shape.slice(-3, -1)),
  create:
    ({ product, folder }, { files, events }, place) =>
    ({ main }) =>
      main.pipe(
        mapOrdered(1, async (sample: Sample) => {
          const whole = sample.products.raw ?? sample.image;
          const prediction = await planeOf(productOf(sample, product, place.name), whole);
          const target = sample.target && (await planeOf(sample.target, whole));
          const raw = await planeOf(whole);
          // A small input is shown in the size of its result, each pixel as a square.
          const input = enlarge(raw, scaleBetween(raw.shape, prediction.shape) ?? [1, 1]);
          const range = displayRange(target ?? prediction);
          const write = async (suffix: string, label: string, picture: Image) => {
            const file = path.join(folder, `${sample.id}${suffix}.png`);
            await files.write(file, picture);
            events.emit({ type: 'file.written', file, kind: 'picture', sample: sample.id, label });
          };
          await write('_input', 'Input', displayed(input, displayRange(input)));
          await write('', 'Prediction', displayed(prediction, range));
          if (target) await write('_target', 'Target', displayed(target, range));
          return sample;
        }),
      ),
});
