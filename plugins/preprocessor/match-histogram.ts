/**
 * Gives images the intensities of reference images (DATA.PREPROCESS.MATCH_HISTOGRAM).
 */
import { defer, from, map, switchMap } from 'rxjs';
import { Type } from 'typebox';
import { bytesPerValue, sizeOf } from '../../core/image/image.js';
import { listFolder } from '../../core/image/list-folder.js';
import { type Distribution, matchHistogram, ReferenceHistogram } from '../../core/nd/match-histogram.js';
import { defineNode } from '../../core/plugin/define.js';
import { services } from '../../core/plugin/services.js';
import { preprocessing } from './settings.js';

const KEY = 'DATA.PREPROCESS.MATCH_HISTOGRAM.REFERENCE_PATH';

export const histogramMatcher = defineNode({
  id: 'preprocessor/match-histogram',
  role: 'preprocessor',
  summary: 'Gives images the mean distribution of intensities of a folder of reference images.',
  inputs: { main: ['image'] },
  output: 'image',
  parameters: Type.Object(
    {
      references: Type.String({ description: 'Folder of reference images, of 8 or 16 bits.' }),
      ndim: Type.Union([Type.Literal('2D'), Type.Literal('3D')], { default: '2D' }),
    },
    { additionalProperties: false },
  ),
  needs: { files: services.files, memory: services.memory, signal: services.signal },
  whyWhole: () => 'DATA.PREPROCESS.MATCH_HISTOGRAM measures all of it',
  order: 40,
  keys: ['DATA.PREPROCESS.MATCH_HISTOGRAM.ENABLE'],
  fromConfig(config, part) {
    const settings = preprocessing(config, part)?.MATCH_HISTOGRAM;
    return settings?.ENABLE
      ? { references: settings.REFERENCE_PATH, ndim: config.PROBLEM.NDIM as '2D' | '3D' }
      : undefined;
  },
  // The result, and the sorted values.
  memory: (_, { bytes }) => 2 * bytes,
  async plan({ references }, { main }, { tell }) {
    const files = await listFolder(references, KEY);
    tell({
      value: `intensities of ${files.length} reference images from ${references}`,
      why: 'DATA.PREPROCESS.MATCH_HISTOGRAM is on.',
      facts: { references: files.length },
    });
    return main;
  },
  create({ references, ndim }, { files, memory, signal }) {
    async function measure(): Promise<Distribution> {
      const histogram = new ReferenceHistogram();
      for (const file of await listFolder(references, KEY)) {
        const { shape, dtype } = await files.probe(file, ndim);
        const lease = await memory.lease(sizeOf(shape) * bytesPerValue(dtype), file, signal);
        try {
          histogram.add(await files.read(file, ndim, signal), file);
        } finally {
          lease.release();
        }
      }
      return histogram.distribution();
    }
    // References are measured before the first image is asked for: nobody waits for memory who holds some.
    return ({ main }) =>
      defer(() => from(measure())).pipe(
        switchMap((distribution) =>
          main.pipe(map((sample) => ({ ...sample, image: matchHistogram(sample.image, distribution) }))),
        ),
      );
  },
});
