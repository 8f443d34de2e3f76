/**
 * Drops the points whose objects were removed by their measures.
 */
import { map } from 'rxjs';
import { Type } from 'typebox';
import { FOUND, foundPointsOf, selectPoints } from '../../core/image/found-points.js';
import { objectTableOf } from '../../core/instances/object-table.js';
import { defineNode } from '../../core/plugin/define.js';

export const keepGrownPoints = defineNode({
  id: 'postprocessor/keep-grown-points',
  role: 'postprocessor',
  summary: 'Drops the points whose objects were removed. A point that no object grew from stays.',
  inputs: { main: ['labels'] },
  output: 'points',
  parameters: Type.Object({}, { additionalProperties: false }),
  create:
    (_, __, place) =>
    ({ main }) =>
      main.pipe(
        map((sample) => {
          const { regions, judgements } = objectTableOf(sample, place.name);
          const gone = new Set(regions.filter((_, i) => judgements[i].removed).map(({ label }) => label));
          const found = foundPointsOf(sample, place.name);
          const kept = [...found.ids.keys()].filter((i) => !gone.has(found.ids[i]));
          return { ...sample, facts: { ...sample.facts, [FOUND]: selectPoints(found, kept) } };
        }),
      ),
});
