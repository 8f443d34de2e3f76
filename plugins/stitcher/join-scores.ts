/**
 * Joins the scores of patches into those of whole images, for networks that say something about an image as a whole.
 */
import { concatMap, EMPTY, of } from 'rxjs';
import { Type } from 'typebox';
import { isLeftOutPatch } from '../../core/image/dropped-patch.js';
import { type Image, image } from '../../core/image/image.js';
import { productOf, type Sample } from '../../core/image/sample.js';
import { defineNode } from '../../core/plugin/define.js';

export const joinScores = defineNode({
  id: 'stitcher/join-scores',
  role: 'stitcher',
  summary: 'Gives each image the mean of the scores of its patches.',
  inputs: { main: ['patch'] },
  output: 'channels',
  parameters: Type.Object({}, { additionalProperties: false }),
  create:
    (_, __, place) =>
    ({ main }) => {
      const open = new Map<Sample, { come: number; scores: Image[] }>();
      return main.pipe(
        concatMap((patch) => {
          const { parent, count } = patch.placement!;
          const collected = open.get(parent) ?? { come: 0, scores: [] };
          open.set(parent, collected);
          collected.come++;
          if (!isLeftOutPatch(patch)) collected.scores.push(productOf(patch, 'channels', place.name));
          if (collected.come < count) return EMPTY;
          open.delete(parent);
          if (collected.scores.length > 0)
            return of({ ...parent, products: { ...parent.products, channels: mean(collected.scores) } });
          // A filter has left out all of it: there is nothing to say about this image.
          parent.lease.release();
          return EMPTY;
        }),
      );
    },
});

/** Of images of one shape. */
function mean(pictures: readonly Image[]): Image {
  if (pictures.length === 1) return pictures[0];
  const sums = new Float64Array(pictures[0].data.length);
  for (const { data } of pictures) for (let i = 0; i < sums.length; i++) sums[i] += data[i];
  return image(
    Float32Array.from(sums, (sum) => sum / pictures.length),
    pictures[0].shape,
    pictures[0].metadata,
  );
}
