/** Steps that tell in which thread they ran and what they drew. */
import { threadId } from 'node:worker_threads';
import { Type } from 'typebox';
import { DataError } from '../../../core/errors.js';
import { image } from '../../../core/image/image.js';
import { definePlugin } from '../../../core/plugin/define.js';
import { defineStep } from '../../../core/plugin/step.js';

const Parameters = Type.Object({ fail: Type.Optional(Type.String()) }, { additionalProperties: false });

/** Puts a random number and the id of the thread behind the values. */
export const drawStep = defineStep({
  id: 'steps/draw',
  role: 'augmenter',
  summary: 'Puts a random number and the thread behind the pixels.',
  parameters: Parameters,
  module: import.meta.url,
  run(pixels, { fail }, random) {
    if (fail === 'data') throw new DataError('bad pixels.');
    if (fail) throw new TypeError('a defect');
    const data = Float64Array.of(...pixels.image.data, random.uniform(), threadId);
    return { ...pixels, image: image(data, [1, data.length, 1]) };
  },
});

/** The same without a module, so that no thread can find it. */
export const homeStep = defineStep({
  ...drawStep,
  id: 'steps/home',
  module: undefined,
  run: (pixels, parameters, random) => drawStep.step!.run(pixels, parameters, random),
});

export default definePlugin({ name: 'steps', version: '1.0.0', nodes: [drawStep, homeStep] });
