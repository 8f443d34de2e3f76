/**
 * What the network is given (DATA.CHECK_GENERATORS): every patch of the first epoch, after augmentation, and its target, as files with
 * their true values.
 */
import path from 'node:path';
import { Type } from 'typebox';
import { mapOrdered } from '../../core/graph/map-ordered.js';
import type { Sample } from '../../core/image/sample.js';
import { makeFolder } from '../../core/job/make-folder.js';
import { defineNode } from '../../core/plugin/define.js';
import { services } from '../../core/plugin/services.js';

export const generatorSamples = defineNode({
  id: 'writer/generator-samples',
  role: 'writer',
  summary: 'Writes the patches and targets of the first epoch as the network gets them, and passes them on.',
  inputs: { main: ['patch'] },
  output: 'patch',
  parameters: Type.Object(
    {
      part: Type.String({ description: 'Beginning of the file names.' }),
      images: Type.String({ description: 'Folder for patches; made when missing.' }),
      targets: Type.String({ description: 'Folder for their targets; made when missing.' }),
    },
    { additionalProperties: false },
  ),
  keys: ['DATA.CHECK_GENERATORS'],
  fromConfig: ({ DATA, PATHS }, part) =>
    DATA.CHECK_GENERATORS && part !== 'test'
      ? { part, images: PATHS.GEN_CHECKS, targets: PATHS.GEN_MASK_CHECKS }
      : undefined,
  needs: { files: services.files, events: services.events },
  create({ part, images, targets }, { files, events }) {
    // A validation gives the same patches after each epoch.
    const written = new Set<number>();
    return ({ main }) =>
      main.pipe(
        mapOrdered(1, async (sample: Sample) => {
          const { epoch = 0, position = sample.index } = sample.moment ?? {};
          if (epoch > 0 || written.has(position)) return sample;
          written.add(position);
          const name = `${part}_${String(position).padStart(5, '0')}_${path.basename(sample.id)}.tif`;
          for (const [folder, picture] of [
            [images, sample.image],
            [targets, sample.target],
          ] as const) {
            if (!picture) continue;
            await makeFolder(folder);
            const file = path.join(folder, name);
            await files.write(file, picture);
            events.emit({ type: 'file.written', file, kind: 'sample of the generator', sample: sample.id });
          }
          return sample;
        }),
      );
  },
});
