/**
 * Marks patches that are left out (DATA.*.FILTER_SAMPLES): training takes none of them, and in a test they stay black.
 */
import path from 'node:path';
import { concatMap, Observable } from 'rxjs';
import { Type } from 'typebox';
import { completeImage, readRegion } from '../../core/image/deferred.js';
import { dropPatches } from '../../core/image/dropped-patch.js';
import { type Image, image } from '../../core/image/image.js';
import { partsOf } from '../../core/image/parts.js';
import { type Box, cutGeometry, patchBoxes } from '../../core/image/patch.js';
import type { Sample } from '../../core/image/sample.js';
import { FilterGroups, isLeftOut, type Measured } from '../../core/image/sample-filter.js';
import { scaleBetween, scaleBox, scaleSides } from '../../core/image/scale.js';
import { ExtentInParts } from '../../core/nd/image-error.js';
import { CutParameters, cutFromConfig } from '../../core/plugin/cut-parameters.js';
import { defineNode } from '../../core/plugin/define.js';
import { services } from '../../core/plugin/services.js';
import { FILTER_KEYS, filterSettings, filtersImages, NormalizeBefore, normalizedBefore } from './filter-config.js';
import { Examples, told, tooFew } from './filter-outcome.js';

export const filterPatches = defineNode({
  id: 'filter/patches',
  role: 'filter',
  summary: 'Marks patches to leave out by their intensities, their foreground, or their difference from the target.',
  inputs: { main: ['image'] },
  output: 'image',
  parameters: Type.Object(
    {
      ...CutParameters,
      groups: FilterGroups,
      least: Type.Integer({ minimum: 0, default: 0, description: 'Patches that must be left; fewer are an error.' }),
      examples: Examples,
      normalize: NormalizeBefore,
    },
    { additionalProperties: false },
  ),
  keys: FILTER_KEYS,
  needs: { events: services.events, files: services.files, signal: services.signal },
  fromConfig(config, part) {
    const settings = filtersImages(config, part) ? undefined : filterSettings(config, part);
    // Validation images out of the training set are cut as these are.
    const cutAs = part === 'validation' && config.DATA.VAL.FROM_TRAIN ? 'train' : part;
    return settings && { ...cutFromConfig(config, cutAs), ...settings };
  },
  create(parameters, { events, files, signal }, place) {
    const { groups, least, examples, normalize: before } = parameters;
    return ({ main }) =>
      new Observable((subscriber) => {
        const seen = { kept: 0, dropped: 0 };
        let written = 0;
        return main
          .pipe(
            concatMap(async (sample) => {
              const cut = await cutSample(sample, parameters, signal);
              const dropped: number[] = [];
              for (const [index, box] of cut.boxes.entries())
                if (isLeftOut(groups, normalizedBefore(await cut.patch(box), before))) dropped.push(index);
              seen.dropped += dropped.length;
              seen.kept += cut.boxes.length - dropped.length;
              // Of a volume that is read in parts there is no whole picture to blacken.
              if (examples && !cut.image.source && written < examples.count && dropped.length > 0) {
                written++;
                const shown = blacken(
                  cut.image,
                  dropped.map((index) => cut.boxes[index]),
                );
                await files.write(path.join(examples.folder, `${sample.id}.tif`), shown);
              }
              return dropPatches(sample, dropped);
            }),
          )
          .subscribe({
            next: (sample) => subscriber.next(sample),
            error: (error) => subscriber.error(error),
            complete: () => {
              events.emit({ type: 'notice', message: `The sample filter '${place.name}' ${told(seen, 'patches')}.` });
              if (seen.kept < least) subscriber.error(tooFew(place.name, seen, 'patches'));
              else subscriber.complete();
            },
          });
      });
  },
});

interface Cut {
  patch: number[];
  overlap: number[];
  padding: number[];
  complete: boolean;
  groups: FilterGroups;
}

/** The patches that a cutter with the same parameters will give, in its order; of volumes in parts, too. */
async function cutSample(sample: Sample, { patch, overlap, padding, complete, groups }: Cut, signal: AbortSignal) {
  const { target, products, file } = sample;
  const scale = target && scaleBetween(sample.image.shape, target.shape, file);
  const picture = complete ? completeImage(sample.image, patch).picture : sample.image;
  const wanted = complete && target && scale ? completeImage(target, scaleSides(patch, scale)).picture : target;
  const boxes = [...patchBoxes(cutGeometry(picture.shape.slice(0, -1), patch, { overlap, padding, file }))];
  picture.source?.expect?.(boxes);
  if (scale) wanted?.source?.expect?.(boxes.map((box) => scaleBox(box, scale)));
  const whole = await rangeOfWhole(products.raw ?? sample.image, groups, signal);
  return {
    image: picture,
    boxes,
    patch: async (box: Box): Promise<Measured> => ({
      image: await readRegion(picture, box, signal),
      ...(wanted && { target: scale ? await readRegion(wanted, scaleBox(box, scale), signal) : wanted }),
      whole,
      file,
    }),
  };
}

/** What stands for a whole raw image: of one that is read in parts its least and greatest value, where they are asked for. */
async function rangeOfWhole(raw: Image, groups: FilterGroups, signal: AbortSignal): Promise<Image> {
  const asked = groups.some((group) => group.some(({ property }) => property === 'diff_by_min_max_ratio'));
  if (!raw.source || !asked) return raw;
  const range = new ExtentInParts();
  for await (const part of partsOf(raw, signal)) range.add(part);
  return image(Float64Array.of(range.least, range.greatest), [1, 2, 1]);
}

/** A copy of an image with boxes, as far as they lie in it, set to zero. */
function blacken(picture: Image, boxes: readonly Box[]): Image {
  const { shape } = picture;
  const data = picture.data.slice();
  const inner = shape.slice(0, -1);
  for (const { start, size } of boxes) {
    const from = start.map((first) => Math.max(first, 0));
    const to = start.map((first, axis) => Math.min(first + size[axis], inner[axis]));
    const rows = (axis: number, at: number): void => {
      if (axis === inner.length - 1) {
        data.fill(
          0,
          (at * inner[axis] + from[axis]) * shape[axis + 1],
          (at * inner[axis] + to[axis]) * shape[axis + 1],
        );
        return;
      }
      for (let i = from[axis]; i < to[axis]; i++) rows(axis + 1, at * inner[axis] + i);
    };
    rows(0, 0);
  }
  return image(data, shape, picture.metadata);
}
