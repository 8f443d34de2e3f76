/**
 * Hands each image to the network as a whole (TEST.FULL_IMG), padded so that its sides divide by the network's factors.
 */
import { map } from 'rxjs';
import { Type } from 'typebox';
import { padToDivisible } from '../../core/image/patch.js';
import type { Sample } from '../../core/image/sample.js';
import { scaleBetween, scaleSides } from '../../core/image/scale.js';
import { NO_LEASE } from '../../core/job/memory.js';
import { defineNode } from '../../core/plugin/define.js';
import { counted, shapeText } from '../../core/plugin/forecast.js';
import { services } from '../../core/plugin/services.js';

export const wholeImage = defineNode({
  id: 'stitcher/whole-image',
  role: 'stitcher',
  summary: 'Predicts whole images, reflected at their end until their sides divide by the factors of the network.',
  inputs: { main: ['image'] },
  output: 'patch',
  parameters: Type.Object(
    {
      divisor: Type.Array(Type.Integer({ minimum: 1 }), {
        minItems: 2,
        maxItems: 3,
        description: 'What the sides must divide by, [y, x] or [z, y, x].',
      }),
    },
    { additionalProperties: false },
  ),
  needs: { events: services.events },
  memory: (_, { shape }) => shape.reduce((product, side) => product * side, Float32Array.BYTES_PER_ELEMENT),
  plan({ divisor }, { main }, { tell }) {
    const patches = main.images.map(({ shape }) => ({
      shape: shape.map((side, axis) =>
        axis < divisor.length ? Math.ceil(side / divisor[axis]) * divisor[axis] : side,
      ),
      count: 1,
    }));
    tell({
      value: `${counted(patches.length, 'whole image')} of ${shapeText(patches.map(({ shape }) => shape))}`,
      why: `TEST.FULL_IMG is on; sides are filled up to multiples of ${divisor.join('×')}, which the network halves.`,
      facts: { patches: patches.length },
    });
    return { ...main, patches };
  },
  create:
    ({ divisor }, { events }, place) =>
    ({ main }) => {
      let total = 0;
      return main.pipe(
        map((parent): Sample => {
          events.emit({ type: 'progress.total', phase: place.phase, unit: 'patch', total: ++total });
          const picture = padToDivisible(parent.image, divisor);
          const size = picture.shape.slice(0, -1);
          const none = size.map(() => 0);
          const scale = parent.target && scaleBetween(parent.image.shape, parent.target.shape, parent.file);
          const target =
            parent.target && scale ? padToDivisible(parent.target, scaleSides(divisor, scale)) : parent.target;
          return {
            id: `${parent.id}#0`,
            index: parent.index,
            file: parent.file,
            image: picture,
            ...(target && { target }),
            products: {},
            facts: {},
            metrics: {},
            placement: { parent, index: 0, count: 1, box: { start: none, size }, added: none },
            lease: NO_LEASE,
          };
        }),
      );
    },
});
