/**
 * Leaves out whole images (DATA.*.FILTER_SAMPLES with DATA.FILTER_BY_IMAGE).
 */
import path from 'node:path';
import { concatMap, EMPTY, Observable, of } from 'rxjs';
import { Type } from 'typebox';
import { FilterGroups, isLeftOut } from '../../core/image/sample-filter.js';
import { defineNode } from '../../core/plugin/define.js';
import { services } from '../../core/plugin/services.js';
import { FILTER_KEYS, filterSettings, filtersImages, NormalizeBefore, normalizedBefore } from './filter-config.js';
import { Examples, told, tooFew } from './filter-outcome.js';

export const filterImages = defineNode({
  id: 'filter/images',
  role: 'filter',
  summary: 'Leaves out images by their intensities, their foreground, or their difference from the target.',
  inputs: { main: ['image'] },
  output: 'image',
  parameters: Type.Object(
    {
      groups: FilterGroups,
      least: Type.Integer({ minimum: 0, default: 0, description: 'Images that must be left; fewer are an error.' }),
      examples: Examples,
      normalize: NormalizeBefore,
    },
    { additionalProperties: false },
  ),
  whyWhole: () => 'DATA.FILTER_BY_IMAGE measures all of it',
  keys: FILTER_KEYS,
  needs: { events: services.events, files: services.files },
  fromConfig: (config, part) => (filtersImages(config, part) ? filterSettings(config, part) : undefined),
  create:
    ({ groups, least, examples, normalize }, { events, files }, place) =>
    ({ main }) =>
      new Observable((subscriber) => {
        const seen = { kept: 0, dropped: 0 };
        return main
          .pipe(
            concatMap(async (sample) => {
              const { image, target, products, file } = sample;
              const dropped = isLeftOut(
                groups,
                normalizedBefore({ image, target, whole: products.raw, file }, normalize),
              );
              const side = dropped ? 'dropped' : 'kept';
              if (examples && seen[side] < examples.count) {
                const folder = dropped ? 'filtered' : 'not-filtered';
                await files.write(path.join(examples.folder, folder, `${sample.id}.tif`), products.raw ?? image);
              }
              seen[side]++;
              if (!dropped) return sample;
              if (place.phase === 'test') events.emit({ type: 'notice', message: `Skipping image ${file}.` });
              sample.lease.release();
              return undefined;
            }),
            concatMap((sample) => (sample ? of(sample) : EMPTY)),
          )
          .subscribe({
            next: (sample) => subscriber.next(sample),
            error: (error) => subscriber.error(error),
            complete: () => {
              events.emit({ type: 'notice', message: `The sample filter '${place.name}' ${told(seen, 'images')}.` });
              if (seen.kept < least) subscriber.error(tooFew(place.name, seen, 'images'));
              else subscriber.complete();
            },
          });
      }),
});
