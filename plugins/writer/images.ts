/**
 * Writes one product of each sample as a TIFF file, with the metadata of the image it came from.
 */
import path from 'node:path';
import { Type } from 'typebox';
import { mapOrdered } from '../../core/graph/map-ordered.js';
import { image } from '../../core/image/image.js';
import { productOf, type Sample } from '../../core/image/sample.js';
import { defineNode } from '../../core/plugin/define.js';
import { services } from '../../core/plugin/services.js';

export const imageWriter = defineNode({
  id: 'writer/images',
  role: 'writer',
  summary: 'Writes predictions or labels as TIFF files, one for each image.',
  inputs: { main: ['image', 'channels', 'classes', 'labels'] },
  output: 'same',
  parameters: Type.Object(
    {
      product: Type.String({ default: 'channels', description: 'Product to write.' }),
      folder: Type.String({ description: 'Folder for the files; made when missing.' }),
      kind: Type.Union([Type.Literal('image'), Type.Literal('labels')], { default: 'image' }),
    },
    { additionalProperties: false },
  ),
  needs: { files: services.files, events: services.events },
  create:
    ({ product, folder, kind }, { files, events }, place) =>
    ({ main }) =>
      main.pipe(
        mapOrdered(1, async (sample: Sample) => {
          const picture = productOf(sample, product, place.name);
          const file = path.join(folder, `${sample.id}.tif`);
          const { metadata } = sample.products.raw ?? sample.image;
          await files.write(file, image(picture.data, picture.shape, metadata), { kind });
          events.emit({ type: 'file.written', file, kind: product });
          return sample;
        }),
      ),
});
