/**
 * Writes one product of each sample as a TIFF file, with the metadata of the image it came from.
 */
import path from 'node:path';
import { Type } from 'typebox';
import { mapOrdered } from '../../core/graph/map-ordered.js';
import { image } from '../../core/image/image.js';
import { productOf, type Sample } from '../../core/image/sample.js';
import { planVolume, writeVolume } from '../../core/image/write-volume.js';
import { defineNode } from '../../core/plugin/define.js';
import { services } from '../../core/plugin/services.js';

export const imageWriter = defineNode({
  id: 'writer/images',
  role: 'writer',
  summary:
    'Writes predictions or labels as TIFF files, one for each image; as Zarr for volumes that are read in parts.',
  inputs: { main: ['image', 'channels', 'classes', 'labels'] },
  output: 'same',
  parameters: Type.Object(
    {
      product: Type.String({ default: 'channels', description: 'Product to write.' }),
      folder: Type.String({ description: 'Folder for the files; made when missing.' }),
      suffix: Type.String({ default: '', description: 'Added to the names of the files.' }),
      kind: Type.Union([Type.Literal('image'), Type.Literal('labels')], { default: 'image' }),
    },
    { additionalProperties: false },
  ),
  needs: { files: services.files, events: services.events, signal: services.signal },
  create:
    ({ product, folder, suffix, kind }, { files, events, signal }, place) =>
    ({ main }) =>
      main.pipe(
        mapOrdered(1, async (sample: Sample) => {
          const picture = productOf(sample, product, place.name);
          const raw = sample.products.raw ?? sample.image;
          if (picture.source) {
            const container = path.join(folder, `${sample.id}.zarr`);
            const writer = await files.createArray(container, planVolume(picture, raw, kind));
            await writeVolume(picture, writer, signal);
            await writer.close();
            events.emit({ type: 'file.written', file: container, kind: product });
            return sample;
          }
          const file = path.join(folder, `${sample.id}${suffix}.tif`);
          const { metadata } = raw;
          await files.write(file, image(picture.data, picture.shape, metadata), { kind });
          events.emit({ type: 'file.written', file, kind: product });
          return sample;
        }),
      ),
});
