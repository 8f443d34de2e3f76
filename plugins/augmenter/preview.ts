/**
 * Pictures of augmented samples (AUGMENTOR.AUG_SAMPLES): two nodes around the row of augmenters. The first sends a second copy of
 * some samples along, which gets the same random numbers as the sample itself; the second draws the copies and keeps them
 * from the training.
 */
import path from 'node:path';
import { concatMap, of } from 'rxjs';
import { Type } from 'typebox';
import { mapOrdered } from '../../core/graph/map-ordered.js';
import { displayed, displayRange, middlePlane } from '../../core/image/display.js';
import type { Image } from '../../core/image/image.js';
import { pictureSheet } from '../../core/image/picture-sheet.js';
import type { Sample } from '../../core/image/sample.js';
import { makeFolder } from '../../core/job/make-folder.js';
import { defineNode } from '../../core/plugin/define.js';
import { services } from '../../core/plugin/services.js';
import { copyOf, rangeOf } from './values.js';

/** What a copy was before it was augmented, under `facts.beforeAugmentation`. */
interface Before {
  image: Image;
  target?: Image;
}

export const previewSource = defineNode({
  id: 'augmenter/preview-source',
  role: 'augmenter',
  summary: 'Sends copies of the first samples along, to be augmented and drawn.',
  inputs: { main: ['patch'] },
  output: 'patch',
  parameters: Type.Object(
    {
      count: Type.Integer({ default: 10, minimum: 0, description: 'Samples of the first epoch.' }),
      grid: Type.Boolean({
        default: true,
        description: 'Draw a grid on the copies, which shows how they are deformed.',
      }),
    },
    { additionalProperties: false },
  ),
  order: 0,
  fromConfig: ({ AUGMENTOR: augment }, part) =>
    part === 'train' && augment.ENABLE && augment.AUG_SAMPLES
      ? { count: augment.AUG_NUM_SAMPLES, grid: augment.DRAW_GRID }
      : undefined,
  create:
    ({ count, grid }) =>
    ({ main }) =>
      main.pipe(
        concatMap((sample) => {
          const { epoch = 0, position = 0 } = sample.moment ?? {};
          if (epoch > 0 || position >= count) return of(sample);
          const { image: picture, target, facts, lease } = sample;
          const before: Before = { image: picture, ...(target && { target }) };
          const copy: Sample = {
            ...sample,
            ...(grid && { image: drawGrid(picture), ...(target && { target: drawGrid(target) }) }),
            facts: { ...facts, beforeAugmentation: before },
            lease: lease.retain(),
          };
          return of(copy, sample);
        }),
      ),
});

export const previewWriter = defineNode({
  id: 'augmenter/preview',
  role: 'augmenter',
  summary: 'Draws samples before and after augmentation, and takes their copies out of the training.',
  inputs: { main: ['patch'] },
  output: 'patch',
  parameters: Type.Object(
    { folder: Type.String({ description: 'Folder for the pictures; made when missing.' }) },
    { additionalProperties: false },
  ),
  order: 1000,
  fromConfig: ({ AUGMENTOR: augment, PATHS }, part) =>
    part === 'train' && augment.ENABLE && augment.AUG_SAMPLES ? { folder: PATHS.DA_SAMPLES } : undefined,
  needs: { files: services.files, events: services.events },
  create:
    ({ folder }, { files, events }) =>
    ({ main }) =>
      main.pipe(
        mapOrdered(1, async (sample: Sample) => {
          const before = sample.facts.beforeAugmentation as Before | undefined;
          if (!before) return [sample];
          await makeFolder(folder);
          const place = String(sample.moment?.position ?? sample.index).padStart(3, '0');
          const file = path.join(folder, `${place}_${path.basename(sample.id)}.png`);
          await files.write(file, beforeAndAfter(before, sample));
          events.emit({ type: 'file.written', file, kind: 'augmented sample', sample: sample.id });
          sample.lease.release();
          return [];
        }),
        concatMap((samples) => of(...samples)),
      ),
});

/** Lines at the greatest value of each channel, a fifth of a side apart; a target of one pixel stays. */
export function drawGrid(picture: Image): Image {
  const [height, width, channels] = picture.shape.slice(-3);
  if (height === 1 && width === 1) return picture;
  const drawn = copyOf(picture);
  const { data } = drawn;
  const [rows, columns] = [height, width].map((side) => Math.max(Math.floor(side / 5), 1));
  for (let c = 0; c < channels; c++) {
    const { high } = rangeOf(picture.data.filter((_, i) => i % channels === c));
    for (let i = c; i < data.length; i += channels) {
      const pixel = Math.floor(i / channels);
      if ((pixel % width) % columns === 0 || (Math.floor(pixel / width) % height) % rows === 0) data[i] = high;
    }
  }
  return drawn;
}

/** Four pictures in one: the image before and after, and under them the target, each pair in the same grey values. */
export function beforeAndAfter(before: Before, after: Pick<Sample, 'image' | 'target'>): Image {
  const pairs = [[before.image, after.image]];
  if (
    before.target &&
    after.target &&
    before.target.shape.some((side, axis, { length }) => axis < length - 1 && side > 1)
  )
    pairs.push([before.target, after.target]);
  const rows = pairs.map((pair) => {
    const range = displayRange(middlePlane(pair[0]));
    // A sparse mask has no foreground among its percentiles.
    const { low, high } = rangeOf(pair[0].data);
    const shown = range[1] > range[0] ? range : ([low, Math.max(high, low + 1)] as const);
    return pair.map((picture) => displayed(middlePlane(picture), shown));
  });
  return pictureSheet(rows);
}
