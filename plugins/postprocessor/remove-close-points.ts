/**
 * Drops points that lie too close to a stronger one (TEST.POST_PROCESSING.REMOVE_CLOSE_POINTS).
 */
import { map } from 'rxjs';
import { Type } from 'typebox';
import { FOUND, foundPointsOf, selectPoints } from '../../core/image/found-points.js';
import { voxelSizeOf } from '../../core/image/voxel-size.js';
import { removeClosePoints } from '../../core/nd/remove-close-points.js';
import { defineNode } from '../../core/plugin/define.js';

export const closePoints = defineNode({
  id: 'postprocessor/remove-close-points',
  role: 'postprocessor',
  summary: 'Drops points at most a radius away from a stronger one.',
  inputs: { main: ['points'] },
  output: 'points',
  parameters: Type.Object(
    {
      radius: Type.Number({ exclusiveMinimum: 0, description: 'In units of the spacing.' }),
      spacing: Type.Array(Type.Number({ exclusiveMinimum: 0 }), {
        default: [],
        description: 'Length of a pixel, [y, x] or [z, y, x]; empty for ones.',
      }),
    },
    { additionalProperties: false },
  ),
  keys: ['TEST.POST_PROCESSING.REMOVE_CLOSE_POINTS'],
  fromConfig({ TEST: { POST_PROCESSING: settings }, DATA }, part) {
    if (part !== 'test' || !settings.REMOVE_CLOSE_POINTS) return undefined;
    return { radius: settings.REMOVE_CLOSE_POINTS_RADIUS, spacing: [...(DATA.TEST.RESOLUTION as number[])] };
  },
  create:
    ({ radius, spacing }, _, place) =>
    ({ main }) =>
      main.pipe(
        map((sample) => {
          const found = foundPointsOf(sample, place.name);
          const lengths = voxelSizeOf(sample, spacing);
          const kept = selectPoints(
            found,
            removeClosePoints(found.coordinates, radius, lengths.length > 0 ? lengths : undefined),
          );
          return { ...sample, facts: { ...sample.facts, [FOUND]: kept } };
        }),
      ),
});
