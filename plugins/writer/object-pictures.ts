/**
 * Draws objects over the raw images as PNG pictures, to be looked at.
 */
import path from 'node:path';
import { Type } from 'typebox';
import { mapOrdered } from '../../core/graph/map-ordered.js';
import { displayed, displayRange, middlePlane } from '../../core/image/display.js';
import { type Image, sizeOf } from '../../core/image/image.js';
import { drawMatches, drawObjects } from '../../core/image/object-pictures.js';
import { productOf, type Sample } from '../../core/image/sample.js';
import { matchedObjectsOf, tagObjects } from '../../core/instances/matched-objects.js';
import { defineNode } from '../../core/plugin/define.js';
import { services } from '../../core/plugin/services.js';

export const objectPictureWriter = defineNode({
  id: 'writer/object-pictures',
  role: 'writer',
  summary:
    'Draws each object in a colour of its own; with annotated ones outlines in green, red and blue. Of a volume the middle.',
  inputs: { main: ['labels'] },
  output: 'same',
  parameters: Type.Object(
    {
      folder: Type.String({ description: 'Folder for the pictures; made when missing.' }),
      product: Type.String({ default: 'labels', description: 'Objects to draw.' }),
      truth: Type.String({ default: 'truth', description: 'Annotated objects; the target where there are none.' }),
      threshold: Type.Number({
        minimum: 0,
        maximum: 1,
        default: 0.5,
        description: 'Intersection over union from which an object is found; one that metric/objects has measured.',
      }),
    },
    { additionalProperties: false },
  ),
  needs: { files: services.files, events: services.events },
  memory: (_, { shape }) => 9 * sizeOf(shape.slice(-3, -1)),
  create:
    ({ folder, product, truth, threshold }, { files, events }, place) =>
    ({ main }) =>
      main.pipe(
        mapOrdered(1, async (sample: Sample) => {
          const raw = middlePlane(sample.products.raw ?? sample.image);
          const labels = middlePlane(productOf(sample, product, place.name));
          const write = async (suffix: string, label: string, picture: Image) => {
            const file = path.join(folder, `${sample.id}${suffix}.png`);
            await files.write(file, picture);
            events.emit({ type: 'file.written', file, kind: 'picture', sample: sample.id, label });
          };
          await write('_raw', 'Image', displayed(raw, displayRange(raw)));
          await write('', 'Objects', drawObjects(raw, labels));
          const matched = matchedObjectsOf(sample);
          const wanted = sample.products[truth] ?? sample.target;
          if (matched && wanted)
            await write(
              '_matches',
              `Objects at an overlap of ${threshold}: green is found, red is missed, blue is too much`,
              drawMatches(raw, middlePlane(wanted), labels, tagObjects(matched, threshold)),
            );
          return sample;
        }),
      ),
});
