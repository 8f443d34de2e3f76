/**
 * Super-resolution: images in finer pixels.
 */
import { definePreset } from '../core/plugin/define.js';
import { lossesOf, networkOf } from './network-parts.js';
import { restorationGraphs } from './restoration.js';

export const superResolution = definePreset({
  id: 'SUPER_RESOLUTION',
  summary: 'Images in finer pixels, learned from pairs of low and high resolution.',
  graphs(config, catalog) {
    const channels = (config.DATA.PATCH_SIZE as number[]).at(-1)!;
    return restorationGraphs(config, catalog, {
      network: networkOf(config, catalog, [channels]),
      losses: lossesOf(config, catalog),
      targetChannels: channels,
      scale: [...(config.PROBLEM.SUPER_RESOLUTION.UPSCALING as number[])],
    });
  },
});
