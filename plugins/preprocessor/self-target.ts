/**
 * Makes each image its own target: a reconstruction is compared with what it was made of.
 */
import { map } from 'rxjs';
import { Type } from 'typebox';
import { defineNode } from '../../core/plugin/define.js';

export const selfTarget = defineNode({
  id: 'preprocessor/self-target',
  role: 'preprocessor',
  summary: 'Makes each image its own target.',
  inputs: { main: ['image'] },
  output: 'image',
  parameters: Type.Object({}, { additionalProperties: false }),
  order: 200,
  // In training the network compares its guesses itself.
  fromConfig: ({ PROBLEM: { TYPE, SELF_SUPERVISED: settings } }, part) =>
    TYPE === 'SELF_SUPERVISED' && settings.PRETEXT_TASK === 'masking' && part === 'test' ? {} : undefined,
  plan: (_, { main }) => ({ ...main, images: main.images.map((each) => ({ ...each, targetShape: each.shape })) }),
  create:
    () =>
    ({ main }) =>
      main.pipe(map((sample) => ({ ...sample, target: sample.image }))),
});
