/**
 * Makes channels of instance segmentation anew after a patch was warped.
 */
import { InstanceTargetParameters, remadeTarget } from '../../core/instances/instance-target.js';
import { defineStep } from '../../core/plugin/step.js';

/**
 * Directions, rays, affinities and distances in pixels do not turn or stretch like masks do. The labels that came along in the last
 * channel (I) did: those channels are made of them, and the labels are left out. Without I nothing happens.
 */
export const remakeChannels = defineStep({
  id: 'augmenter/remake-channels',
  role: 'augmenter',
  summary: 'Makes target channels that depend on the geometry anew of the labels that came along, and drops these.',
  parameters: InstanceTargetParameters,
  module: import.meta.url,
  plan: ({ channels }, { main }) => ({
    ...main,
    images: main.images.map(({ targetShape, ...each }) => ({
      ...each,
      ...(targetShape && {
        targetShape: [...targetShape.slice(0, -1), targetShape.at(-1)! - Number(channels.includes('I'))],
      }),
    })),
  }),
  run(pixels, parameters) {
    const { target, targetKinds } = pixels;
    if (!target || !parameters.channels.includes('I')) return pixels;
    const kinds = targetKinds ?? new Array(target.shape[target.shape.length - 1]).fill('mask');
    const remade = remadeTarget(target, kinds, parameters);
    return { ...pixels, target: remade.target, targetKinds: remade.kinds };
  },
});
