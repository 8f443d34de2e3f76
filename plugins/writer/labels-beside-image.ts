/**
 * Writes labels into the OME-Zarr that their image came from, where viewers look for them.
 */
import { Type } from 'typebox';
import { DataError } from '../../core/errors.js';
import { mapOrdered } from '../../core/graph/map-ordered.js';
import { productOf, type Sample } from '../../core/image/sample.js';
import { planVolume, writeVolume } from '../../core/image/write-volume.js';
import { defineNode } from '../../core/plugin/define.js';
import { services } from '../../core/plugin/services.js';

export const labelsBesideImage = defineNode({
  id: 'writer/labels-beside-image',
  role: 'writer',
  summary: 'Writes labels with a pyramid into the OME-Zarr that their image came from, as `labels/<name>`.',
  inputs: { main: ['image', 'channels', 'classes', 'labels'] },
  output: 'same',
  parameters: Type.Object(
    {
      product: Type.String({ default: 'labels', description: 'Product to write: classes or labels.' }),
      name: Type.String({ pattern: '^[A-Za-z0-9_-]+$', description: 'Name of the label image.' }),
      array: Type.String({
        default: '',
        description: 'Path of the image in its container, with dots or slashes; empty for the container itself.',
      }),
      replace: Type.Boolean({ default: false, description: 'Replace labels of that name; without it they are kept.' }),
    },
    { additionalProperties: false },
  ),
  needs: { files: services.files, events: services.events, signal: services.signal },
  create:
    ({ product, ...place }, { files, events, signal }, { name: node }) =>
    ({ main }) =>
      main.pipe(
        mapOrdered(1, async (sample: Sample) => {
          const labels = productOf(sample, product, node);
          const { file } = sample;
          if (labels.dtype.startsWith('float'))
            throw new DataError(
              `${file}: labels are whole numbers, but '${product}' holds ${labels.dtype}. Write classes or labels.`,
              { where: { file, node } },
            );
          const plan = planVolume(labels, sample.products.raw ?? sample.image, 'labels');
          const writer = await files.createLabels(file, place, plan);
          await writeVolume(labels, writer, signal);
          await writer.close();
          events.emit({ type: 'file.written', file, kind: product, sample: sample.id });
          return sample;
        }),
      ),
});
