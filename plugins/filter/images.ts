/**
 * Leaves out whole images (DATA.*.FILTER_SAMPLES with DATA.FILTER_BY_IMAGE).
 */
import path from 'node:path';
import { concat, concatMap, defer, EMPTY, from, lastValueFrom, type Observable, of, switchMap } from 'rxjs';
import { Type } from 'typebox';
import { planeOf } from '../../core/image/middle-box.js';
import type { Sample } from '../../core/image/sample.js';
import { FilterGroups, isLeftOutInParts } from '../../core/image/sample-filter.js';
import { scaleBetween } from '../../core/image/scale.js';
import { chooseSubset, Subset } from '../../core/image/subset.js';
import { defineNode } from '../../core/plugin/define.js';
import { services } from '../../core/plugin/services.js';
import {
  FILTER_KEYS,
  filterSettings,
  filtersImages,
  NormalizeBefore,
  normalizationOfParts,
  normalizedWhole,
  subsetOfLeft,
} from './filter-config.js';
import { Examples, type Seen, told, tooFew } from './filter-outcome.js';

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
      normalizeParts: Type.Union(NormalizeBefore.anyOf, {
        default: null,
        description: 'The same for images that come in parts, each normalised on its own; null where it is done.',
      }),
      subset: Type.Union([Subset, Type.Null()], {
        default: null,
        description: 'Give one side of a split of the images that are left. All images are read once more for it.',
      }),
    },
    { additionalProperties: false },
  ),
  // Targets in parts are normalised one by one, and what they were before is not kept.
  whyWhole: ({ groups, normalizeParts }) =>
    normalizeParts?.target && groups.flat().some(({ property }) => /target|diff/.test(property))
      ? 'FILTER_SAMPLES.NORM_BEFORE measures its target as a whole'
      : undefined,
  keys: FILTER_KEYS,
  needs: { events: services.events, files: services.files, signal: services.signal },
  fromConfig(config, part) {
    const settings = filtersImages(config, part) ? filterSettings(config, part) : undefined;
    return (
      settings && {
        ...settings,
        normalizeParts: normalizationOfParts(config, part),
        subset: subsetOfLeft(config, part),
      }
    );
  },
  plan({ subset }, { main }, { tell }) {
    if (subset)
      tell({
        value: `the ${subset.part} side of the images that are left`,
        why: 'Which images are left out is known when they are read; the others are divided then.',
        facts: {},
      });
    return main;
  },
  create({ groups, least, examples, subset, ...normalizing }, { events, files, signal }, place) {
    /** Whether an image is left out; examples are written on the way. */
    async function judge(sample: Sample, seen: Seen): Promise<boolean> {
      const { id, image, products, file } = sample;
      const dropped = await isLeftOutInParts(groups, await normalizedWhole(sample, normalizing, signal), signal);
      const side = dropped ? 'dropped' : 'kept';
      if (examples && seen[side] < examples.count) {
        const folder = dropped ? 'filtered' : 'not-filtered';
        const shown = products.raw ?? image;
        // A plane stands for a volume that is read in parts.
        const example = shown.source ? await planeOf(shown) : shown;
        await files.write(path.join(examples.folder, folder, `${id}.tif`), example);
      }
      seen[side]++;
      if (dropped && place.phase === 'test') events.emit({ type: 'notice', message: `Skipping image ${file}.` });
      return dropped;
    }

    /** @throws DataError when too few are left. */
    function conclude(seen: Seen): void {
      events.emit({ type: 'notice', message: `The sample filter '${place.name}' ${told(seen, 'images')}.` });
      if (seen.kept < least) throw tooFew(place.name, seen, 'images');
      if (place.phase === 'test' && seen.kept === 0)
        events.emit({ type: 'warning', message: `The sample filter '${place.name}' leaves no image to test.` });
    }

    const keepLeft = (main: Observable<Sample>): Observable<Sample> =>
      defer(() => {
        const seen = { kept: 0, dropped: 0 };
        return concat(
          main.pipe(
            concatMap(async (sample) => {
              if (!(await judge(sample, seen))) return sample;
              sample.lease.release();
              return undefined;
            }),
            concatMap((sample) => (sample ? of(sample) : EMPTY)),
          ),
          defer(() => {
            conclude(seen);
            return EMPTY;
          }),
        );
      });

    /** Places, in the stream, of the images of the side that is given. */
    async function choose(main: Observable<Sample>, side: Subset): Promise<ReadonlySet<number>> {
      const seen = { kept: 0, dropped: 0 };
      const left: number[] = [];
      const classes: number[] = [];
      let only = false;
      const measuring = main.pipe(
        concatMap(async (sample, position) => {
          try {
            only ||= sample.facts.onlyImage === true;
            if (await judge(sample, seen)) return;
            left.push(position);
            classes.push(...classOf(sample));
          } finally {
            sample.lease.release();
          }
        }),
      );
      await lastValueFrom(measuring, { defaultValue: undefined });
      conclude(seen);
      // The patches of a single image are divided later.
      return new Set(only ? left : chooseSubset(left, side, classes.length > 0 ? classes : undefined));
    }

    let chosen: Promise<ReadonlySet<number>> | undefined;
    const keepChosen = (main: Observable<Sample>, side: Subset): Observable<Sample> =>
      defer(() => {
        chosen ??= choose(main, side);
        return from(chosen);
      }).pipe(
        switchMap((positions) =>
          main.pipe(
            concatMap((sample, position) => {
              if (positions.has(position)) return of(sample);
              sample.lease.release();
              return EMPTY;
            }),
          ),
        ),
      );

    return ({ main }) => (subset ? keepChosen(main, subset) : keepLeft(main));
  },
});

/** The class that an image belongs to as a whole, where it is its target. */
function classOf({ image, target }: Sample): number[] {
  return target && !scaleBetween(image.shape, target.shape) ? [target.data[0]] : [];
}
